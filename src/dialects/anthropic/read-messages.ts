import type { FormatRequest, VendorApi } from '../../calls/format.ts'
import { invalidInput } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { THREAD } from '../shared/anthropic-errors.ts'
import { cacheOptions } from '../shared/formats/cache-control.ts'
import { Draft } from '../shared/formats/draft.ts'
import { Fields, UNSUPPORTED } from '../shared/formats/fields.ts'
import { type Effort, effortOfBudget, setReasoning } from '../shared/formats/reasoning.ts'
import { allowParallelCalls, jsonSchema, offerTool, oneTool } from '../shared/formats/tools.ts'
import { refuseBeyond } from '../shared/formats/vendor-limits.ts'
import { readMessageList, readSystem } from './read-content.ts'

/**
 * Reads a body of the Messages API, as `MessageCreateParams` of `@anthropic-ai/sdk` describes it
 * (https://docs.anthropic.com/en/api/messages).
 */
export function readMessages(body: JsonObject, vendor?: VendorApi): FormatRequest {
  const fields = new Fields(body, '')
  const draft = new Draft()
  draft.forVendor('openai', { store: false, strictJsonSchema: false })
  readSystem(fields, draft)
  readMessageList(fields, draft)
  readTools(fields, draft)
  readSampling(fields, draft)
  readThinking(fields, draft)
  const isStreamed = fields.flag('stream') ?? false
  fields.refuse('service_tier', UNSUPPORTED, ['auto', 'standard_only'])
  fields.refuse('speed', UNSUPPORTED, ['standard'])
  // Keeps all: what Claude Code sends, and what happens without it.
  fields.refuse('context_management', UNSUPPORTED, [{ edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] }])
  fields.refuse('mcp_servers', UNSUPPORTED, [[]])
  fields.refuse(THREAD, 'names what is stored at Anthropic; send all messages, as clients do after this error')
  fields.refuseRest(['model', 'metadata', 'cache_control', 'user_profile_id', 'inference_geo', 'diagnostics'])
  if (vendor !== undefined) refuseBeyond(vendor, draft)
  return { options: draft.finished(), fields: draft.fields, isStreamed }
}

function readTools(fields: Fields, draft: Draft): void {
  fields.objects('tools')?.forEach((tool) => {
    const type = tool.text('type')
    if (type !== undefined && type !== 'custom')
      throw invalidInput(
        tool.at('type'),
        'must be custom for this model: the tools that Anthropic runs itself have no counterpart',
      )
    const schema = tool.plainObject('input_schema')
    if (schema === undefined) throw invalidInput(tool.at('input_schema'), 'is required')
    const { providerOptions } = cacheOptions(tool)
    offerTool(
      draft,
      {
        name: tool.requiredText('name'),
        description: tool.text('description'),
        schema,
        strict: tool.flag('strict'),
        ...(providerOptions === undefined ? {} : { vendorOptions: providerOptions }),
      },
      tool.at('name'),
    )
    tool.refuse('defer_loading', UNSUPPORTED, [false])
    tool.refuse('allowed_callers', UNSUPPORTED, [['direct']])
    tool.refuseRest(['eager_input_streaming', 'input_examples'])
  })
  readToolChoice(fields, draft)
}

function readToolChoice(fields: Fields, draft: Draft): void {
  const choice = fields.object('tool_choice')
  if (choice === undefined) return
  const type = choice.requiredOneOf('type', ['auto', 'any', 'tool', 'none'])
  const isSerial = choice.flag('disable_parallel_tool_use')
  if (isSerial === true) allowParallelCalls(draft, false, choice.at('disable_parallel_tool_use'))
  if (type === 'tool')
    draft.set('toolChoice', oneTool(draft, choice.requiredText('name'), choice.at('name')), 'tool_choice')
  else if (draft.options.tools !== undefined)
    draft.set('toolChoice', { type: type === 'any' ? 'required' : type }, 'tool_choice')
  else if (type === 'any') throw invalidInput(choice.at('type'), 'is "any", and there are no tools')
  choice.refuseRest()
}

function readSampling(fields: Fields, draft: Draft): void {
  const most = fields.whole('max_tokens', { minimum: 1 })
  if (most === undefined) throw invalidInput('max_tokens', 'is required')
  draft.set('maxOutputTokens', most)
  draft.setRandomness(
    { value: fields.number('temperature', { minimum: 0, maximum: 1 }), field: fields.at('temperature') },
    { value: fields.number('top_p', { minimum: 0, maximum: 1 }), field: fields.at('top_p') },
  )
  draft.set('topK', fields.whole('top_k', { minimum: 0 }), 'top_k')
  const sequences = fields.texts('stop_sequences')
  if (sequences !== undefined && sequences.length > 0) draft.set('stopSequences', sequences, 'stop_sequences')
}

function readThinking(fields: Fields, draft: Draft): void {
  const config = fields.object('output_config')
  const effort = config?.oneOf('effort', ['low', 'medium', 'high', 'xhigh', 'max'])
  const format = config?.object('format') ?? fields.object('output_format') // the name that the beta had
  if (format !== undefined) readOutputFormat(format, draft)
  config?.refuseRest()
  const thinking = readThinkingConfig(fields, draft)
  setReasoning(draft, { effort: thinking.isOff ? 'none' : (effort ?? thinking.effort), isShown: thinking.isShown })
}

function readOutputFormat(format: Fields, draft: Draft): void {
  format.requiredOneOf('type', ['json_schema'])
  const schema = format.plainObject('schema')
  if (schema === undefined) throw invalidInput(format.at('schema'), 'is required')
  format.refuseRest()
  draft.set('responseFormat', { type: 'json', schema: jsonSchema(schema) })
}

interface Thinking {
  effort: Effort | undefined
  isOff: boolean
  isShown: boolean
}

function readThinkingConfig(fields: Fields, draft: Draft): Thinking {
  const thinking = fields.object('thinking')
  if (thinking === undefined) return { effort: undefined, isOff: false, isShown: false }
  const type = thinking.requiredOneOf('type', ['enabled', 'disabled', 'adaptive', 'between_tools'])
  const display = thinking.oneOf('display', ['summarized', 'omitted'])
  // Structs in Go send a budget of 0 beside a type that has none.
  const budget = thinking.whole('budget_tokens', { minimum: type === 'enabled' ? 1_024 : 0 }) || undefined
  if (type === 'enabled' && budget === undefined) throw invalidInput(thinking.at('budget_tokens'), 'is required')
  const most = draft.options.maxOutputTokens
  if (budget !== undefined && most !== undefined && budget >= most)
    throw invalidInput(thinking.at('budget_tokens'), `must be less than max_tokens, which is ${most}, not ${budget}`)
  thinking.refuseRest()
  const own = {
    type,
    ...(budget === undefined ? {} : { budgetTokens: budget }),
    ...(type === 'adaptive' && display ? { display } : {}),
  }
  draft.forVendor('anthropic', { thinking: own })
  return {
    effort: budget === undefined ? undefined : effortOfBudget(budget),
    isOff: type === 'disabled',
    isShown: type !== 'disabled' && display !== 'omitted',
  }
}
