import type { LanguageModelV4FilePart, LanguageModelV4ToolResultOutput } from '@ai-sdk/provider'
import { invalidInput } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import type { Draft, Part } from '../shared/formats/draft.ts'
import { Fields, UNSUPPORTED } from '../shared/formats/fields.ts'
import { fileInBase64 } from '../shared/formats/files.ts'
import { mergedStates, withState } from '../shared/formats/reasoning-state.ts'
import { snakeCase } from './spelling.ts'
import { stateOfSignature } from './state.ts'

export function readSystemInstruction(fields: Fields, draft: Draft): void {
  const value = fields.given('systemInstruction')
  if (value === undefined) return
  const field = fields.at('systemInstruction')
  const content = typeof value === 'string' ? value : textOf(value, field)
  if (content !== '') draft.add({ role: 'system', content }, field)
}

/** The parts of an instruction are one text. */
function textOf(value: Json, field: string): string {
  const content = new Fields(value, field, snakeCase)
  const parts = content.requiredObjects('parts').map((part) => {
    const text = part.requiredText('text')
    part.refuseRest()
    return text
  })
  content.refuseRest(['role'])
  return parts.join('\n')
}

/** Calls without an answer so far: results name their function, and only sometimes the call. */
class OpenCalls {
  #open: { id: string; name: string }[] = []
  #count = 0

  /** Ids are optional in this API, and needed in others. */
  add(id: string | undefined, name: string): string {
    const own = id || `call_${this.#count++}`
    this.#open.push({ id: own, name })
    return own
  }

  /** The call that a result belongs to: the one with its id, else the oldest of its function. */
  take(id: string | undefined, name: string, field: string): string {
    const index = this.#open.findIndex((call) => (id ? call.id === id : call.name === name))
    const [call] = index === -1 ? [] : this.#open.splice(index, 1)
    if (call === undefined) throw invalidInput(field, 'answers no earlier functionCall')
    return call.id
  }
}

export function readContents(fields: Fields, draft: Draft): void {
  const calls = new OpenCalls()
  for (const content of fields.requiredObjects('contents')) {
    const role = content.oneOf('role', ['user', 'model', 'function', 'system']) ?? 'user'
    const parts = content.requiredObjects('parts')
    if (role === 'system')
      draft.add({ role, content: parts.map((part) => part.requiredText('text')).join('\n') }, content.path)
    else if (role === 'model') draft.add({ role: 'assistant', content: modelParts(parts, draft, calls) }, content.path)
    else readUser(parts, content.path, draft, calls)
    content.refuseRest()
  }
}

/** Results of functions stand in a message of their own; the order of the parts stays. */
function readUser(parts: readonly Fields[], field: string, draft: Draft, calls: OpenCalls): void {
  let own: Part<'user'>[] = []
  const flush = () => {
    if (own.length > 0) draft.add({ role: 'user', content: own }, field)
    own = []
  }
  for (const part of parts) {
    if (part.given('functionResponse') === undefined) {
      own.push(draft.mark(userPart(part), part.path))
      continue
    }
    flush()
    draft.add({ role: 'tool', content: [functionResult(part, draft, calls)] }, part.path)
  }
  flush()
}

function userPart(part: Fields): Part<'user'> {
  const text = part.words('text')
  // A struct in Go has an empty text beside its file.
  const file = text ? undefined : fileIn(part)
  part.refuse('thought', 'must be false in a part of the user', [false])
  part.refuseRest(['partMetadata'])
  if (file !== undefined) return file
  if (text === undefined) throw invalidInput(part.path, 'must have text, inlineData, fileData or functionResponse')
  return { type: 'text', text }
}

function fileIn(part: Fields): LanguageModelV4FilePart | undefined {
  const inline = part.object('inlineData')
  if (inline !== undefined) {
    const file = fileInBase64(inline.requiredText('data'), inline.requiredText('mimeType'), inline.at('data'))
    const filename = inline.text('displayName')
    inline.refuseRest()
    return filename === undefined ? file : { ...file, filename }
  }
  const stored = part.object('fileData')
  if (stored === undefined) return undefined
  const uri = stored.requiredText('fileUri')
  const mediaType = stored.text('mimeType') ?? 'application/octet-stream'
  stored.refuseRest(['displayName'])
  if (uri.startsWith('gs:') || uri.startsWith('https://generativelanguage.googleapis.com/'))
    return { type: 'file', mediaType, data: { type: 'reference', reference: { google: uri } } }
  if (!/^https?:\/\//i.test(uri) || !URL.canParse(uri)) throw invalidInput(stored.at('fileUri'), 'must be a URL')
  return { type: 'file', mediaType, data: { type: 'url', url: new URL(uri) } }
}

function modelParts(parts: readonly Fields[], draft: Draft, calls: OpenCalls): Part<'assistant'>[] {
  const read: Part<'assistant'>[] = []
  for (const part of parts) {
    const one = modelPart(part, draft, calls)
    part.refuseRest(['partMetadata'])
    if (one !== undefined && !isMerged(read.at(-1), one)) read.push(one)
  }
  return read
}

function modelPart(part: Fields, draft: Draft, calls: OpenCalls): Part<'assistant'> | undefined {
  const signature = part.text('thoughtSignature')
  const state = withState(signature === undefined ? undefined : stateOfSignature(signature))
  const isThought = part.flag('thought') ?? false
  const text = part.words('text')
  const textPart = (): Part<'assistant'> => ({ type: isThought ? 'reasoning' : 'text', text: text ?? '', ...state })
  if (text) return textPart()
  const call = part.object('functionCall')
  if (call !== undefined) return { ...functionCall(call, calls), ...state }
  const file = fileIn(part)
  if (file !== undefined) return draft.mark({ ...file, ...state }, part.path)
  if (signature !== undefined) return textPart()
  if (text === '') return undefined
  throw invalidInput(part.path, 'must have text, functionCall, inlineData or fileData for this model')
}

function functionCall(call: Fields, calls: OpenCalls) {
  const toolName = call.requiredText('name')
  const id = calls.add(call.text('id'), toolName)
  const input = call.plainObject('args') ?? {}
  call.refuseRest()
  return { type: 'tool-call' as const, toolCallId: id, toolName, input }
}

/** A stream gives thoughts in pieces, and clients send the pieces back: they are one. */
function isMerged(last: Part<'assistant'> | undefined, next: Part<'assistant'>): boolean {
  if (last?.type !== 'reasoning' || next.type !== 'reasoning') return false
  if (last.providerOptions !== undefined) return false // its end was signed
  last.text += next.text
  const state = mergedStates(undefined, next.providerOptions as Parameters<typeof mergedStates>[0]) // made by withState
  Object.assign(last, withState(state))
  return true
}

function functionResult(part: Fields, draft: Draft, calls: OpenCalls): Part<'tool'> {
  const result = part.requiredObject('functionResponse')
  const toolName = result.requiredText('name')
  const toolCallId = calls.take(result.text('id'), toolName, result.at('name'))
  const response = result.plainObject('response') ?? {}
  const files = (result.objects('parts') ?? []).map((one) => {
    const file = fileIn(one)
    if (file === undefined) throw invalidInput(one.path, 'must have inlineData or fileData')
    return file
  })
  result.refuse('willContinue', UNSUPPORTED, [false])
  result.refuseRest(['scheduling'])
  part.refuseRest(['partMetadata', 'thoughtSignature'])
  const output: LanguageModelV4ToolResultOutput =
    files.length === 0
      ? { type: 'json', value: response }
      : { type: 'content', value: [{ type: 'text', text: JSON.stringify(response) }, ...files] }
  return draft.mark({ type: 'tool-result', toolCallId, toolName, output }, result.path)
}
