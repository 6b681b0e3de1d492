import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Assets } from '../assets/assets.ts'
import type { Egress } from '../assets/egress.ts'
import type { PriceList } from '../catalog/prices.ts'
import type { Batch } from '../core/batch.ts'
import type { Caller } from '../core/caller.ts'
import type { Clock } from '../core/clock.ts'
import type { DeliveryDraft } from '../core/delivery.ts'
import type { JsonObject } from '../core/json.ts'
import type { Mode, Task } from '../core/task.ts'
import type { Tenant } from '../core/tenant.ts'
import type { Drafts } from '../tasks/drafts.ts'
import type { Tasks } from '../tasks/tasks.ts'
import type { Urls } from './kit/urls.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sends the request; set by `authenticated` before the body is read. */
    caller: Caller
  }
}

/** What a dialect may use. */
export interface DialectContext {
  tasks: Tasks
  assets: Assets
  drafts: Drafts
  /** Streams a stored file (`asset:ID.EXT`), with ranges. A reference to none is answered as an unknown file. */
  sendFile(reference: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>
  /** One request to a URL that the client named, for protocols in which a webhook's receiver proves itself first. */
  postJson: Egress['postJson']
  urls: Urls
  clock: Clock
  /** Throws `overloaded` when requests wait too long to be read. Called before all else that is done for a POST. */
  checkLoad(): void
  /** Throws `unauthorized` and `rate_limited`. */
  authenticate(key: string | undefined): Caller | Promise<Caller>
  /**
   * The same for protocols whose clients sign: takes a token that was signed with the secret key of an access pair, or a
   * key. `tokenFaultOf` of `tenants/access-keys.ts` reports what is wrong with the token of an `unauthorized`.
   */
  authenticateSigned(credential: string | undefined): Caller | Promise<Caller>
  tenantOf(caller: Caller): Promise<Tenant>
  /** The secret that signs the caller's webhooks: `whsec_…`. */
  signingSecretOf(caller: Caller): Promise<string>
  /** Ids of the operations that are available now to a key of this mode; a tenant's own accounts count for that tenant. */
  available(mode: Mode, tenantId?: string): ReadonlySet<string>
  prices: PriceList
  limits: {
    uploadMaxBytes: number
    /** How long an upload is kept. */
    uploadHours: number
    /** The longest `?wait=`. */
    maxWaitSeconds: number
  }
}

/** A dialect's part of `/openapi.json`: members of an OpenAPI 3.1 document. A name that two use means the same in both. */
export interface ApiDescription {
  tags: JsonObject[]
  /** By whole path; what needs no key says `security: []`. */
  paths: Record<string, JsonObject>
  webhooks: Record<string, JsonObject>
  schemas: Record<string, JsonObject>
  /**
   * What `/docs` shows beyond or in place of this. A path that takes many kinds of body has an entry for each there, with
   * a fragment, which no client sends, to tell them apart.
   */
  reading?: Pick<ApiDescription, 'tags' | 'paths' | 'schemas'>
}

/** Routes that the server registers, with their part of its description. */
export interface RouteModule {
  readonly id: string
  /** Registered as an encapsulated plugin: hooks and error handlers stay inside. */
  routes(app: FastifyInstance, context: DialectContext): void | Promise<void>
  /** Called when the description is first read, not at the start. */
  describe?(context: Pick<DialectContext, 'limits' | 'prices'>): Promise<ApiDescription>
}

/** A wire protocol that clients use. */
export interface Dialect extends RouteModule {
  /** The webhooks that a task of this dialect calls for in its present state; pure. */
  webhooksFor(task: Task, urls: Urls): DeliveryDraft[]
  /** The webhooks that an ended batch of this dialect calls for; pure. Left out where the protocol has no batches. */
  batchWebhooks?(batch: Batch): DeliveryDraft[]
}
