import type { AccountAdmin } from '../accounts/admin.ts'
import type { AuditEntry } from '../core/audit.ts'
import type { Caller } from '../core/caller.ts'
import type { Clock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Json } from '../core/json.ts'
import type { RetentionBasis } from '../core/retention.ts'
import type { Mode, Task } from '../core/task.ts'
import type { Tenant } from '../core/tenant.ts'
import type { Payments } from '../payments/payments.ts'
import type { Attempts } from '../people/attempts.ts'
import type { PriceAdmin } from '../prices/admin.ts'
import type { Store } from '../store/store.ts'
import type { AccessPair } from '../tenants/access-keys.ts'

/** What verbs work on, in a server and in a command. */
export interface AdminContext {
  store: Store
  clock: Clock
  accounts: AccountAdmin
  prices: PriceAdmin
  webhookSecret(tenant: Tenant, mode: Mode): string
  accessPair(keyId: string): AccessPair
  /** Cancels a task that no provider has begun; undefined when one has. */
  cancel(task: Task): Promise<Task | undefined>
  /** A value with the URLs of the files that it names. */
  expand(value: Json): Json
  /** Whether a model of calls has this name, as far as can be known: servers list theirs while the gateway runs. */
  isCallModel(name: string): boolean
  settings: readonly ShownSetting[]
  /** The address that callers use, with which links begin. */
  publicUrl(): string
  /** Counts guesses. */
  attempts: Attempts
  /** Undefined where the operator takes no payments. */
  payments: Payments | undefined
  /** Whether e-mail can be sent. */
  sendsMail: boolean
  /** Rejects with `address_refused`, or `invalid_input`, naming the field, for an address that a tenant may not name. */
  judge(url: string, field: string): Promise<void>
  /** The process that serves; undefined in a command that opened the database itself. */
  process: RunningProcess | undefined
  /** What is wrong now, by subjects such as `account ID`. */
  troubles(): Promise<string[]>
  /** Where files are. */
  place: Place
}

export interface RunningProcess {
  version: string
  startedAt: number
  /** How many tasks it works on. */
  inHand(): number
}

export interface Place {
  disks(): Promise<{ folder: string; free_bytes: number; size_bytes: number }[]>
  /** Why nothing can be written; null = it can. */
  writeProblem(): Promise<string | null>
  /** What the settings say of how long things are kept. */
  retention: RetentionBasis
}

/** A setting that is in force, without secrets. */
export interface ShownSetting {
  name: string
  value: string
  from: string
  what: string
}

/** Who calls a verb. */
export interface Actor {
  /** The id of the key, `person:ID`, or `command line`; likewise in the audit, where a payment provider may be, too. */
  name: string
  address: string | null
  /** The holder of the key, or the person; null for a command on the gateway's own machine. */
  caller: Caller | null
}

export const COMMAND_LINE = 'command line'

/** A command that opens the database itself. */
export const LOCAL_ACTOR: Actor = { name: COMMAND_LINE, address: null, caller: null }

/** The caller of a verb for tenants. */
export function callerOf({ caller }: Actor): Caller {
  if (!caller) throw new PolyphonyError('internal', 'A verb for tenants needs a key.')
  return caller
}

/** What a change is recorded as. */
export function auditOf(
  { clock }: AdminContext,
  actor: Actor,
  verb: string,
  change: Partial<Pick<AuditEntry, 'tenantId' | 'subject' | 'before' | 'after'>>,
): AuditEntry {
  const nothing = { tenantId: null, subject: null, before: null, after: null }
  return { at: clock.now(), actor: actor.name, address: actor.address, verb, ...nothing, ...change }
}
