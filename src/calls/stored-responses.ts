import { setTimeout as delay } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { StreamAnswer, VendorStream } from '../assets/vendor-stream.ts'
import type { KeptItem, StoredResponse } from '../core/call.ts'
import { type Caller, checkModelAllowed } from '../core/caller.ts'
import { invalidInput, PolyphonyError } from '../core/errors.ts'
import type { Account } from '../providers/provider.ts'
import type { Store } from '../store/store.ts'
import type { CallAnswer, CallMember, CallRequest } from './calls.ts'
import type { NamedId } from './format.ts'
import { isEventStream, passedHeaders, readWholeAnswer, refusal } from './pass-through.ts'
import type { RealtimeRoutes } from './realtime.ts'
import type { Target } from './routing.ts'
import { timeFor } from './time-limit.ts'

type Owner = Pick<Caller, 'tenantId' | 'mode'>

/** Which account keeps a response, for the tenant and the mode that it was made for. */
export interface StoredResponses {
  /** From now on it is found here; other processes find it when the record of its call is stored. */
  note(owner: Owner, id: string, at: StoredResponse): void
  find(owner: Owner, id: string): Promise<StoredResponse | undefined>
  forget(owner: Owner, id: string): Promise<void>
  /** The same for what an account keeps of an answer, by its ids. */
  noteItems(owner: Owner, ids: readonly string[], account: string): void
  /**
   * The accounts of those that are known, by their ids. With `waits`, it looks again for the others, since the records of calls
   * that another process has just answered follow soon.
   */
  findItems(owner: Owner, ids: readonly string[], options: { waits: boolean }): Promise<ReadonlyMap<string, string>>
}

/** Responses whose calls may not be stored yet; they are within some tenths of a second. */
const MAX_NOTED = 10_000
/** An answer has some items. */
const MAX_NOTED_ITEMS = 50_000
/** So many of them are looked up in one query, and so many may one request name. */
const ITEMS_AT_ONCE = 500
const MAX_NAMED_ITEMS = 5_000
/** In another process, the record of a call that has just been answered follows within this time. */
const LOOK_AGAIN_MS = [150, 300]

export function openStoredResponses(
  store: Pick<Store, 'findResponse' | 'findKeptItems' | 'forgetResponse' | 'exclusive'>,
): StoredResponses {
  const noted = new LRUCache<string, StoredResponse>({ max: MAX_NOTED })
  /** The record of a call that was just answered may be stored after its response was deleted. */
  const forgotten = new LRUCache<string, true>({ max: MAX_NOTED })
  const items = new LRUCache<string, string>({ max: MAX_NOTED_ITEMS })
  const keyOf = ({ tenantId, mode }: Owner, id: string) => JSON.stringify([tenantId, mode, id])
  async function findStoredItems({ tenantId, mode }: Owner, ids: readonly string[]): Promise<KeptItem[]> {
    const found: KeptItem[] = []
    for (let from = 0; from < ids.length; from += ITEMS_AT_ONCE)
      found.push(...(await store.findKeptItems({ tenantId, mode, ids: ids.slice(from, from + ITEMS_AT_ONCE) })))
    return found
  }

  return {
    note: (owner, id, at) => void noted.set(keyOf(owner, id), at),
    async find(owner, id) {
      const here = noted.get(keyOf(owner, id))
      if (here) return here
      if (!isId(id) || forgotten.has(keyOf(owner, id))) return undefined
      const look = () => store.findResponse({ tenantId: owner.tenantId, mode: owner.mode, id })
      let found = await look()
      for (const ms of store.exclusive ? [] : LOOK_AGAIN_MS) {
        if (found) break
        await delay(ms)
        found = await look()
      }
      return found
    },
    async forget(owner, id) {
      noted.delete(keyOf(owner, id))
      forgotten.set(keyOf(owner, id), true)
      await store.forgetResponse({ tenantId: owner.tenantId, mode: owner.mode, id })
    },
    noteItems(owner, ids, account) {
      for (const id of ids) items.set(keyOf(owner, id), account)
    },
    async findItems(owner, ids, { waits }) {
      const found = new Map<string, string>()
      for (const id of ids) {
        const account = items.get(keyOf(owner, id))
        if (account !== undefined) found.set(id, account)
      }
      const missing = () => ids.filter((id) => isId(id) && !found.has(id))
      for (const ms of [0, ...(waits && !store.exclusive ? LOOK_AGAIN_MS : [])]) {
        if (missing().length === 0) break
        if (ms > 0) await delay(ms)
        for (const { id, account } of await findStoredItems(owner, missing())) found.set(id, account)
      }
      return found
    },
  }
}

/** What can be an id of a response: vendors say no more of it than that it is a text. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,200}$/.test(value)
}

/**
 * The accounts that may answer a request that names what a vendor keeps: the one that keeps it for the tenant, and the tenant's
 * own, since what is at these is the tenant's. All of them for any other request. A vendor of another format keeps nothing,
 * which its format says. Throws `not_found` naming the field.
 */
export async function keepersAmong(
  { caller, endpoint, model, json = {}, format, names = format?.kept?.namedIn }: CallRequest,
  targets: readonly Target<CallMember>[],
  responses: StoredResponses,
): Promise<readonly Target<CallMember>[]> {
  const { response, items = [], others, models = [] } = names?.(json) ?? {}
  if (response === undefined && items.length === 0 && others === undefined && models.length === 0) return targets
  let keeping = targets.filter(
    ({ member: { side, account }, model: name }) => side.urlOf(endpoint, name, account.settings) !== undefined,
  )
  if (keeping.length === 0) return targets
  if (response !== undefined) {
    const found = await responses.find(caller, response.id)
    if (!found) throw unknownResponse(response.id, response.field)
    keeping = keeping.filter(({ member }) => member.record.id === found.account)
    if (keeping.length === 0) throw keptElsewhere('response', response, model)
  }
  if (items.length > 0) keeping = await keepersOfItems(items, { caller, model, keeping, responses })
  for (const other of models) {
    keeping = keeping.filter(isOwn)
    if (keeping.length === 0) throw notBilled(other, model)
    checkModelAllowed(caller, other.id)
  }
  if (others !== undefined) {
    keeping = keeping.filter(isOwn)
    if (keeping.length === 0) throw new PolyphonyError('not_found', others.reason, { field: others.field })
  }
  return keeping
}

/** What no record knows may have been made by another tenant, unless the account is the tenant's own. */
async function keepersOfItems(
  items: readonly NamedId[],
  {
    caller,
    model,
    keeping,
    responses,
  }: { caller: Owner; model: string; keeping: readonly Target<CallMember>[]; responses: StoredResponses },
): Promise<Target<CallMember>[]> {
  if (items.length > MAX_NAMED_ITEMS)
    throw invalidInput(
      items[MAX_NAMED_ITEMS]?.field ?? 'input',
      `is one more than the ${MAX_NAMED_ITEMS} stored items of a request`,
    )
  const ids = [...new Set(items.map(({ id }) => id))]
  // An account of the tenant's own takes what is unknown, too.
  const found = await responses.findItems(caller, ids, { waits: !keeping.some(isOwn) })
  let among = [...keeping]
  for (const item of items) {
    const account = found.get(item.id)
    among = among.filter(({ member }) => (account === undefined ? isOwn({ member }) : member.record.id === account))
    if (among.length > 0) continue
    throw account === undefined ? unknownItem(item) : keptElsewhere('item', item, model)
  }
  return among
}

/** Whether an account is the tenant's own, and what is at it the tenant's. What is part of this process keeps nothing. */
export function isOwn({ member }: Pick<Target<CallMember>, 'member'>): boolean {
  return member.record.tenantId !== null || member.isBuiltIn === true
}

function keptElsewhere(what: 'response' | 'item', { id, field }: NamedId, model: string): PolyphonyError {
  return new PolyphonyError(
    'not_found',
    `The account that keeps the ${what} ${id.slice(0, MAX_SHOWN)} does not answer ${model} here now. Send the whole conversation instead.`,
    { field },
  )
}

/** The tokens of an answer are billed at the price of one model. */
function notBilled({ id, field }: NamedId, model: string): PolyphonyError {
  return invalidInput(
    field,
    `must be left out: what ${id.slice(0, MAX_SHOWN)} does would be billed as ${model} does. Name that model in a call of its own, or use an account of your own.`,
  )
}

function unknownItem({ id, field }: NamedId): PolyphonyError {
  return new PolyphonyError(
    'not_found',
    `There is no stored item ${id.slice(0, MAX_SHOWN)}. Send what it has in its place, or store: false, with which clients do so.`,
    { field },
  )
}

const MAX_SHOWN = 200

function unknownResponse(id: string, field?: string): PolyphonyError {
  return new PolyphonyError(
    'not_found',
    `There is no stored response ${id.slice(0, MAX_SHOWN)}. Only vendors that store responses keep them, with a live key, and not where store is false.`,
    field === undefined ? {} : { field },
  )
}

/** A request about a response that a vendor keeps. */
export interface ResponseRequest {
  caller: Caller
  traceparent: string | null
  id: string
  method: 'GET' | 'DELETE' | 'POST'
  /** What follows the id in the path. */
  part: '' | '/input_items' | '/cancel'
  headers: Readonly<Record<string, string>>
  /** With its "?". */
  query: string
  /** Ends when the caller leaves. */
  signal: AbortSignal
}

export interface ResponseRequests {
  /**
   * Asks the account that keeps the response, and passes its answer on. It costs nothing. Throws `not_found` for one of
   * another tenant or mode, and where the account is not there any more.
   */
  answer(request: ResponseRequest): Promise<CallAnswer>
}

export interface ResponseRequestsOptions extends Pick<RealtimeRoutes, 'tryEach'> {
  responses: StoredResponses
  membersFor(caller: Caller): readonly CallMember[]
  streamFor(account: Pick<Account, 'id' | 'owner' | 'provider'>, traceparent: string | null): VendorStream
  /** How long an answer may take. */
  answerMs: number
}

export function openResponseRequests(options: ResponseRequestsOptions): ResponseRequests {
  const { responses } = options

  /** The account, and where it has the response. */
  async function keeperOf({ caller, id, part, query }: ResponseRequest) {
    const found = await responses.find(caller, id)
    if (!found) throw unknownResponse(id)
    const member = options.membersFor(caller).find(({ record }) => record.id === found.account)
    const model = found.model ?? ''
    const all = member?.side.urlOf('responses', model, member.account.settings)
    if (!member || all === undefined || member.record.state === 'disabled')
      throw new PolyphonyError('not_found', `The account that keeps the response ${id} is not there any more.`)
    const [path = '', fixed = ''] = all.split('?', 2)
    const fields = [fixed, query.slice(1)].filter(Boolean).join('&')
    return { target: { member, model }, url: `${path}/${encodeURIComponent(id)}${part}${fields && `?${fields}`}` }
  }

  return {
    async answer(request) {
      const { caller, id, method, headers, traceparent } = request
      if (caller.isFrozen) throw new PolyphonyError('forbidden', 'The account is frozen.')
      const { target, url } = await keeperOf(request)
      const time = timeFor(request.signal, options.answerMs)
      const { signal } = time
      const ask = async ({ member: { side, account } }: Target<CallMember>) => {
        const send = side.send ?? options.streamFor(account, traceparent)
        return passed(
          await send(url, {
            headers: { ...headers, ...side.headersOf(account.settings), 'accept-encoding': 'identity' },
            ...(method === 'POST' ? { body: '' } : { method }),
            signal,
          }),
        )
      }
      const { given } = await options
        .tryEach({ signal, tried: [], triedNames: [] }, [target], ask)
        .finally(() => time.end())
      if (method === 'DELETE' && given.status < 300) await responses.forget(caller, id)
      return { ...given, provider: target.member.record.provider }
    },
  }
}

async function passed(answer: StreamAnswer): Promise<CallAnswer> {
  const headers = passedHeaders(answer.headers)
  if (answer.statusCode >= 400) return refusal(answer, headers)
  const { statusCode: status } = answer
  if (isEventStream(headers['content-type'] ?? '')) return { status, headers, body: answer.body }
  return { status, headers, body: await readWholeAnswer(answer) }
}
