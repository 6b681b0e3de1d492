import type {
  LanguageModelV4FilePart,
  LanguageModelV4TextPart,
  LanguageModelV4ToolResultOutput,
} from '@ai-sdk/provider'
import { invalidInput } from '../../core/errors.ts'
import { type Draft, type Part, saysSomething } from '../shared/formats/draft.ts'
import type { Fields } from '../shared/formats/fields.ts'
import { fileAt, fileInBase64, fileInDataUrl, isDataUrl } from '../shared/formats/files.ts'
import { type ReasoningState, unpacked, withState } from '../shared/formats/reasoning-state.ts'
import { argumentsIn, Calls } from '../shared/formats/tools.ts'

interface Input {
  draft: Draft
  calls: Calls
  /** The state of the tool call that comes next. */
  state: ReasoningState | undefined
}

export function readResponsesInput(fields: Fields, draft: Draft): void {
  const value = fields.raw('input')
  if (typeof value === 'string') {
    draft.add({ role: 'user', content: [{ type: 'text', text: value }] }, 'input')
    return
  }
  const input: Input = { draft, calls: new Calls(), state: undefined }
  for (const item of fields.requiredObjects('input')) readItem(item, input)
}

function readItem(item: Fields, input: Input): void {
  const type = item.text('type') ?? 'message'
  if (type === 'item_reference')
    throw invalidInput(
      item.at('id'),
      'names an item that is not stored; send the item itself, as clients do with store: false',
    )
  const read = Object.hasOwn(ITEMS, type) ? ITEMS[type] : undefined
  if (read === undefined)
    throw invalidInput(
      item.at('type'),
      `must be one of ${Object.keys(ITEMS).join(', ')} for this model, whose vendor has another API`,
    )
  read(item, input)
}

const ITEMS: Readonly<Record<string, (item: Fields, input: Input) => void>> = {
  message: readMessage,
  function_call: readCall,
  function_call_output: readResult,
  reasoning: readReasoning,
}

function readMessage(item: Fields, { draft }: Input): void {
  const role = item.requiredOneOf('role', ['user', 'assistant', 'system', 'developer'])
  const parts = partsOf(item, draft)
  item.refuseRest(['id', 'status', 'phase'])
  if (role === 'user') draft.add({ role, content: parts }, item.path)
  else if (role === 'assistant') addToAnswer(draft, parts, item.path)
  else draft.add({ role: 'system', content: textOnly(parts, item) }, item.path)
}

function textOnly(parts: readonly (LanguageModelV4TextPart | LanguageModelV4FilePart)[], item: Fields): string {
  return parts
    .map((part, index) => {
      if (part.type !== 'text') throw invalidInput(`${item.at('content')}[${index}]`, 'must be text in this role')
      return part.text
    })
    .join('\n')
}

/** Items of one answer (reasoning, text, calls) follow each other, and are one message. */
function addToAnswer(draft: Draft, parts: readonly Part<'assistant'>[], field: string): void {
  const last = draft.prompt.at(-1)
  if (last?.role === 'assistant') last.content.push(...parts.filter(saysSomething))
  else draft.add({ role: 'assistant', content: [...parts] }, field)
}

function partsOf(item: Fields, draft: Draft): (LanguageModelV4TextPart | LanguageModelV4FilePart)[] {
  const content = item.raw('content')
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return item.requiredObjects('content').map((part) => draft.mark(partOf(part), part.path))
}

function partOf(part: Fields): LanguageModelV4TextPart | LanguageModelV4FilePart {
  const type = part.requiredOneOf('type', [
    'input_text',
    'output_text',
    'refusal',
    'input_image',
    'input_file',
    'input_audio',
  ])
  switch (type) {
    case 'input_text':
    case 'output_text':
    case 'refusal': {
      const text = part.requiredText(type === 'refusal' ? 'refusal' : 'text')
      part.refuseRest(['annotations', 'logprobs'])
      return { type: 'text', text }
    }
    case 'input_image':
      return imagePart(part)
    case 'input_file':
      return filePart(part)
    case 'input_audio':
      return audioPart(part)
  }
}

function imagePart(part: Fields): LanguageModelV4FilePart {
  const detail = part.oneOf('detail', ['auto', 'low', 'high', 'original'])
  const id = part.text('file_id')
  const url = part.text('image_url')
  part.refuseRest()
  if (id !== undefined)
    return { type: 'file', mediaType: 'image', data: { type: 'reference', reference: { openai: id } } }
  if (url === undefined) throw invalidInput(part.at('image_url'), 'is required')
  const file = fileAt(url, 'image', part.at('image_url'))
  return detail === undefined ? file : { ...file, providerOptions: { openai: { imageDetail: detail } } }
}

function filePart(part: Fields): LanguageModelV4FilePart {
  const id = part.text('file_id')
  const filename = part.text('filename')
  const data = part.text('file_data')
  const url = part.text('file_url')
  part.refuseRest(['detail'])
  if (id !== undefined)
    return { type: 'file', mediaType: 'application/pdf', data: { type: 'reference', reference: { openai: id } } }
  const named = filename === undefined ? {} : { filename }
  if (url !== undefined) return { ...fileAt(url, 'application/pdf', part.at('file_url')), ...named }
  if (data === undefined) throw invalidInput(part.at('file_data'), 'is required')
  const field = part.at('file_data')
  const file = isDataUrl(data) ? fileInDataUrl(data, field) : fileInBase64(data, 'application/pdf', field)
  return { ...file, ...named }
}

function audioPart(part: Fields): LanguageModelV4FilePart {
  const audio = part.requiredObject('input_audio')
  const format = audio.requiredOneOf('format', ['wav', 'mp3'])
  const file = fileInBase64(audio.requiredText('data'), format === 'wav' ? 'audio/wav' : 'audio/mpeg', audio.at('data'))
  audio.refuseRest()
  part.refuseRest()
  return file
}

function readCall(item: Fields, input: Input): void {
  const id = item.requiredText('call_id')
  const name = item.requiredText('name')
  const call: Part<'assistant'> = {
    type: 'tool-call',
    toolCallId: id,
    toolName: name,
    input: argumentsIn(item.requiredText('arguments'), item.at('arguments')),
    ...withState(input.state),
  }
  item.refuseRest(['id', 'status', 'caller', 'parsed_arguments'])
  input.state = undefined
  input.calls.add(id, name)
  addToAnswer(input.draft, [call], item.path)
}

function readResult(item: Fields, { draft, calls }: Input): void {
  const id = item.requiredText('call_id')
  const toolName = calls.toolOf(id, item.at('call_id'))
  const output = outputOf(item, draft)
  item.refuseRest(['id', 'status', 'caller'])
  const result = draft.mark({ type: 'tool-result', toolCallId: id, toolName, output } as const, item.at('output'))
  draft.add({ role: 'tool', content: [result] }, item.path)
}

function outputOf(item: Fields, draft: Draft): LanguageModelV4ToolResultOutput {
  const output = item.raw('output')
  if (typeof output === 'string') return { type: 'text', value: output }
  const parts = item.requiredObjects('output').map((part) => draft.mark(partOf(part), part.path))
  return { type: 'content', value: parts }
}

function readReasoning(item: Fields, input: Input): void {
  const texts = (item.objects('summary') ?? []).map((part) => part.requiredText('text'))
  const content = (item.objects('content') ?? []).map((part) => part.requiredText('text'))
  const secret = item.text('encrypted_content')
  const id = item.text('id')
  item.refuseRest(['status'])
  const own = secret === undefined ? undefined : unpacked(secret)
  if (own?.of === 'tool-call') {
    input.state = own.state
    return
  }
  const state = own?.state ?? stateOfOpenAi(id, secret)
  const text = (texts.length > 0 ? texts : content).join('\n\n')
  if (text === '' && state === undefined) return
  addToAnswer(input.draft, [{ type: 'reasoning', text, ...withState(state) }], item.path)
}

/** A reasoning item that OpenAI itself encrypted. */
function stateOfOpenAi(id: string | undefined, secret: string | undefined): ReasoningState | undefined {
  if (secret === undefined) return undefined
  return { openai: { reasoningEncryptedContent: secret, ...(id === undefined ? {} : { itemId: id }) } }
}
