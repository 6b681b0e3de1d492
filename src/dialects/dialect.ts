import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Assets } from '../assets/assets.ts'
import type { Egress } from '../assets/egress.ts'
import type { CallBatches } from '../calls/batches.ts'
import type { CallFiles } from '../calls/call-files.ts'
import type { Calls } from '../calls/calls.ts'
import type { Realtime } from '../calls/realtime.ts'
import type { ResponseRequests } from '../calls/stored-responses.ts'
import type { Operation } from '../catalog/operation.ts'
import type { Batch } from '../core/batch.ts'
import type { Caller } from '../core/caller.ts'
import type { Clock } from '../core/clock.ts'
import type { DeliveryDraft } from '../core/delivery.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import type { KeyRecord } from '../core/key.ts'
import type { RealtimeEnd } from '../core/realtime.ts'
import type { Mode, Task } from '../core/task.ts'
import type { Tenant } from '../core/tenant.ts'
import type { Prices } from '../prices/price-list.ts'
import type { Drafts } from '../tasks/drafts.ts'
import type { Tasks } from '../tasks/tasks.ts'
import type { RateState } from '../tenants/rate-limit.ts'
import type { RateStates } from './kit/rate-headers.ts'
import type { Urls } from './kit/urls.ts'
import type { RequestWriter, WrittenRequest } from './kit/written-requests.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sends the request; set by `authenticated` before the body is read. */
    caller: Caller
    /** The task that the request makes or reads, for the log. */
    taskId: string | undefined
    /** The error with which it is answered, for the log. */
    errorCode: ErrorCode | undefined
    /** It waits for a task, or streams: how long it takes says nothing of the gateway. */
    isOpenEnded: boolean | undefined
    /** The trace context of the request's own span, where requests are traced. */
    traceparent: string | undefined
    /** What the key has left of its limits by the minute; undefined for a key without any. */
    rates: RateStates | undefined
  }
}

/** What a dialect may use. */
export interface DialectContext {
  tasks: Tasks
  /** Answers requests on the spot, such as chat. */
  calls: Calls
  /** Passes on what is asked about responses that vendors keep. */
  responses: ResponseRequests
  /** Files that clients send for their calls. */
  callFiles: CallFiles
  /** Files of calls, which are answered as files. */
  callBatches: CallBatches
  /** Sessions of speech and text over WebSockets. */
  realtime: Realtime
  assets: Assets
  drafts: Drafts
  /** Streams a stored file (`asset:ID.EXT`), with ranges. A reference to none is answered as an unknown file. */
  sendFile(reference: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>
  /**
   * Makes a WebSocket of a request that asked for one, and of its answer; undefined where the client has gone. Throws
   * `invalid_input` for any other request.
   */
  acceptSocket(request: FastifyRequest, reply: FastifyReply): Promise<RealtimeEnd | undefined>
  /** Whether the page that sends a request may: one of this gateway, or of an origin that the settings allow. True without one. */
  allowsOrigin(request: FastifyRequest): boolean
  /** One request to a URL that the client named, for protocols in which a webhook's receiver proves itself first. */
  postJson: Egress['postJson']
  /** Fetches a file from a URL that the client named; addresses are judged as for inputs. */
  download: Egress['download']
  urls: Urls
  clock: Clock
  /**
   * Throws `overloaded` when requests wait too long to be read. Called before all else that is done for a POST. Calls may wait
   * longer than tasks.
   */
  checkLoad(kind?: 'task' | 'call'): void
  /** Throws `unauthorized` and `rate_limited`. */
  authenticate(key: string | undefined): Caller | Promise<Caller>
  /**
   * The caller that the session of a request's cookie stands for; undefined, at once, where it has none. For requests
   * without a key, of protocols that take sessions. Rejects with `unauthorized` and `forbidden`.
   */
  callerByCookie?(request: FastifyRequest): Promise<Caller> | undefined
  /** Clients of OAuth that people let act for them, for protocols that take their tokens. */
  connected?: {
    /** The address of the authorization server; undefined while nobody could let a client in. */
    issuer(): Promise<string | undefined>
    /** The caller of an access token; undefined, at once, for what is no such token. Rejects as `authenticate` does. */
    callerOf(credential: string | undefined): Promise<Caller> | undefined
  }
  /**
   * The same for protocols whose clients sign: takes a token that was signed with the secret key of an access pair, or a
   * key. `tokenFaultOf` of `tenants/access-keys.ts` reports what is wrong with the token of an `unauthorized`.
   */
  authenticateSigned(credential: string | undefined): Caller | Promise<Caller>
  /** The same by the id of a key, for a client that proved in another way that its key's owner sent it. */
  authenticateById(keyId: string): Caller | Promise<Caller>
  /** What is left of the caller's rate limit; undefined for a key without one. */
  rateOf(caller: Caller): RateState | undefined
  /** The same of its tokens a minute. */
  tokensOf(caller: Caller): RateState | undefined
  tenantOf(caller: Caller): Promise<Tenant>
  /** The caller's key as it is stored, with what it has spent. Throws `unauthorized` for one that is gone. */
  keyRecordOf(caller: Caller): Promise<KeyRecord>
  /** The secret that signs the caller's webhooks: `whsec_…`. */
  signingSecretOf(caller: Caller): Promise<string>
  /** Ids of the operations that are available now to a key of this mode; a tenant's own accounts count for that tenant. */
  available(mode: Mode, tenantId?: string): ReadonlySet<string>
  /** The prices of now. */
  prices: Prices
  /**
   * How to ask for an input of an operation, in each protocol that has a way which is read as just that. Throws `invalid_input`.
   */
  requestsFor(operation: Operation, input: JsonObject): Promise<(WrittenRequest & { protocol: string })[]>
  limits: {
    uploadMaxBytes: number
    /** How long an upload is kept. */
    uploadHours: number
    /** The longest `?wait=`. */
    maxWaitSeconds: number
  }
}

/** An operation of an OpenAPI document. */
export interface NamedOperation extends JsonObject {
  operationId: string
}

/**
 * A module's part of `/openapi.json`: members of an OpenAPI 3.1 document, whose paths come from the routes that name the
 * operations (`kit/described.ts`). A name that two use means the same in both.
 */
export interface ApiDescription {
  tags: JsonObject[]
  /** By the keys that the routes name, which are the ids of the operations; what needs no key says `security: []`. */
  operations: Record<string, JsonObject>
  /**
   * What an operation is called, and how it differs, below one of several prefixes at which its route is registered. Left
   * out where each route is registered once.
   */
  below?(prefix: string, operation: NamedOperation): NamedOperation
  webhooks: Record<string, JsonObject>
  schemas: Record<string, JsonObject>
  /**
   * What `/docs` shows beyond or in place of this. A path that takes many kinds of body has an entry for each there, with
   * a fragment, which no client sends, to tell them apart.
   */
  reading?: Pick<ApiDescription, 'tags' | 'schemas'> & { paths: Record<string, JsonObject> }
}

/** A path that two protocols have: requests with the header are served by the routes below the prefix. */
export interface Claim {
  /** With everything below it. */
  path: `/${string}`
  /** In lower case. */
  header: string
  below: `/${string}`
}

/** Another spelling of a path, which some clients use: served as the other, with everything below it. */
export interface Spelling {
  path: `/${string}`
  as: `/${string}`
}

/** Where a module's routes are. */
export interface Place {
  readonly id: string
  /** As the list at `/docs` calls it. */
  readonly title: string
  /**
   * Each path with everything below it that is not a longer path of another module. Of one to three parts, of which the
   * first may have a parameter, such as `/mj-:speed`.
   */
  readonly paths: readonly `/${string}`[]
  /** Left out where no path of its own is one of another protocol. */
  readonly claims?: readonly Claim[]
  readonly spellings?: readonly Spelling[]
}

/** Routes that the server adds with the first request for one of them, and their part of its description. */
export interface Routes {
  /**
   * Registered as an encapsulated plugin: hooks and error handlers stay inside. Each route has a
   * description, or is `undocumented` (`kit/described.ts`); with one that is neither, none of them is served.
   */
  routes(app: FastifyInstance, context: DialectContext): void | Promise<void>
  /** Called when the description is first read, not at the start. */
  describe(context: Pick<DialectContext, 'limits' | 'prices'>): Promise<ApiDescription>
}

export interface RouteModule extends Place, Routes {}

/** A webhook without its address, which the task has. */
export type WebhookContent = Pick<DeliveryDraft, 'body'> & Partial<Pick<DeliveryDraft, 'headers'>>

/** A wire protocol that clients use. */
export interface Dialect extends Routes {
  readonly id: string
  /**
   * What the webhook of a task says in its present state; undefined where this state is not announced. Called for tasks
   * with an address only, and pure. Left out where the protocol has no webhooks.
   */
  webhookFor?(task: Task, urls: Urls): WebhookContent | undefined
  /**
   * How a client of the protocol asks for an input of an operation, the best way first; pure. Left out where there is no way
   * that a client writes by hand.
   */
  requestsFor?: RequestWriter
  /** The webhooks that an ended batch of this dialect calls for; pure. Left out where the protocol has no batches. */
  batchWebhooks?(batch: Batch): DeliveryDraft[]
}

/** What is known of a dialect before it is loaded. */
export interface DialectEntry extends Place {
  load(): Promise<Dialect>
}
