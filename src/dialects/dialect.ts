import type { FastifyInstance } from 'fastify'
import type { Assets } from '../assets/assets.ts'
import type { Caller } from '../core/caller.ts'
import type { Clock } from '../core/clock.ts'
import type { DeliveryDraft } from '../core/delivery.ts'
import type { Task } from '../core/task.ts'
import type { Tenant } from '../store/store.ts'
import type { Tasks } from '../tasks/tasks.ts'
import type { Urls } from './urls.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set by `authenticated` before the body is read. */
    caller: Caller
  }
}

/** What a dialect may use. */
export interface DialectContext {
  tasks: Tasks
  assets: Assets
  urls: Urls
  clock: Clock
  /** Throws `unauthorized` and `rate_limited`. */
  authenticate(key: string | undefined): Caller | Promise<Caller>
  tenantOf(caller: Caller): Promise<Tenant>
  limits: {
    uploadMaxBytes: number
    /** How long an upload is kept. */
    uploadHours: number
    /** The longest `?wait=`. */
    maxWaitSeconds: number
  }
}

/** A wire protocol in which clients speak to us. */
export interface Dialect {
  readonly id: string
  /** Registered as an encapsulated plugin: hooks and error handlers stay inside. */
  routes(app: FastifyInstance, context: DialectContext): void | Promise<void>
  /** The webhooks that a task of this dialect calls for in its present state; pure. */
  announce(task: Task, urls: Urls): DeliveryDraft[]
}
