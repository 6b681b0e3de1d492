import type { LanguageModelV4Content, LanguageModelV4File, LanguageModelV4GenerateResult } from '@ai-sdk/provider'
import { PolyphonyError } from '../../../core/errors.ts'

/** Throws `vendor_refused` where the model reports that it failed. */
export function requireAnswer({ finishReason }: LanguageModelV4GenerateResult): void {
  if (finishReason.unified === 'error')
    throw new PolyphonyError('vendor_refused', `The model stopped with ${finishReason.raw ?? 'an error'}.`)
  if (finishReason.unified === 'interrupted')
    throw new PolyphonyError('vendor_silent', "The vendor's answer broke off before it was complete.")
}

/** Calls of the client's own functions: tools that the vendor runs have their result in the answer. */
export function clientCalls(content: readonly LanguageModelV4Content[]) {
  return content.filter((part) => part.type === 'tool-call').filter((part) => part.providerExecuted !== true)
}

export function textOf(content: readonly LanguageModelV4Content[]): string {
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

export function base64Of({ data }: Pick<LanguageModelV4File, 'data'>): string | undefined {
  if (data.type === 'url') return undefined
  return typeof data.data === 'string' ? data.data : Buffer.from(data.data).toString('base64')
}

/** Where a file of an answer is: its own URL, or a data URL. */
export function urlOf(file: Pick<LanguageModelV4File, 'data' | 'mediaType'>): string {
  return file.data.type === 'url' ? file.data.url.toString() : `data:${file.mediaType};base64,${base64Of(file)}`
}
