import { setTimeout as sleepMs } from 'node:timers/promises'
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4FunctionTool,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider'
import { PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { type CallMagic, callMagicOf, lastUserText } from './call-magic.ts'
import { fittingValue } from './fitting-value.ts'
import { CHARACTERS_PER_TOKEN, tokens } from './tokens.ts'

export type Sleep = (ms: number, signal: AbortSignal | undefined) => Promise<void>

const realSleep: Sleep = async (ms, signal) => {
  await sleepMs(ms, undefined, signal === undefined ? {} : { signal })
}

/**
 * What test keys talk to: the same answer for the same request, without a vendor and without cost. `CALL_MAGIC` lists the
 * words that make it fail, slow down, break off, call a tool or reason. Throws `PolyphonyError` for the failures, and
 * something else for `sandbox:broken`.
 */
export function sandboxLanguageModel(modelId: string, { sleep = realSleep }: { sleep?: Sleep } = {}): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: 'sandbox',
    modelId,
    supportedUrls: { '*/*': [/^https?:\/\//] }, // nothing is fetched
    async doGenerate(options) {
      const answer = answerTo(options)
      if (answer.magic.isCut) throw brokenOff()
      await sleep(answer.magic.wordMs, options.abortSignal)
      return resultOf(answer, modelId)
    },
    async doStream(options) {
      const parts = streamOf(answerTo(options), modelId, (ms) => sleep(ms, options.abortSignal))
      return { stream: ReadableStream.from(parts) as ReadableStream<LanguageModelV4StreamPart> }
    },
  }
}

interface Answer {
  magic: CallMagic
  content: LanguageModelV4Content[]
  finishReason: LanguageModelV4FinishReason
  usage: LanguageModelV4Usage
}

function answerTo(options: LanguageModelV4CallOptions): Answer {
  const magic = callMagicOf(options.prompt)
  if (magic.failure !== undefined) throw failureOf(magic.failure)
  const reasoning = magic.thinks || isReasoning(options) ? [thought(options)] : []
  const tool = toolToCall(options, magic)
  const { text, reason } =
    tool === undefined ? limited(textFor(options, magic), options) : { text: '', reason: 'tool-calls' as const }
  const answer: LanguageModelV4Content = tool === undefined ? { type: 'text', text } : callOf(tool, options)
  const content = [...reasoning, answer]
  return { magic, content, finishReason: { unified: reason, raw: reason }, usage: usageOf(options, content) }
}

/** The failure that a magic word asks for. */
export function failureOf(failure: NonNullable<CallMagic['failure']>): Error {
  switch (failure) {
    case 'rate-limit':
      return new PolyphonyError('rate_limited', 'The sandbox limits this call, as asked.', { retryAfterSeconds: 1 })
    case 'overloaded':
      return new PolyphonyError('overloaded', 'The sandbox is overloaded, as asked.')
    case 'refuse':
      return new PolyphonyError('invalid_input', 'The sandbox refuses this call, as asked.')
    case 'moderation':
      return new PolyphonyError('content_moderated', 'The sandbox moderates this call, as asked.')
    case 'broken':
      return new TypeError('The sandbox is broken, as asked.')
  }
}

function brokenOff(): PolyphonyError {
  return new PolyphonyError('vendor_silent', 'The sandbox broke off, as asked.')
}

function isReasoning({ reasoning }: LanguageModelV4CallOptions): boolean {
  return reasoning !== undefined && reasoning !== 'none' && reasoning !== 'provider-default'
}

function thought({ prompt }: LanguageModelV4CallOptions): LanguageModelV4Content {
  return { type: 'reasoning', text: `The conversation has ${prompt.length} messages. The sandbox answers it.` }
}

/** The tool that a choice or the magic word demands. */
function toolToCall({ tools = [], toolChoice, prompt }: LanguageModelV4CallOptions, magic: CallMagic) {
  const functions = tools.filter((tool) => tool.type === 'function')
  if (toolChoice?.type === 'none') return undefined
  if (toolChoice?.type === 'tool') return functions.find(({ name }) => name === toolChoice.toolName)
  const isAnswered = prompt.at(-1)?.role === 'tool' // one round, or clients would go on for ever
  return toolChoice?.type === 'required' || (magic.callsTool && !isAnswered) ? functions[0] : undefined
}

function callOf({ name, inputSchema }: LanguageModelV4FunctionTool, { prompt }: LanguageModelV4CallOptions) {
  const input = JSON.stringify(fittingValue(inputSchema as JsonObject)) // a JSON schema is JSON
  return { type: 'tool-call' as const, toolCallId: `call_sandbox_${prompt.length}`, toolName: name, input }
}

function textFor({ prompt, responseFormat }: LanguageModelV4CallOptions, { words }: CallMagic): string {
  if (responseFormat?.type === 'json')
    return JSON.stringify(
      fittingValue(
        (responseFormat.schema ?? { type: 'object', properties: { answer: { type: 'string' } } }) as JsonObject,
      ),
    )
  if (words !== undefined) return Array.from({ length: words }, (_, index) => `word${index + 1}`).join(' ')
  return `This is a sandbox answer. ${subjectOf(prompt)} No model was asked, and nothing is charged.`
}

function subjectOf(prompt: LanguageModelV4CallOptions['prompt']): string {
  const last = prompt.at(-1)
  if (last?.role === 'tool') {
    const names = last.content.map((part) => (part.type === 'tool-result' ? part.toolName : '')).filter(Boolean)
    return `The tool ${names.join(', ')} answered.`
  }
  const files = last?.role === 'user' ? last.content.filter((part) => part.type === 'file') : []
  const shown = files.map((file) => (file.type === 'file' ? file.mediaType : '')).join(', ')
  const text = lastUserText(prompt).replaceAll(/\s+/g, ' ').trim().slice(0, 100)
  return `You wrote: "${text}".${shown === '' ? '' : ` You sent: ${shown}.`}`
}

/** Ends a text where the request says so. */
function limited(text: string, { maxOutputTokens, stopSequences = [] }: LanguageModelV4CallOptions) {
  const stops = stopSequences.map((sequence) => text.indexOf(sequence)).filter((index) => index !== -1)
  const stopped = stops.length === 0 ? text : text.slice(0, Math.min(...stops))
  const most = maxOutputTokens === undefined ? Infinity : maxOutputTokens * CHARACTERS_PER_TOKEN
  if (stopped.length > most) return { text: stopped.slice(0, most), reason: 'length' as const }
  return { text: stopped, reason: 'stop' as const }
}

function usageOf(
  { prompt, tools = [] }: LanguageModelV4CallOptions,
  content: readonly LanguageModelV4Content[],
): LanguageModelV4Usage {
  const input = tokens(prompt.map(textOfMessage).join('')) + (tools.length === 0 ? 0 : tokens(JSON.stringify(tools)))
  const reasoning = content.reduce((sum, part) => sum + (part.type === 'reasoning' ? tokens(part.text) : 0), 0)
  const text = content.reduce(
    (sum, part) => sum + tokens(part.type === 'text' ? part.text : part.type === 'tool-call' ? part.input : ''),
    0,
  )
  return {
    inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: reasoning + text, text, reasoning },
  }
}

function textOfMessage(message: LanguageModelV4CallOptions['prompt'][number]): string {
  if (message.role === 'system') return message.content
  return message.content
    .map((part) => ('text' in part ? part.text : part.type === 'tool-result' ? JSON.stringify(part.output) : ''))
    .join('')
}

function resultOf({ content, finishReason, usage }: Answer, modelId: string): LanguageModelV4GenerateResult {
  return { content, finishReason, usage, warnings: [], response: { modelId } }
}

async function* streamOf(
  { content, finishReason, usage, magic }: Answer,
  modelId: string,
  sleep: (ms: number) => Promise<void>,
): AsyncGenerator<LanguageModelV4StreamPart> {
  yield { type: 'stream-start', warnings: [] }
  yield { type: 'response-metadata', modelId }
  for (const [index, part] of content.entries()) {
    let left = magic.isCut && index === content.length - 1 ? Math.floor(piecesOf(part).length / 2) : Infinity
    for (const one of partsOf(part, String(index))) {
      if (left <= 0) {
        yield { type: 'error', error: brokenOff() }
        return
      }
      if (one.type.endsWith('-delta')) {
        left -= 1
        if (magic.wordMs > 0) await sleep(magic.wordMs)
      }
      yield one
    }
  }
  yield { type: 'finish', finishReason, usage }
}

function* partsOf(part: LanguageModelV4Content, id: string): Generator<LanguageModelV4StreamPart> {
  if (part.type === 'text' || part.type === 'reasoning') {
    yield { type: `${part.type}-start`, id }
    for (const delta of piecesOf(part)) yield { type: `${part.type}-delta`, id, delta }
    yield { type: `${part.type}-end`, id }
  } else if (part.type === 'tool-call') {
    yield { type: 'tool-input-start', id: part.toolCallId, toolName: part.toolName }
    for (const delta of piecesOf(part)) yield { type: 'tool-input-delta', id: part.toolCallId, delta }
    yield { type: 'tool-input-end', id: part.toolCallId }
    yield part
  }
}

/** Words with the space behind them; arguments in pieces of some characters. */
function piecesOf(part: LanguageModelV4Content): string[] {
  if (part.type === 'tool-call') return part.input.match(/[\s\S]{1,12}/g) ?? []
  return part.type === 'text' || part.type === 'reasoning' ? (part.text.match(/\S+\s*|\s+/g) ?? []) : []
}
