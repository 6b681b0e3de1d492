import type { FormatRequest, VendorApi } from '../../calls/format.ts'
import { invalidInput } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { cacheOptions } from '../shared/formats/cache-control.ts'
import { Draft } from '../shared/formats/draft.ts'
import { Fields, UNSUPPORTED } from '../shared/formats/fields.ts'
import { EFFORTS, setReasoning } from '../shared/formats/reasoning.ts'
import { allowParallelCalls, jsonSchema, offerTool, oneTool } from '../shared/formats/tools.ts'
import { refuseBeyond } from '../shared/formats/vendor-limits.ts'
import { readChatMessages } from './read-chat-messages.ts'

/**
 * Reads a body of Chat Completions, as `ChatCompletionCreateParams` of the `openai` package describes it
 * (https://platform.openai.com/docs/api-reference/chat/create).
 */
export function readChat(body: JsonObject, vendor?: VendorApi): FormatRequest {
  const fields = new Fields(body, '')
  const draft = new Draft()
  draft.forVendor('openai', { store: false, strictJsonSchema: false })
  readChatMessages(fields, draft)
  readTools(fields, draft)
  readSampling(fields, draft)
  readResponseFormat(fields, draft)
  const effort = fields.oneOf('reasoning_effort', EFFORTS)
  setReasoning(draft, { effort, isShown: effort !== undefined && effort !== 'none' })
  const isStreamed = fields.flag('stream') ?? false
  readStreamOptions(fields, isStreamed)
  refuseOthers(fields)
  if (vendor !== undefined) refuseBeyond(vendor, draft)
  return { options: draft.finished(), fields: draft.fields, isStreamed }
}

function readTools(fields: Fields, draft: Draft): void {
  fields.objects('tools')?.forEach((tool) => {
    tool.requiredOneOf('type', ['function'])
    const declared = tool.requiredObject('function')
    const { providerOptions: vendorOptions } = cacheOptions(tool)
    offerTool(
      draft,
      {
        name: declared.requiredText('name'),
        description: declared.text('description'),
        schema: declared.plainObject('parameters'),
        strict: declared.flag('strict'),
        ...(vendorOptions ? { vendorOptions } : {}),
      },
      declared.at('name'),
    )
    declared.refuseRest()
    tool.refuseRest()
  })
  readToolChoice(fields, draft)
  allowParallelCalls(draft, fields.flag('parallel_tool_calls'), fields.at('parallel_tool_calls'))
}

function readToolChoice(fields: Fields, draft: Draft): void {
  if (typeof fields.given('tool_choice') === 'object') {
    const choice = fields.requiredObject('tool_choice')
    choice.requiredOneOf('type', ['function'])
    const one = choice.requiredObject('function')
    draft.set('toolChoice', oneTool(draft, one.requiredText('name'), one.at('name')), 'tool_choice')
    return
  }
  const type = fields.oneOf('tool_choice', ['none', 'auto', 'required'])
  if (type === 'required' && draft.options.tools === undefined)
    throw invalidInput('tool_choice', 'is "required", and there are no tools')
  if (type !== undefined && draft.options.tools !== undefined) draft.set('toolChoice', { type }, 'tool_choice')
}

function readSampling(fields: Fields, draft: Draft): void {
  const most = fields.whole('max_completion_tokens', { minimum: 1 })
  const older = fields.whole('max_tokens', { minimum: 1 })
  draft.set('maxOutputTokens', most ?? older)
  draft.setRandomness(
    { value: fields.number('temperature', { minimum: 0, maximum: 2 }), field: fields.at('temperature') },
    { value: fields.number('top_p', { minimum: 0, maximum: 1 }), field: fields.at('top_p') },
  )
  draft.set('topK', fields.whole('top_k', { minimum: 0 }), 'top_k')
  draft.set('seed', fields.whole('seed'), 'seed')
  draft.set('presencePenalty', penalty(fields, 'presence_penalty'), 'presence_penalty')
  draft.set('frequencyPenalty', penalty(fields, 'frequency_penalty'), 'frequency_penalty')
  const stop = fields.given('stop')
  const sequences = typeof stop === 'string' ? [stop] : fields.texts('stop')
  if (sequences !== undefined && sequences.length > 0) draft.set('stopSequences', sequences, 'stop')
}

/** 0 is the default: clients that always send it ask for nothing. */
function penalty(fields: Fields, name: string): number | undefined {
  return fields.number(name, { minimum: -2, maximum: 2 }) || undefined
}

function readResponseFormat(fields: Fields, draft: Draft): void {
  const format = fields.object('response_format')
  const verbosity = fields.oneOf('verbosity', ['low', 'medium', 'high'])
  if (verbosity !== undefined && verbosity !== 'medium') {
    draft.forVendor('openai', { textVerbosity: verbosity })
    draft.features.set('verbosity', 'verbosity')
  }
  if (format === undefined) return
  const type = format.requiredOneOf('type', ['text', 'json_object', 'json_schema'])
  if (type === 'json_object') {
    draft.set('responseFormat', { type: 'json' })
    draft.features.set('jsonWithoutSchema', 'response_format.type')
  }
  if (type !== 'json_schema') return
  const declared = format.requiredObject('json_schema')
  const schema = declared.plainObject('schema')
  if (schema === undefined) throw invalidInput(declared.at('schema'), 'is required')
  const description = declared.text('description')
  draft.set('responseFormat', {
    type: 'json',
    schema: jsonSchema(schema),
    name: declared.requiredText('name'),
    ...(description === undefined ? {} : { description }),
  })
  draft.forVendor('openai', { strictJsonSchema: declared.flag('strict') ?? false })
  declared.refuseRest()
}

function readStreamOptions(fields: Fields, isStreamed: boolean): void {
  const options = fields.object('stream_options')
  if (options === undefined) return
  if (!isStreamed) throw invalidInput('stream_options', 'is only for a stream: set stream to true')
  options.flag('include_usage')
  options.refuseRest(['include_obfuscation'])
}

const IGNORED = [
  'model',
  'user',
  'metadata',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'prompt_cache_options',
]

function refuseOthers(fields: Fields): void {
  const n = fields.whole('n', { minimum: 1 }) ?? 1
  if (n !== 1) throw invalidInput('n', `must be 1 for this model, whose vendor has another API, not ${n}`)
  fields.refuse('logprobs', UNSUPPORTED, [false])
  fields.refuse('top_logprobs', UNSUPPORTED, [0])
  fields.refuse('logit_bias', UNSUPPORTED, [{}])
  fields.refuse('modalities', 'must be ["text"] for this model, whose vendor has another API', [['text'], []])
  fields.refuse('service_tier', UNSUPPORTED, ['auto', 'default'])
  fields.refuse('store', 'must be false: the vendor of this model stores no completions', [false])
  fields.refuse('functions', 'is an older form that is not translated; use tools', [[]])
  fields.refuse('function_call', 'is an older form that is not translated; use tool_choice', ['none', 'auto'])
  fields.refuseRest(IGNORED)
}
