import type { FormatRequest, VendorApi } from '../../calls/format.ts'
import { invalidInput } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { Draft } from '../shared/formats/draft.ts'
import { Fields, UNSUPPORTED } from '../shared/formats/fields.ts'
import { type Effort, effortOfBudget, setReasoning } from '../shared/formats/reasoning.ts'
import { jsonSchema, offerTool, oneTool } from '../shared/formats/tools.ts'
import { refuseBeyond } from '../shared/formats/vendor-limits.ts'
import { readContents, readSystemInstruction } from './read-contents.ts'
import { jsonSchemaOf } from './schema.ts'
import { snakeCase } from './spelling.ts'

/**
 * Reads a body of generateContent and streamGenerateContent (https://ai.google.dev/api/generate-content). Whether the
 * answer is streamed stands in the path of the request, so `isStreamed` is always false here.
 */
export function readGenerate(body: JsonObject, vendor?: VendorApi): FormatRequest {
  const fields = new Fields(body, '', snakeCase)
  const draft = new Draft()
  draft.forVendor('openai', { store: false, strictJsonSchema: false })
  readSystemInstruction(fields, draft)
  readContents(fields, draft)
  readTools(fields, draft)
  readConfig(fields, draft)
  readSafety(fields)
  fields.refuse('cachedContent', 'names what is stored at Google; send the whole conversation as contents')
  fields.refuse('serviceTier', UNSUPPORTED, STANDARD_TIERS)
  fields.refuseRest(['model', 'labels'])
  if (vendor !== undefined) refuseBeyond(vendor, draft)
  return { options: draft.finished(), fields: draft.fields, isStreamed: false }
}

const STANDARD_TIERS = ['standard', 'unspecified', 'SERVICE_TIER_STANDARD', 'SERVICE_TIER_UNSPECIFIED']

function readTools(fields: Fields, draft: Draft): void {
  for (const tool of fields.objects('tools') ?? []) {
    for (const declared of tool.objects('functionDeclarations') ?? []) {
      const written = declared.plainObject('parameters')
      offerTool(
        draft,
        {
          name: declared.requiredText('name'),
          description: declared.text('description'),
          schema: declared.plainObject('parametersJsonSchema') ?? (written && jsonSchemaOf(written)),
        },
        declared.at('name'),
      )
      // What a function answers is told in its result; no other API has a place for it.
      declared.refuseRest(['response', 'responseJsonSchema'])
    }
    tool.refuseRest()
  }
  const config = fields.object('toolConfig')
  const calling = config?.object('functionCallingConfig')
  if (calling !== undefined) readToolChoice(calling, draft)
  config?.refuseRest()
}

function readToolChoice(calling: Fields, draft: Draft): void {
  const mode = calling.oneOf('mode', ['MODE_UNSPECIFIED', 'AUTO', 'ANY', 'NONE', 'VALIDATED'])
  const names = calling.texts('allowedFunctionNames') ?? []
  calling.refuseRest()
  if (draft.options.tools === undefined) {
    if (mode === 'ANY') throw invalidInput(calling.at('mode'), 'is ANY, and there are no tools')
    return
  }
  const [name] = names
  if (name !== undefined) {
    if (names.length > 1) allowOnly(draft, names, calling.at('allowedFunctionNames'))
    else {
      const field = calling.at('allowedFunctionNames')
      draft.set('toolChoice', oneTool(draft, name, field), field)
      return
    }
  }
  if (mode === 'ANY') draft.set('toolChoice', { type: 'required' }, calling.at('mode'))
  if (mode === 'NONE') draft.set('toolChoice', { type: 'none' })
}

function allowOnly(draft: Draft, names: readonly string[], field: string): void {
  for (const name of names) oneTool(draft, name, field)
  draft.options.tools = (draft.options.tools ?? []).filter((tool) => names.includes(tool.name))
}

function readConfig(fields: Fields, draft: Draft): void {
  const config = fields.object('generationConfig')
  if (config === undefined) {
    setReasoning(draft, { effort: undefined, isShown: false })
    return
  }
  readSampling(config, draft)
  readResponseFormat(config, draft)
  readThinking(config, draft)
  const choices = config.whole('candidateCount', { minimum: 1 }) ?? 1
  if (choices !== 1)
    throw invalidInput(
      config.at('candidateCount'),
      `must be 1 for this model, whose vendor has another API, not ${choices}`,
    )
  config.refuse('responseLogprobs', UNSUPPORTED, [false])
  config.refuse('responseModalities', 'must be ["TEXT"] for this model, whose vendor has another API', [
    ['TEXT'],
    ['text'],
    [],
  ])
  config.refuse('mediaResolution', UNSUPPORTED, ['MEDIA_RESOLUTION_UNSPECIFIED'])
  config.refuseRest()
}

function readSampling(config: Fields, draft: Draft): void {
  draft.set('maxOutputTokens', config.whole('maxOutputTokens', { minimum: 1 }))
  draft.setRandomness(
    { value: config.number('temperature', { minimum: 0, maximum: 2 }), field: config.at('temperature') },
    { value: config.number('topP', { minimum: 0, maximum: 1 }), field: config.at('topP') },
  )
  draft.set('topK', config.number('topK', { minimum: 0 }), config.at('topK'))
  draft.set('seed', config.whole('seed'), config.at('seed'))
  draft.set('presencePenalty', config.number('presencePenalty') || undefined, config.at('presencePenalty'))
  draft.set('frequencyPenalty', config.number('frequencyPenalty') || undefined, config.at('frequencyPenalty'))
  const sequences = config.texts('stopSequences')
  if (sequences !== undefined && sequences.length > 0) draft.set('stopSequences', sequences, config.at('stopSequences'))
}

function readResponseFormat(config: Fields, draft: Draft): void {
  const type = config.oneOf('responseMimeType', ['text/plain', 'application/json'])
  const written = config.plainObject('responseSchema')
  const schema = config.plainObject('responseJsonSchema') ?? (written && jsonSchemaOf(written))
  if (schema !== undefined && type !== 'application/json')
    throw invalidInput(config.at('responseMimeType'), 'must be application/json where there is a schema')
  if (type !== 'application/json') return
  if (schema === undefined) {
    draft.set('responseFormat', { type: 'json' })
    draft.features.set('jsonWithoutSchema', config.at('responseMimeType'))
  } else draft.set('responseFormat', { type: 'json', schema: jsonSchema(schema) })
}

function readThinking(config: Fields, draft: Draft): void {
  const thinking = config.object('thinkingConfig')
  const budget = thinking?.whole('thinkingBudget', { minimum: -1 })
  const level = thinking?.text('thinkingLevel')?.toLowerCase()
  const isShown = thinking?.flag('includeThoughts') ?? false
  setReasoning(draft, { effort: effortOf(budget, level, thinking), isShown })
  thinking?.refuseRest()
  if (budget !== undefined)
    draft.forVendor('google', { thinkingConfig: { includeThoughts: isShown, thinkingBudget: budget } })
}

const LEVELS = ['minimal', 'low', 'medium', 'high'] as const

/** A budget of -1 leaves it to the model. */
function effortOf(
  budget: number | undefined,
  level: string | undefined,
  thinking: Fields | undefined,
): Effort | undefined {
  if (level !== undefined && level !== 'thinking_level_unspecified') {
    const known = LEVELS.find((one) => one === level)
    if (known === undefined)
      throw invalidInput(thinking?.at('thinkingLevel') ?? '', `must be one of ${LEVELS.join(', ').toUpperCase()}`)
    return known
  }
  return budget === undefined || budget < 0 ? undefined : effortOfBudget(budget)
}

/** Only what asks for no filter can be kept for another vendor. */
function readSafety(fields: Fields): void {
  for (const setting of fields.objects('safetySettings') ?? []) {
    setting.text('category')
    setting.refuse('threshold', UNSUPPORTED, ['BLOCK_NONE', 'OFF', 'HARM_BLOCK_THRESHOLD_UNSPECIFIED'])
    setting.refuseRest(['method'])
  }
}
