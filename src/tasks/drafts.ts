import { type Caller, isOwn } from '../core/caller.ts'
import { type Clock, DAY_MS } from '../core/clock.ts'
import type { Draft } from '../core/draft.ts'
import { PolyphonyError } from '../core/errors.ts'
import { isId, newId } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import { type Quotas, quotaFault, UNLIMITED } from '../core/quota.ts'
import type { Store } from '../store/store.ts'

/**
 * What clients begin in one request and finish in another: an upload in steps, a window that waits for its answer, a
 * style or a persona to be named later. A draft costs nothing, and is forgotten when its time is over.
 */
export interface Drafts {
  /** How long one is kept, in days. */
  readonly days: number
  /** Throws `payload_too_large` and `storage_quota_reached`. */
  open(kind: string, body: JsonObject, caller: Pick<Caller, 'tenantId' | 'mode'>): Promise<Draft>
  /** Undefined for an unknown id, for another kind, for another tenant's and for the other mode's. */
  find(id: string, kind: string, caller: Caller): Promise<Draft | undefined>
  /** Those of the ids that `find` would give, in any order. */
  findMany(ids: string[], kind: string, caller: Caller): Promise<Draft[]>
  /** Without a caller: for a step that carries no key, whose draft id is its secret. */
  findOpenly(id: string, kind: string): Promise<Draft | undefined>
  /** Newest first; `beforeId` pages on from a draft. */
  list(kind: string, caller: Caller, page: { limit: number; beforeId?: string }): Promise<Draft[]>
  /** Writes the next step. Throws `not_found` when another request has changed it meanwhile, and `payload_too_large`. */
  change(draft: Draft, body: JsonObject): Promise<Draft>
}

export function openDrafts(options: {
  store: Pick<Store, 'insertDraft' | 'getDraft' | 'getDrafts' | 'listDrafts' | 'updateDraft' | 'getStorageUse'>
  clock: Clock
  /** How long one is kept: as long as records of tasks, since what it names is used with them. */
  readonly days: number
  /** What a tenant may keep of drafts; absent = no limit. */
  quotas?: Quotas
}): Drafts {
  const { store, clock, quotas = UNLIMITED } = options
  const isOpen = (draft: Draft, kind: string) => draft.kind === kind && draft.expiresAt > clock.now()

  async function findOpenly(id: string, kind: string): Promise<Draft | undefined> {
    const draft = isId(id) ? await store.getDraft({ id }) : undefined
    return draft && isOpen(draft, kind) ? draft : undefined
  }

  async function fullOf({ tenantId, mode, body }: Draft): Promise<PolyphonyError> {
    const added = { bytes: Buffer.byteLength(JSON.stringify(body)), drafts: 1 }
    const fault = quotaFault(mode, await store.getStorageUse({ tenantId, mode }), added, quotas[mode])
    // Without a fault, what others kept has gone since.
    return fault ?? new PolyphonyError('store_unavailable', 'It could not be stored beside others; send it again.')
  }

  return {
    get days() {
      return options.days
    },
    findOpenly,
    async open(kind, body, { tenantId, mode }) {
      checkSize(body)
      const now = clock.now()
      const expiresAt = now + Math.round(options.days * DAY_MS)
      const draft = { id: newId(now), tenantId, mode, kind, body, createdAt: now, expiresAt }
      if (!(await store.insertDraft({ draft, quota: quotas[mode] }))) throw await fullOf(draft)
      return draft
    },
    async find(id, kind, caller) {
      const draft = await findOpenly(id, kind)
      return draft && isOwn(caller, draft) ? draft : undefined
    },
    async findMany(ids, kind, caller) {
      const known = ids.filter(isId)
      const found = known.length === 0 ? [] : await store.getDrafts({ ids: known })
      return found.filter((draft) => isOpen(draft, kind) && isOwn(caller, draft))
    },
    list: (kind, { tenantId, mode }, page) => store.listDrafts({ ...page, tenantId, mode, kind, now: clock.now() }),
    async change(draft, body) {
      checkSize(body)
      const changed = await store.updateDraft({ id: draft.id, from: draft.body, body })
      if (!changed) throw new LostRace(draft)
      return { ...draft, body }
    },
  }
}

class LostRace extends PolyphonyError {
  constructor({ id }: Draft) {
    super('not_found', `${id} was changed by another request.`)
  }
}

/** Whether `change` found that another request had changed the draft: reading it again shows how. */
export function isLostRace(error: unknown): boolean {
  return error instanceof LostRace
}

/** Characters of a draft as JSON. */
const MAX_DRAFT = 512 * 2 ** 10

/** A draft is kept for as long as a task is, and costs nothing. */
function checkSize(body: JsonObject): void {
  if (JSON.stringify(body).length <= MAX_DRAFT) return
  throw new PolyphonyError('payload_too_large', `What is to be kept has more than ${MAX_DRAFT} characters as JSON.`)
}
