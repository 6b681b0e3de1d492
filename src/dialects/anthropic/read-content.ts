import type {
  LanguageModelV4FilePart,
  LanguageModelV4TextPart,
  LanguageModelV4ToolResultOutput,
  LanguageModelV4ToolResultPart,
} from '@ai-sdk/provider'
import { invalidInput } from '../../core/errors.ts'
import { cacheOptions } from '../shared/formats/cache-control.ts'
import type { Draft, Part } from '../shared/formats/draft.ts'
import type { Fields } from '../shared/formats/fields.ts'
import { fileAt, fileInBase64 } from '../shared/formats/files.ts'
import { mergedStates, type ReasoningState, unpacked, withState } from '../shared/formats/reasoning-state.ts'
import { Calls } from '../shared/formats/tools.ts'

export function readSystem(fields: Fields, draft: Draft): void {
  const system = fields.raw('system')
  if (typeof system === 'string') {
    if (system !== '') draft.add({ role: 'system', content: system }, 'system')
    return
  }
  for (const block of fields.objects('system') ?? []) addSystemBlock(block, draft)
}

function addSystemBlock(block: Fields, draft: Draft): void {
  block.requiredOneOf('type', ['text'])
  draft.add({ role: 'system', content: block.requiredText('text'), ...cacheOptions(block) }, block.path)
  block.refuseRest(['citations'])
}

export function readMessageList(fields: Fields, draft: Draft): void {
  const calls = new Calls()
  for (const message of fields.requiredObjects('messages')) {
    const role = message.requiredOneOf('role', ['user', 'assistant', 'system'])
    if (role === 'user') readUser(message, draft, calls)
    else if (role === 'assistant') draft.add({ role, content: readAssistant(message, calls) }, message.path)
    else readLaterSystem(message, draft)
    message.refuseRest()
  }
}

function readLaterSystem(message: Fields, draft: Draft): void {
  const content = message.raw('content')
  if (typeof content === 'string') draft.add({ role: 'system', content }, message.path)
  else for (const block of message.requiredObjects('content')) addSystemBlock(block, draft)
}

/** Results of tools stand in a message of their own; the order of the blocks stays. */
function readUser(message: Fields, draft: Draft, calls: Calls): void {
  const content = message.raw('content')
  if (typeof content === 'string') {
    draft.add({ role: 'user', content: [{ type: 'text', text: content }] }, message.path)
    return
  }
  let parts: Part<'user'>[] = []
  const flush = () => {
    if (parts.length > 0) draft.add({ role: 'user', content: parts }, message.path)
    parts = []
  }
  for (const block of message.requiredObjects('content')) {
    if (block.text('type') !== 'tool_result') {
      parts.push(draft.mark(userPart(block), block.path))
      continue
    }
    flush()
    draft.add({ role: 'tool', content: [toolResult(block, draft, calls)] }, block.path)
  }
  flush()
}

function userPart(block: Fields): LanguageModelV4TextPart | LanguageModelV4FilePart {
  switch (block.requiredOneOf('type', ['text', 'image', 'document'])) {
    case 'text': {
      const text = block.requiredText('text')
      const options = cacheOptions(block)
      block.refuseRest(['citations'])
      return { type: 'text', text, ...options }
    }
    case 'image': {
      const file = imageFrom(block.requiredObject('source'))
      const options = cacheOptions(block)
      block.refuseRest()
      return { ...file, ...options }
    }
    case 'document':
      return documentPart(block)
  }
}

function imageFrom(source: Fields): LanguageModelV4FilePart {
  const type = source.requiredOneOf('type', ['base64', 'url', 'file'])
  const file =
    type === 'url'
      ? fileAt(source.requiredText('url'), 'image', source.at('url'))
      : type === 'base64'
        ? fileInBase64(source.requiredText('data'), source.requiredText('media_type'), source.at('data'))
        : storedFile(source, 'image')
  source.refuseRest()
  return file
}

function documentPart(block: Fields): LanguageModelV4FilePart {
  const file = documentFrom(block.requiredObject('source'))
  const title = block.text('title')
  const context = block.text('context')
  const citations = block.object('citations')
  citations?.refuse('enabled', 'must be false: the vendor of this model makes no citations', [false])
  const { providerOptions } = cacheOptions(block)
  block.refuseRest()
  const anthropic = { ...providerOptions?.anthropic, ...(context === undefined ? {} : { context }) }
  return {
    ...file,
    ...(title === undefined ? {} : { filename: title }),
    ...(Object.keys(anthropic).length === 0 ? {} : { providerOptions: { anthropic } }),
  }
}

function documentFrom(source: Fields): LanguageModelV4FilePart {
  const type = source.requiredOneOf('type', ['base64', 'url', 'text', 'file'])
  const file =
    type === 'url'
      ? fileAt(source.requiredText('url'), 'application/pdf', source.at('url'))
      : type === 'base64'
        ? fileInBase64(source.requiredText('data'), source.requiredText('media_type'), source.at('data'))
        : type === 'text'
          ? textFile(source.requiredText('data'))
          : storedFile(source, 'application/pdf')
  source.refuseRest(['media_type'])
  return file
}

function textFile(text: string): LanguageModelV4FilePart {
  return { type: 'file', mediaType: 'text/plain', data: { type: 'data', data: Buffer.from(text).toString('base64') } }
}

function storedFile(source: Fields, mediaType: string): LanguageModelV4FilePart {
  return {
    type: 'file',
    mediaType,
    data: { type: 'reference', reference: { anthropic: source.requiredText('file_id') } },
  }
}

function toolResult(block: Fields, draft: Draft, calls: Calls): LanguageModelV4ToolResultPart {
  const id = block.requiredText('tool_use_id')
  const toolName = calls.toolOf(id, block.at('tool_use_id'))
  const isError = block.flag('is_error') ?? false
  const output = outputOf(block, isError)
  const options = cacheOptions(block)
  block.refuseRest()
  return draft.mark({ type: 'tool-result', toolCallId: id, toolName, output, ...options }, block.at('content'))
}

function outputOf(block: Fields, isError: boolean): LanguageModelV4ToolResultOutput {
  const content = block.raw('content') ?? ''
  const parts =
    typeof content === 'string'
      ? [{ type: 'text' as const, text: content }]
      : (block.objects('content') ?? []).map(userPart)
  if (parts.every((part) => part.type === 'text')) {
    const value = parts.map(({ text }) => text).join('\n')
    return { type: isError ? 'error-text' : 'text', value }
  }
  if (isError) throw invalidInput(block.at('is_error'), 'must be false where the content has files, for this model')
  return { type: 'content', value: parts }
}

function readAssistant(message: Fields, calls: Calls): Part<'assistant'>[] {
  const content = message.raw('content')
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  const parts: Part<'assistant'>[] = []
  let callState: ReasoningState | undefined
  for (const block of message.requiredObjects('content')) {
    const { part, state } = assistantPart(block, calls, callState)
    callState = state
    if (part !== undefined) parts.push(part)
  }
  return parts
}

interface Read {
  part: Part<'assistant'> | undefined
  /** What belongs to the next tool call. */
  state: ReasoningState | undefined
}

function assistantPart(block: Fields, calls: Calls, callState: ReasoningState | undefined): Read {
  switch (block.requiredOneOf('type', ['text', 'thinking', 'redacted_thinking', 'tool_use'])) {
    case 'text': {
      const text = block.requiredText('text')
      const options = cacheOptions(block)
      block.refuseRest(['citations'])
      return { part: { type: 'text', text, ...options }, state: callState }
    }
    case 'thinking': {
      const text = block.requiredText('thinking')
      const signature = block.text('signature') ?? ''
      block.refuseRest()
      const own = unpacked(signature)?.state
      const state = own ?? (signature === '' ? undefined : { anthropic: { signature } })
      return { part: { type: 'reasoning', text, ...withState(state) }, state: callState }
    }
    case 'redacted_thinking':
      return redacted(block, callState)
    case 'tool_use':
      return { part: toolCall(block, calls, callState), state: undefined }
  }
}

function redacted(block: Fields, callState: ReasoningState | undefined): Read {
  const data = block.requiredText('data')
  block.refuseRest()
  const own = unpacked(data)
  if (own?.of === 'tool-call') return { part: undefined, state: mergedStates(callState, own.state) }
  const state = own?.state ?? { anthropic: { redactedData: data } }
  return { part: { type: 'reasoning', text: '', ...withState(state) }, state: callState }
}

function toolCall(block: Fields, calls: Calls, state: ReasoningState | undefined): Part<'assistant'> {
  const id = block.requiredText('id')
  const name = block.requiredText('name')
  const input = block.plainObject('input')
  if (input === undefined) throw invalidInput(block.at('input'), 'is required')
  const cache = cacheOptions(block)
  block.refuseRest(['caller'])
  calls.add(id, name)
  return { type: 'tool-call', toolCallId: id, toolName: name, input, ...withState(state), ...cache }
}
