import type { FormatRequest, VendorApi } from '../../calls/format.ts'
import { invalidInput } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { Draft } from '../shared/formats/draft.ts'
import { Fields, UNSUPPORTED } from '../shared/formats/fields.ts'
import { EFFORTS, setReasoning } from '../shared/formats/reasoning.ts'
import { allowParallelCalls, jsonSchema, offerTool, oneTool } from '../shared/formats/tools.ts'
import { refuseBeyond } from '../shared/formats/vendor-limits.ts'
import { readResponsesInput } from './read-responses-input.ts'

/**
 * Reads a body of the Responses API, as `ResponseCreateParams` of the `openai` package describes it
 * (https://platform.openai.com/docs/api-reference/responses/create).
 */
export function readResponses(body: JsonObject, vendor?: VendorApi): FormatRequest {
  const fields = new Fields(body, '')
  const draft = new Draft()
  draft.forVendor('openai', { store: false, strictJsonSchema: false })
  const instructions = fields.text('instructions')
  if (instructions) draft.add({ role: 'system', content: instructions }, 'instructions')
  readResponsesInput(fields, draft)
  readTools(fields, draft)
  draft.set('maxOutputTokens', fields.whole('max_output_tokens', { minimum: 1 }))
  draft.setRandomness(
    { value: fields.number('temperature', { minimum: 0, maximum: 2 }), field: fields.at('temperature') },
    { value: fields.number('top_p', { minimum: 0, maximum: 1 }), field: fields.at('top_p') },
  )
  readText(fields, draft)
  readReasoning(fields, draft)
  const isStreamed = fields.flag('stream') ?? false
  refuseOthers(fields)
  if (vendor !== undefined) refuseBeyond(vendor, draft)
  return { options: draft.finished(), fields: draft.fields, isStreamed }
}

function readTools(fields: Fields, draft: Draft): void {
  fields.objects('tools')?.forEach((tool) => {
    const type = tool.requiredText('type')
    if (type !== 'function')
      throw invalidInput(
        tool.at('type'),
        `must be function for this model, whose vendor has another API, not ${JSON.stringify(type.slice(0, 60))}`,
      )
    offerTool(
      draft,
      {
        name: tool.requiredText('name'),
        description: tool.text('description'),
        schema: tool.plainObject('parameters'),
        strict: tool.flag('strict'),
      },
      tool.at('name'),
    )
    tool.refuseRest()
  })
  readToolChoice(fields, draft)
  allowParallelCalls(draft, fields.flag('parallel_tool_calls'), fields.at('parallel_tool_calls'))
}

function readToolChoice(fields: Fields, draft: Draft): void {
  if (typeof fields.given('tool_choice') === 'object') {
    const choice = fields.requiredObject('tool_choice')
    choice.requiredOneOf('type', ['function'])
    draft.set('toolChoice', oneTool(draft, choice.requiredText('name'), choice.at('name')), 'tool_choice')
    return
  }
  const type = fields.oneOf('tool_choice', ['none', 'auto', 'required'])
  if (type === 'required' && draft.options.tools === undefined)
    throw invalidInput('tool_choice', 'is "required", and there are no tools')
  if (type !== undefined && draft.options.tools !== undefined) draft.set('toolChoice', { type }, 'tool_choice')
}

function readText(fields: Fields, draft: Draft): void {
  const text = fields.object('text')
  const verbosity = text?.oneOf('verbosity', ['low', 'medium', 'high'])
  if (verbosity !== undefined && verbosity !== 'medium') {
    draft.forVendor('openai', { textVerbosity: verbosity })
    draft.features.set('verbosity', 'text.verbosity')
  }
  const format = text?.object('format')
  if (format !== undefined) readTextFormat(format, draft)
  text?.refuseRest()
}

function readTextFormat(format: Fields, draft: Draft): void {
  const type = format.requiredOneOf('type', ['text', 'json_object', 'json_schema'])
  if (type === 'json_object') {
    draft.set('responseFormat', { type: 'json' })
    draft.features.set('jsonWithoutSchema', format.at('type'))
  }
  if (type === 'json_schema') {
    const schema = format.plainObject('schema')
    if (schema === undefined) throw invalidInput(format.at('schema'), 'is required')
    const description = format.text('description')
    draft.set('responseFormat', {
      type: 'json',
      schema: jsonSchema(schema),
      name: format.requiredText('name'),
      ...(description === undefined ? {} : { description }),
    })
    draft.forVendor('openai', { strictJsonSchema: format.flag('strict') ?? false })
  }
  format.refuseRest()
}

function readReasoning(fields: Fields, draft: Draft): void {
  const reasoning = fields.object('reasoning')
  const effort = reasoning?.oneOf('effort', EFFORTS)
  const summary =
    reasoning?.oneOf('summary', ['auto', 'concise', 'detailed']) ??
    reasoning?.oneOf('generate_summary', ['auto', 'concise', 'detailed'])
  reasoning?.refuseRest()
  setReasoning(draft, { effort, isShown: summary !== undefined })
}

const IGNORED = [
  'model',
  'user',
  'metadata',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'prompt_cache_options',
  'stream_options',
]

const STORED =
  'names what is stored at OpenAI, and the vendor of this model stores nothing; send the whole conversation as input'

function refuseOthers(fields: Fields): void {
  fields.refuse('previous_response_id', STORED)
  fields.refuse('conversation', STORED)
  fields.refuse('prompt', STORED)
  // The default of this API is to store. Who left the field out gets an answer that is not stored, and says so.
  fields.refuse('store', 'must be false: the vendor of this model stores no responses', [false])
  fields.refuse('background', 'must be false for this model, whose vendor has another API', [false])
  fields.refuse('truncation', UNSUPPORTED, ['disabled'])
  fields.refuse('service_tier', UNSUPPORTED, ['auto', 'default'])
  fields.refuse('top_logprobs', UNSUPPORTED, [0])
  const include = fields.texts('include') ?? []
  const other = include.findIndex((one) => one !== 'reasoning.encrypted_content')
  if (other !== -1) throw invalidInput(`include[${other}]`, UNSUPPORTED)
  fields.refuseRest(IGNORED)
}
