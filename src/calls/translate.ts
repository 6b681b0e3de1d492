import { Readable } from 'node:stream'
import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { PolyphonyError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import type { Json } from '../core/json.ts'
import type { Usage } from '../core/usage.ts'
import { charactersIn } from './answer-text.ts'
import type { Running, TargetAnswer } from './calls.ts'
import type { AnswerContext, Format, FormatRequest } from './format.ts'
import { estimated } from './pass-through.ts'
import { relayed } from './relayed-stream.ts'
import { embed, remoteFiles } from './remote-files.ts'
import { usageOfModel } from './usage.ts'
import { isCutOff, vendorFailure } from './vendor-failure.ts'

/** Asks a vendor of another format, and writes its answer in the caller's. */
export async function translated(
  running: Running,
  format: Format,
  model: LanguageModelV4,
  { options, download }: Pick<FormatRequest, 'options'> & { download: Download },
): Promise<TargetAnswer> {
  const { request, startedAt, signal } = running
  const body = request.json ?? {}
  const context: AnswerContext = {
    id: newId(startedAt),
    model: request.model,
    createdAt: startedAt,
    body,
    isJsonArray: request.endpoint === 'streamGenerateContent' && !request.query.includes('alt=sse'),
  }
  await embedFiles(options.prompt, model, (url) => download(url, { maxBytes: MAX_FILE_BYTES, signal }))
  const asked = { ...options, abortSignal: signal }
  if (!request.isStreamed) {
    const result = await model.doGenerate(asked)
    const usage =
      usageOfModel(result.usage, result.providerMetadata) ??
      estimated(request, charactersIn(result.content as unknown as Json)) // plain data
    const text = JSON.stringify(format.answer(result, context))
    running.firstByteMs = Math.round(performance.timeOrigin + performance.now() - startedAt)
    return { status: 200, headers: JSON_TYPE, body: text, ended: Promise.resolve({ outcome: 'completed', usage }) }
  }
  const { stream } = await model.doStream(asked)
  return streamed(running, format, stream, context)
}

/** Downloads what the request names, through egress. */
export type Download = (url: string, options: { maxBytes: number; signal: AbortSignal }) => Promise<Uint8Array>

const MAX_FILE_BYTES = 32 * 2 ** 20

/** The vendor fetches the addresses that it can; the others are fetched here and sent along. */
async function embedFiles(
  prompt: LanguageModelV4CallOptions['prompt'],
  model: LanguageModelV4,
  read: (url: string) => Promise<Uint8Array>,
): Promise<void> {
  const files = remoteFiles(prompt, await model.supportedUrls)
  await Promise.all(
    files.map(async ({ part, url }) => {
      const bytes = await read(url.href)
      const { fileTypeFromBuffer } = await import('file-type') // with the first file, not with the start
      embed(part, bytes, (await fileTypeFromBuffer(bytes))?.mime ?? part.mediaType)
    }),
  )
}

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' }

/** The first part is awaited: an error before it can still be tried elsewhere. */
async function streamed(
  running: Running,
  format: Format,
  parts: ReadableStream<LanguageModelV4StreamPart>,
  context: AnswerContext,
): Promise<TargetAnswer> {
  const reader = parts.getReader()
  const early = await earlyParts(reader)
  running.firstByteMs = Math.round(performance.timeOrigin + performance.now() - running.startedAt)
  const writer = format.openStream(context)
  const { promise: ended, resolve } = Promise.withResolvers<Awaited<TargetAnswer['ended']>>()
  let usage: Usage | undefined
  let delivered = 0
  let broke: string | null = null
  let hasFinished = false

  function write(part: LanguageModelV4StreamPart): string {
    if (part.type === 'finish') {
      usage = usageOfModel(part.usage, part.providerMetadata)
      hasFinished = !isBroken(part)
      if (!hasFinished) broke ??= 'vendor_silent'
    } else if ('delta' in part) delivered += part.delta.length
    else if (part.type === 'error') broke = vendorFailure(part.error).code
    return writer.write(part)
  }

  async function* texts(): AsyncGenerator<string> {
    try {
      for (const part of early) yield write(part)
      for (;;) {
        const { done, value } = await reader.read()
        if (done) break
        yield write(value)
      }
      if (!hasFinished) broke ??= 'vendor_silent' // the writer says so, too
      yield writer.end()
    } catch (error) {
      if (hasFinished) return yield writer.end() // all was there
      const failure = vendorFailure(error)
      broke = failure.code
      yield writer.fail(failure)
    } finally {
      await reader.cancel().catch(() => {}) // it has ended, or the caller left
    }
  }

  async function* chunks(): AsyncGenerator<Buffer> {
    for await (const text of texts()) if (text !== '') yield Buffer.from(text)
  }

  const isEvents = context.isJsonArray !== true
  const body = relayed(Readable.from(chunks()), {
    onChunk: () => {},
    onBreak: (error) => writer.fail(vendorFailure(error)),
    onEnd(outcome) {
      const isCut = outcome === 'cut' || broke !== null
      resolve({
        outcome: isCut ? 'cut' : 'completed',
        usage: usage ?? estimated(running.request, delivered),
        errorCode: broke ?? (outcome === 'cut' ? 'client_left' : null),
      })
    },
    isEventStream: isEvents,
    stallMs: running.limits.silenceMs,
  })
  const type = isEvents ? 'text/event-stream; charset=utf-8' : 'application/json; charset=utf-8'
  return { status: 200, headers: { 'content-type': type, 'cache-control': 'no-cache' }, body, ended }
}

/** The parts up to the first that says something. Throws where the answer ends or fails before. */
async function earlyParts(
  reader: ReadableStreamDefaultReader<LanguageModelV4StreamPart>,
): Promise<LanguageModelV4StreamPart[]> {
  const early: LanguageModelV4StreamPart[] = []
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) throw saysNothing()
      if (value.type === 'error') throw vendorFailure(value.error)
      // Nothing was said: the vendor sent what is no stream of its format.
      if (value.type === 'finish' && isBroken(value)) throw saysNothing()
      early.push(value)
      if (value.type !== 'stream-start' && value.type !== 'response-metadata' && value.type !== 'raw') return early
    }
  } catch (error) {
    await reader.cancel().catch(() => {}) // it has failed, so only its connection is ended
    throw error
  }
}

function saysNothing(): PolyphonyError {
  return new PolyphonyError('output_unusable', 'The vendor answers with nothing that its format has.')
}

function isBroken({ finishReason }: Extract<LanguageModelV4StreamPart, { type: 'finish' }>): boolean {
  return finishReason.unified === 'error' || isCutOff(finishReason)
}
