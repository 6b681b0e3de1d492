import type { LanguageModelV4FilePart, LanguageModelV4ReasoningPart, LanguageModelV4TextPart } from '@ai-sdk/provider'
import { invalidInput } from '../../core/errors.ts'
import { cacheOptions } from '../shared/formats/cache-control.ts'
import type { Draft, Part } from '../shared/formats/draft.ts'
import type { Fields } from '../shared/formats/fields.ts'
import { fileAt, fileInBase64, fileInDataUrl, isDataUrl } from '../shared/formats/files.ts'
import { unpacked, withState } from '../shared/formats/reasoning-state.ts'
import { argumentsIn, Calls } from '../shared/formats/tools.ts'

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool'] as const

export function readChatMessages(fields: Fields, draft: Draft): void {
  const calls = new Calls()
  for (const message of fields.requiredObjects('messages')) {
    const role = message.requiredOneOf('role', ROLES)
    // Two users are told apart by this at OpenAI; for others it is a label.
    message.text('name')
    if (role === 'user') draft.add({ role, content: userParts(message, draft) }, message.path)
    else if (role === 'assistant') draft.add({ role, content: assistantParts(message, draft, calls) }, message.path)
    else if (role === 'tool') draft.add({ role, content: [toolResult(message, calls)] }, message.path)
    else draft.add({ role: 'system', content: textIn(message), ...cacheOfParts(message) }, message.path)
    message.refuseRest(['cache_control'])
  }
}

/** The `cache_control` of a message whose parts become one text: its own, else that of its last part. */
function cacheOfParts(message: Fields): ReturnType<typeof cacheOptions> {
  const parts = typeof message.raw('content') === 'string' ? [] : message.requiredObjects('content')
  return [message, ...parts.toReversed()].map(cacheOptions).find(({ providerOptions }) => providerOptions) ?? {}
}

/** Content that is text, or a list of text parts. */
function textIn(message: Fields): string {
  const content = message.raw('content')
  if (typeof content === 'string') return content
  const parts = message.requiredObjects('content')
  return parts.map(textOfPart).join('\n')
}

function textOfPart(part: Fields): string {
  part.requiredOneOf('type', ['text'])
  const text = part.requiredText('text')
  part.refuseRest(['cache_control'])
  return text
}

function userParts(message: Fields, draft: Draft): Part<'user'>[] {
  const content = message.raw('content')
  const whole = cacheOptions(message)
  if (typeof content === 'string') return [{ type: 'text', text: content, ...whole }]
  return message.requiredObjects('content').map((part, index, all) => {
    const own = cacheOptions(part)
    const cache = own.providerOptions || index < all.length - 1 ? own : whole
    const read = userPart(part)
    const options = { providerOptions: { ...read.providerOptions, ...cache.providerOptions } }
    return draft.mark(cache.providerOptions ? { ...read, ...options } : read, part.path)
  })
}

function userPart(part: Fields): LanguageModelV4TextPart | LanguageModelV4FilePart {
  switch (part.requiredOneOf('type', ['text', 'image_url', 'input_audio', 'file'])) {
    case 'text':
      return { type: 'text', text: textOfPart(part) }
    case 'image_url':
      return imagePart(part)
    case 'input_audio':
      return audioPart(part)
    case 'file':
      return filePart(part)
  }
}

function imagePart(part: Fields): LanguageModelV4FilePart {
  const image = part.requiredObject('image_url')
  const detail = image.oneOf('detail', ['auto', 'low', 'high', 'original'])
  const file = fileAt(image.requiredText('url'), 'image', image.at('url'))
  image.refuseRest()
  part.refuseRest(['cache_control', 'index'])
  return detail === undefined ? file : { ...file, providerOptions: { openai: { imageDetail: detail } } }
}

function audioPart(part: Fields): LanguageModelV4FilePart {
  const audio = part.requiredObject('input_audio')
  const format = audio.requiredOneOf('format', ['wav', 'mp3'])
  const file = fileInBase64(audio.requiredText('data'), format === 'wav' ? 'audio/wav' : 'audio/mpeg', audio.at('data'))
  audio.refuseRest()
  part.refuseRest(['cache_control'])
  return file
}

function filePart(part: Fields): LanguageModelV4FilePart {
  const given = part.requiredObject('file')
  const id = given.text('file_id')
  const filename = given.text('filename')
  const data = given.text('file_data')
  given.refuseRest()
  part.refuseRest(['cache_control'])
  if (id !== undefined)
    return { type: 'file', mediaType: 'application/pdf', data: { type: 'reference', reference: { openai: id } } }
  if (data === undefined) throw invalidInput(given.at('file_data'), 'is required')
  const field = given.at('file_data')
  const file = isDataUrl(data) ? fileInDataUrl(data, field) : fileInBase64(data, 'application/pdf', field)
  return filename === undefined ? file : { ...file, filename }
}

function assistantParts(message: Fields, draft: Draft, calls: Calls): Part<'assistant'>[] {
  const parts: Part<'assistant'>[] = [...reasoningParts(message), ...assistantText(message)]
  for (const call of message.objects('tool_calls') ?? []) parts.push(toolCall(call, calls))
  for (const image of message.objects('images') ?? []) parts.push(draft.mark(imagePart(image), image.path))
  message.refuse('function_call', 'is an older form that is not translated; use tool_calls')
  message.refuse('audio', 'names an answer of another vendor; leave it out')
  if (parts.length === 0) throw invalidInput(message.at('content'), 'is required unless there are tool_calls')
  // Clients send back whole messages of earlier answers.
  message.refuseRest(['name', 'cache_control', 'annotations'])
  return parts
}

function assistantText(message: Fields): LanguageModelV4TextPart[] {
  const content = message.raw('content')
  const refusal = message.text('refusal')
  if (content === undefined || content === '') {
    if (refusal !== undefined) return [{ type: 'text', text: refusal }]
    return content === '' && !message.has('tool_calls') ? [{ type: 'text', text: '' }] : []
  }
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return (message.objects('content') ?? []).map((part) => {
    const type = part.requiredOneOf('type', ['text', 'refusal'])
    const text = part.requiredText(type)
    const cache = cacheOptions(part)
    part.refuseRest()
    return { type: 'text', text, ...cache }
  })
}

/** The reasoning of an earlier answer: with its state where the client kept `reasoning_details`, else as text. */
function reasoningParts(message: Fields): LanguageModelV4ReasoningPart[] {
  const text = message.text('reasoning_content') ?? message.text('reasoning')
  const details = message.objects('reasoning_details') ?? []
  if (details.length === 0) return text ? [{ type: 'reasoning', text }] : []
  return details.map((detail) => {
    const type = detail.requiredOneOf('type', ['reasoning.text', 'reasoning.encrypted'])
    const shownText = type === 'reasoning.text' ? detail.text('text') : undefined
    const signature = detail.text(type === 'reasoning.text' ? 'signature' : 'data')
    detail.refuseRest(['id', 'format', 'index'])
    return {
      type: 'reasoning',
      text: shownText ?? '',
      ...withState(signature === undefined ? undefined : unpacked(signature)?.state),
    }
  })
}

function toolCall(call: Fields, calls: Calls): Part<'assistant'> {
  call.requiredOneOf('type', ['function'])
  const id = call.requiredText('id')
  const called = call.requiredObject('function')
  const name = called.requiredText('name')
  calls.add(id, name)
  const input = argumentsIn(called.text('arguments') ?? '', called.at('arguments'))
  // As in Gemini's own OpenAI-compatible API (https://ai.google.dev/gemini-api/docs/thought-signatures).
  const thoughtSignature = call.object('extra_content')?.object('google')?.text('thought_signature')
  called.refuseRest()
  call.refuseRest(['index'])
  return {
    type: 'tool-call',
    toolCallId: id,
    toolName: name,
    input,
    ...withState(thoughtSignature === undefined ? undefined : { google: { thoughtSignature } }),
  }
}

function toolResult(message: Fields, calls: Calls): Part<'tool'> {
  const id = message.requiredText('tool_call_id')
  const toolName = calls.toolOf(id, message.at('tool_call_id'))
  const output = { type: 'text' as const, value: textIn(message) }
  return { type: 'tool-result', toolCallId: id, toolName, output, ...cacheOfParts(message) }
}
