import type {
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider'
import type { PolyphonyError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import type { ServiceTier } from '../core/usage.ts'
import type { VendorApi } from '../providers/provider.ts'

export type FormatId = 'openai-chat' | 'openai-responses' | 'anthropic' | 'gemini'

export type { VendorApi }

/** Tokens and other units of one call, as the vendor reports them. */
export interface Usage {
  inputTokens: number
  /** Part of the input. */
  cachedReadTokens: number
  /** Part of the input. */
  cachedWriteTokens: number
  /** Part of what was written to the cache. */
  cachedWriteHourTokens?: number
  outputTokens: number
  /** Part of the output. */
  reasoningTokens: number
  /** Part of the input. */
  inputAudioTokens: number
  /** Part of the output. */
  outputAudioTokens: number
  /** Part of the output. */
  imageTokens: number
  webSearches?: number
  fileSearches?: number
  codeContainers?: number
  /** Of pictures that a tool drew, and of what it read for them: apart from the tokens of the model. */
  toolImageTokens?: number
  toolImageInputTokens?: number
  serviceTier?: ServiceTier
}

export interface FormatRequest {
  options: Omit<LanguageModelV4CallOptions, 'abortSignal' | 'headers'>
  /** The caller's fields of options, by their names. */
  fields: ReadonlyMap<string, string>
  isStreamed: boolean
}

export interface AnswerContext {
  /** Without a prefix: each format writes its own before it (`chatcmpl-`, `resp_`, `msg_`). */
  id: string
  model: string
  /** Milliseconds UTC. */
  createdAt: number
  /** The request, for options of the answer such as `stream_options.include_usage`. */
  body: JsonObject
  /** Gemini streams a JSON array where the query has no `alt=sse`; other formats ignore this. */
  isJsonArray?: boolean
}

/** Writes one streamed answer. After an error or `end` it writes nothing more. */
export interface StreamWriter {
  /**
   * The text of the stream for this part, '' for none. A part of the type `error`, and a `finish` that says the vendor's
   * stream broke off, write what `fail` writes.
   */
  write(part: LanguageModelV4StreamPart): string
  /** The error in the stream's own form. It also ends the stream. */
  fail(error: PolyphonyError): string
  /** What a complete stream ends with. A stream that had no `finish` is cut, and ends with an error. */
  end(): string
}

/** Follows the bytes of a streamed answer, which may be cut anywhere. */
export interface Meter {
  push(chunk: Uint8Array): void
  /** What the vendor has reported so far. */
  usage(): Usage | undefined
  /** The vendor has reported what it read, and not yet what it made: it will say so at the end. */
  isPartial(): boolean
  /**
   * Whether the stream has said how each of so many answers ended: a vendor, or a proxy before it, may end its connection in
   * the middle.
   */
  isComplete(choices: number): boolean
  /** Whether nothing is missing but what `closing` has, so that the answer is whole though its connection broke off. */
  hasAll(choices: number): boolean
  /** The event with which a stream of the format ends, for a vendor that has not sent it; '' where it has, or there is none. */
  closing(): string
  /** The vendor's id of the answer, once it has been sent; undefined in formats whose answers are not kept. */
  answerId(): string | undefined
  /** Of what the vendor may keep of the answer, as `Kept` has it; containers apart. */
  itemIds(): readonly string[]
  /** Of the containers in which the vendor ran code for it. */
  containerIds(): readonly string[]
  /** How many both are: quick to ask after each chunk. */
  itemCount(): number
  /** The vendor's error, as its format has it, if the stream has had one. */
  failure(): JsonObject | undefined
  /** Tools that the vendor has run so far, by what it said of each: for a stream that was cut before its usage. */
  toolUses(): ToolUses
  /** UTF-16 units of text, reasoning and tool arguments that have passed: for a stream that was cut before its usage. */
  deliveredCharacters(): number
}

/** What bounds the money of a call, before it is made. */
export interface Bound {
  /** Per choice, where the request names one. */
  maxOutputTokens: number | undefined
  /** UTF-16 units of all text that the model reads: messages, tools, schemas. */
  inputCharacters: number
  images: number
  /** Decoded bytes of audio in the request. */
  audioBytes: number
  choices: number
  /** As the request asks for it, where that may raise the price. */
  serviceTier?: ServiceTier
  /** Uses of the tools that the vendor runs and has a fee for: the most that the request allows, or as many as are usual. */
  tools?: ToolUses
  /** The request asks the vendor to keep what it reads in its cache, for the usual time or for an hour. */
  cacheWrite?: 'usual' | 'hour'
  /** The answer may be sound. */
  mayAnswerAudio?: true
}

export type ToolUses = Pick<
  Usage,
  'webSearches' | 'fileSearches' | 'codeContainers' | 'toolImageTokens' | 'toolImageInputTokens'
>

/** What vendors of a format keep for their clients. */
export interface Kept {
  /** The id under which the vendor keeps the answer to this request; undefined = it does not keep it. */
  idOf(answer: JsonObject, request: JsonObject): string | undefined
  /** The same while the answer comes as a stream. */
  streamedId(meter: Meter, request: JsonObject): string | undefined
  /** The ids of what the vendor keeps of the answer beside it: its items, its sound, the container in which its code ran. */
  itemsOf(answer: JsonObject, request: JsonObject): readonly string[]
  /** The same while the answer comes as a stream. */
  streamedItems(meter: Meter, request: JsonObject): readonly string[]
  namedIn(request: JsonObject): Named
}

/** What a request names of what its vendor keeps. */
export interface Named {
  /** The answer that it goes on from. */
  response?: NamedId
  /** What is kept of earlier answers. */
  items?: readonly NamedId[]
  /** What no answer through this gateway has made, such as a file at the vendor: only the account's owner can have done it. */
  others?: { field: string; reason: string }
  /** Models beside the one of the request: what they do is in no answer that could be billed, so the account's owner alone names them. */
  models?: readonly NamedId[]
}

export interface NamedId {
  id: string
  /** The path of its field, for errors. */
  field: string
}

export interface Format {
  readonly id: FormatId
  /** Absent where they keep nothing. */
  readonly kept?: Kept
  /**
   * Reads a request that goes to a vendor with another format. Throws `invalid_input` with the caller's field: for a
   * wrong value, for a field that has no counterpart in other formats, and, where `vendor` is given, for one that this
   * vendor's API cannot express.
   */
  read(body: JsonObject, vendor?: VendorApi): FormatRequest
  /** Throws `vendor_refused` where the vendor reports that the model failed to produce an answer. */
  answer(result: LanguageModelV4GenerateResult, context: AnswerContext): JsonObject
  openStream(context: AnswerContext): StreamWriter
  /** Body of an HTTP error in this format; the status is `error.status`. */
  failure(error: PolyphonyError): JsonObject
  /** The usage in a whole answer of this format. */
  usageOf(answer: JsonObject): Usage | undefined
  /** For a streamed answer of this format. */
  meter(): Meter
  /** Never throws: a field of a wrong type counts as absent. */
  boundOf(body: JsonObject): Bound
}
