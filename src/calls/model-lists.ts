import type { Logger } from 'pino'
import { callSideOf, type Member } from '../accounts/member.ts'
import { type Clock, MINUTE_MS, SECOND_MS } from '../core/clock.ts'
import { isJsonObject, type Json } from '../core/json.ts'
import type { Account } from '../providers/provider.ts'

/** What models an account has: as its owner says, as its provider is known, or as its server lists them. */
export interface ModelLists {
  /** What is known now. A server's list is read beside, and again after some minutes. */
  of(member: Member): readonly string[]
  close(): void
}

const FRESH_MS = 5 * MINUTE_MS
const RETRY_MS = 10 * SECOND_MS
const TIMEOUT_MS = 5 * SECOND_MS

interface List {
  models: readonly string[]
  readAt: number
  isFresh: boolean
}

export function openModelLists({ clock, log }: { clock: Clock; log: Logger }): ModelLists {
  const lists = new Map<string, List>()
  const named = new WeakMap<Account, readonly string[]>()

  /** Read once: every call asks for them. */
  function namedModels(account: Account, models: string): readonly string[] {
    let names = named.get(account)
    if (!names) {
      names = models.split(',').map((name) => name.trim())
      named.set(account, names)
    }
    return names
  }

  const closing = new AbortController()

  async function read(member: Member, list: List): Promise<void> {
    const { account, record } = member
    try {
      const answer = await account.fetch(`${account.settings.baseUrl}/models`, {
        headers: callSideOf(member)?.headersOf(account.settings) ?? {},
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      })
      const body = (await answer.json()) as Json
      list.models = namesIn(body)
      list.isFresh = true
      log.info({ account: record.id, models: list.models.length }, 'a server listed its models')
    } catch (error) {
      if (!closing.signal.aborted) log.warn({ account: record.id, err: error }, 'a server did not list its models')
    }
  }

  return {
    of(member) {
      const { record, account } = member
      const { models = '' } = account.settings
      if (models !== '') return namedModels(account, models)
      const side = callSideOf(member)
      const known = side?.models ?? []
      if (known.length > 0 || side?.hasNoList) return known
      const now = clock.now()
      const list = lists.get(record.id) ?? { models: [], readAt: Number.NEGATIVE_INFINITY, isFresh: false }
      lists.set(record.id, list)
      if (now - list.readAt > (list.isFresh ? FRESH_MS : RETRY_MS)) {
        list.readAt = now
        void read(member, list)
      }
      return list.models
    },
    close: () => closing.abort(),
  }
}

/** The names in a list of models as OpenAI's API has it. */
export function namesIn(body: Json): string[] {
  const data = isJsonObject(body) ? body.data : undefined
  if (!Array.isArray(data)) return []
  return data.flatMap((one) => (isJsonObject(one) && typeof one.id === 'string' ? [one.id] : []))
}
