import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { VendorFetch } from '../assets/fetch-through.ts'
import type { VendorStream } from '../assets/vendor-stream.ts'
import type { Json, JsonObject } from '../core/json.ts'
import type { PictureSizes } from '../core/picture-sizes.ts'
import type { Points } from '../core/points.ts'
import type { Mode, Task } from '../core/task.ts'

/** The work that a provider is to do. The idempotency key was made and stored before the call; it never changes. */
export interface Job extends TaskRequest {
  readonly mode: Mode
  readonly idempotencyKey: string
  /** 1 for the first attempt. */
  readonly attempt: number
  readonly createdAt: number
  /** The finished task that this one builds on; `parent.handle` is what its provider remembered of it. */
  readonly parent: Task | null
  /**
   * The URL for the vendor's callbacks; undefined where we cannot be reached from outside. The content of a callback is not
   * trusted: it only makes the task due, and `poll` reads its state.
   */
  readonly callbackUrl: string | undefined
  /** For work in this process: reports the progress, 0 to 100, and that the work has begun. */
  report(percent: number): void
  /**
   * For work in this process: the next bytes of the sound of one of its clips, which callers can hear before the work is done.
   * Together they are the file that is delivered in the end.
   */
  publish(itemId: string, bytes: Uint8Array): void
  /** The sound of that clip is published to its end. A task of which a whole song can be heard is not cancelled any more. */
  endSound(itemId: string): void
  /** Reads a stored file that an output refers to. */
  readAsset(reference: string): Promise<Uint8Array>
  /** Downloads what the caller's input names, through egress. Throws `address_refused`, `unsupported_media` and others. */
  download(url: string, options: { maxBytes: number; signal: AbortSignal }): Promise<Uint8Array>
  /** A file that the input names (a URL, or a stored file), as bytes. `unsupported_media` when it is none that we know. */
  file(reference: string, signal: AbortSignal): Promise<InputFile>
  /** The address under which a vendor can fetch a file that the input names; undefined where it must be sent along. */
  urlOf(reference: string): string | undefined
}

/** What a task requested, as `poll` needs it. */
export interface TaskRequest {
  readonly taskId: string
  readonly operation: string
  /** Valid for the operation, defaults filled in. Files are URLs, or references to stored files: `Job.file` reads both. */
  readonly input: JsonObject
}

export interface InputFile {
  bytes: Uint8Array
  /** As found in the bytes. */
  mediaType: string
  /** With the extension that fits the type. */
  name: string
}

/** One credential at a provider, and the way out that its owner may use. */
export interface Account {
  readonly id: string
  readonly provider: string
  /** The operator's own, or one that a tenant connected: that one may not make us read files or open sockets. */
  readonly owner: 'operator' | 'tenant'
  /** By the names of the provider's fields; those with a default are always there. */
  readonly settings: Readonly<Record<string, string>>
  /**
   * Calls over kept connections. An account that a tenant brought reaches public addresses only; the operator's own reach
   * anything. It never repeats a call, and a redirect takes no key to another host. An answer of more than some MiB is
   * `payload_too_large`, unless `hasFiles` says that it is a file or has files in it.
   */
  readonly fetch: VendorFetch
}

export interface ProducedFile {
  /** The output refers to the file as `file:KEY`; what a caller sees is our own URL. */
  key: string
  /** Absent where the type is found in the bytes. */
  mediaType?: string
  /**
   * A public URL is downloaded through egress. What needs the account's key, or lies at a private engine, is read by
   * `read`, which may be called again after a failure.
   */
  content: Uint8Array | { url: string } | { read(signal: AbortSignal): Promise<Uint8Array> }
}

export interface Result {
  /** In the shape that the operation's `output` schema states. */
  output: Json
  files: ProducedFile[]
  /** Sizes and lengths in the output are those of the request, and are replaced by what is measured in the files. */
  measure?: boolean
  /** What the work cost in the end; never more than the hold is taken. Absent = the whole hold. */
  consumedPoints?: Points
  /** The part of the hold that the work took, from 0 to 1, where it was less than the price assumed. */
  consumedShare?: number
  /** What the vendor took for the work, by its own account. Absent = it does not say. */
  costPoints?: Points
  logs?: string[]
}

export type Submitted =
  /** Plain JSON, from which any process can carry on. */
  { handle: Json; pollAfterMs?: number } | { result: Result; handle?: Json } | { failed: Failure }

export type Progress =
  /** Without `pollAfterMs` the rhythm follows from how long the work has gone on. */
  | { status: 'processing'; progress?: number; pollAfterMs?: number }
  /** `handle` is what follow-ups need to know of the finished work, where that is more than was known before. */
  | { status: 'completed'; result: Result; handle?: Json }
  | ({ status: 'failed' } & Failure)

/** A generation that failed: a value, with the vendor's own reason. A call that failed is an exception. */
export interface Failure {
  reason: string
  detail?: string
  /** The vendor refused the content, by its own word. */
  isModerated?: boolean
  /** What the vendor took all the same. Absent = it does not say. */
  costPoints?: Points
}

/**
 * What a vendor knows of a call whose answer was lost: its work; that there is none; that this cannot be said yet; or that of
 * work of this kind it never can be.
 */
export type Found = { handle: Json } | 'absent' | 'unknown' | 'unknowable'

/** What a vendor sent to a task's callback address. */
export interface VendorCallback {
  headers: Readonly<Record<string, string | undefined>>
  /** As received: signatures are made over it. */
  rawBody: string
  receivedAt: number
}

/**
 * An adapter for a vendor. It never loops, sleeps, retries, logs or stores: the dispatcher does that once, for all. What
 * must be remembered is in the handle. `contract.ts` has the tests that every adapter passes.
 *
 * An exception's code says what is known:
 * - `vendor_refused`, `content_moderated`: no work was begun, and no other attempt would fare better;
 * - `account_refused`, `account_busy`: no work was begun because of this account: another one may be tried;
 * - `vendor_unreachable`: the call never arrived, or was turned away unread: try again;
 * - `vendor_silent`: it may be running: reconcile.
 */
export interface Provider {
  readonly id: string
  /** The work is done in this process and costs nothing elsewhere: when the process ends, it is simply begun again. */
  readonly isLocal?: true
  /** How it answers calls in this process. Other providers name it in their manifest. */
  readonly calls?: CallSide
  /** Catalogue ids of the operations that this provider can perform. */
  readonly operations: ReadonlySet<string>
  /** Operations that it can perform on what another account made, since it takes the files themselves. */
  readonly adopts?: ReadonlySet<string>
  /** Which of `operations` an account can perform, where accounts differ. */
  performs?(account: Account): ReadonlySet<string>
  /** Of an operation of `operations` that no account performs until the operator switches it on: how, as a sentence. */
  switchedOff?(operation: string): string | undefined
  /**
   * Why it does not perform this input of one of its operations; undefined = it does. Asked before anything is stored, so
   * that a request which no provider can fulfil is refused as such.
   */
  refuses?(request: Pick<TaskRequest, 'operation' | 'input'>): string | undefined
  /**
   * What is wrong with the sizes of an input's pictures, by the path of a field; undefined = nothing, as far as they are
   * known. Asked before anything is stored or held; a picture at a foreign URL is not known by then.
   */
  refusesSizes?(
    request: Pick<TaskRequest, 'operation' | 'input'>,
    sizes: PictureSizes,
  ): { field: string; rule: string } | undefined
  submit(job: Job, account: Account, signal: AbortSignal): Promise<Submitted>
  /** `handle` is what `submit` gave. A task that the vendor does not know any more is `failed`. */
  poll?(handle: Json, account: Account, signal: AbortSignal, request: TaskRequest): Promise<Progress>
  /** Resolves only when the provider has ended the work or does not know it; throws when it refuses. Harmless when repeated. */
  cancel?(handle: Json, account: Account, signal: AbortSignal, request: TaskRequest): Promise<void>
  /**
   * Looks at a callback: throws `unauthorized` when the vendor signs and the signature is wrong; gives the handle that it
   * names, by which a task whose answer was lost is found again. `answer` is the JSON body of the 200 that the vendor
   * expects; absent where it expects none.
   */
  receive?(callback: VendorCallback, account: Account): Promise<{ handle?: Json; answer?: Json }>
  /**
   * How long a vendor's list may miss a call that arrived: what became of a lost answer is asked no sooner. Absent = not at
   * all.
   */
  readonly missesCallsForMs?: number
  /**
   * What became of a call whose answer was lost. Absent where the vendor cannot be asked: the task then waits for a
   * callback, and fails unless one comes.
   */
  reconcile?(job: Job, account: Account, signal: AbortSignal): Promise<Found>
  /** A cheap call that shows whether the account works: throws what a call would throw. Costs nothing at the vendor. */
  probe?(account: Account, signal: AbortSignal): Promise<void>
  close?(): Promise<void>
}

/** A field of an account: a credential, or a setting such as the base address. */
export interface AccountField {
  name: string
  title: string
  /** The vendor's own name for it, from which the account of the operator's environment is made. */
  env: string
  isSecret: boolean
  /** Absent: the field is required. '' = may be left out. */
  default?: string
}

/** What is known of a provider before it is loaded: its code is read when an account needs it. */
export interface ProviderManifest {
  readonly id: string
  readonly title: string
  readonly fields: readonly AccountField[]
  /** How many tasks an account runs at once, unless its owner sets another number. */
  readonly slots: number
  /** How its accounts answer calls; absent where they only perform tasks. */
  readonly calls?: CallSide
  load(): Promise<(parts: ProviderParts) => Provider>
}

/** Routes of calls: requests that are answered on the spot, as their official clients send them. */
export const CALL_ENDPOINTS = [
  'chat/completions',
  'completions',
  'responses',
  'responses/input_tokens',
  'embeddings',
  'moderations',
  'audio/speech',
  'audio/transcriptions',
  'audio/translations',
  'messages',
  'messages/count_tokens',
  'generateContent',
  'streamGenerateContent',
  'countTokens',
  'embedContent',
  'batchEmbedContents',
  'realtime',
] as const
export type CallEndpoint = (typeof CALL_ENDPOINTS)[number]

/** The API that answers a translated request. What it cannot express is refused, not dropped. */
export type VendorApi = 'openai-chat' | 'openai-responses' | 'openai-compatible' | 'anthropic' | 'gemini' | 'bedrock'

/** How the accounts of a provider answer calls. */
export interface CallSide {
  /** Models that an account serves unless its owner names others: names, or beginnings of names with "*". */
  readonly models: readonly string[]
  /** The operator's own machine, perhaps: its models have no list price, and cost nothing unless the operator sets a price. */
  readonly isUnpriced?: true
  /** The provider has no list of what an account serves; without it, one is read where `models` is empty. */
  readonly hasNoList?: true
  /** The API that `loadModel` calls. */
  apiOf(settings: Account['settings']): VendorApi
  /** Where a request of this endpoint goes as it came; undefined = the provider does not take it. */
  urlOf(endpoint: CallEndpoint, model: string, settings: Account['settings']): string | undefined
  /** The credential, by the names of headers in lower case. */
  headersOf(settings: Account['settings']): Record<string, string>
  /** Answers in this process what goes to the URLs of `urlOf`. Absent: requests leave through egress. */
  readonly send?: VendorStream
  /** The model for callers of other formats, with the vendor's package. */
  loadModel(options: { model: string; settings: Account['settings']; fetch: VendorFetch }): Promise<LanguageModelV4>
}

export interface ProviderParts {
  now(): number
}

export const FILE_SCHEME = 'file:'
