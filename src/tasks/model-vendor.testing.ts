import { PolyphonyError } from '../core/errors.ts'
import type { Json } from '../core/json.ts'
import type { Account, Job, Progress, Provider, Submitted } from '../providers/provider.ts'

/**
 * A paid vendor for the model of the heart, which several gateway processes call at once. It counts what it was paid for
 * and knows no idempotency keys: a second request is a second bill.
 */

/**
 * - found:    says what became of a task by the task's id
 * - called:   cannot be asked about a lost answer; calls back
 * - polled:   cannot be asked, and does not call back
 * - sync:     answers with the finished work
 * - local:    the work is done in the gateway's process
 */
export const KINDS = ['found', 'called', 'polled', 'sync', 'local'] as const
export type Kind = (typeof KINDS)[number]

/** What the vendor does with a request for work. All but the last three create the work. */
export type Answer = 'at_once' | 'late' | 'lost' | 'garbled' | 'busy' | 'unreachable' | 'refused'

/** How the vendor treats one task. */
export interface Script {
  /** One a request; after the last one: `at_once`. */
  answers: Answer[]
  workMs: number
  fails: boolean
  refusesCancel: boolean
  /** How many of the next polls and look-ups fail. */
  troubles: number
}

/** Work that was paid for. */
export interface Work {
  id: string
  taskId: string
  readyAt: number
  cancelledAt: number | null
  /** The vendor was asked to end it, and did not. */
  isCancelRefused: boolean
  script: Script
}

export interface Vendor {
  /** What was paid for, by task. */
  readonly works: Map<string, Work[]>
  /** Tasks about which a poll or a look-up failed, or said that nothing is known yet. */
  readonly troubled: Set<string>
  script(taskId: string, script: Script): void
  stateOf(work: Work): 'running' | 'done' | 'failed' | 'cancelled'
  /** Sends the answers that were held back. */
  answerAll(): void
  /** From now on every answer comes at once, and nothing fails. */
  calm(): void
  /** The call of one process; what it does not see is held by that process. */
  fetch: typeof globalThis.fetch
}

const USUAL: Script = { answers: [], workMs: 0, fails: false, refusesCancel: false, troubles: 0 }

export function openVendor(now: () => number): Vendor {
  const works = new Map<string, Work[]>()
  const troubled = new Set<string>()
  const scripts = new Map<string, Script>()
  let heldBack: (() => void)[] = []
  let isCalm = false

  const scriptOf = (taskId: string) => scripts.get(taskId) ?? USUAL
  const find = (id: string) => [...works.values()].flat().find((work) => work.id === id)

  function stateOf({ cancelledAt, readyAt, script }: Work): ReturnType<Vendor['stateOf']> {
    if (cancelledAt !== null) return 'cancelled'
    if (now() < readyAt) return 'running'
    return script.fails ? 'failed' : 'done'
  }

  function create(taskId: string): Work {
    const own = works.get(taskId) ?? []
    const script = scriptOf(taskId)
    const id = `${taskId}.${own.length + 1}`
    const work = { id, taskId, readyAt: now() + script.workMs, cancelledAt: null, isCancelRefused: false, script }
    works.set(taskId, [...own, work])
    return work
  }

  async function post(taskId: string, signal: AbortSignal | null | undefined): Promise<string> {
    const answer = isCalm ? 'at_once' : (scriptOf(taskId).answers.shift() ?? 'at_once')
    if (answer === 'busy') throw new PolyphonyError('account_busy', 'Too much at once.')
    if (answer === 'unreachable') throw new PolyphonyError('vendor_unreachable', 'The call never arrived.')
    if (answer === 'refused') throw new PolyphonyError('vendor_refused', 'Too foggy.')
    const { id } = create(taskId)
    if (answer === 'lost') throw silent()
    if (answer === 'garbled') throw new TypeError('The adapter cannot read the answer.')
    if (answer === 'late') await released(signal)
    return id
  }

  function released(signal: AbortSignal | null | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      heldBack.push(resolve)
      signal?.addEventListener('abort', () => reject(silent()))
    })
  }

  function stumble(taskId: string): void {
    const script = scriptOf(taskId)
    if (isCalm || script.troubles === 0) return
    script.troubles -= 1
    troubled.add(taskId)
    throw new PolyphonyError('vendor_unreachable', 'The vendor is restarting.')
  }

  function get(path: string): string {
    const work = find(path.replace('/works/', ''))
    const taskId = path.replace('/tasks/', '')
    stumble(work?.taskId ?? taskId)
    if (path.startsWith('/tasks/')) return works.get(taskId)?.[0]?.id ?? 'absent'
    return work ? stateOf(work) : 'unknown'
  }

  function cancel(id: string): string {
    const work = find(id)
    if (!work || stateOf(work) === 'cancelled') return 'cancelled'
    if (stateOf(work) !== 'running' || work.script.refusesCancel) {
      work.isCancelRefused = true
      throw new PolyphonyError('vendor_refused', 'It cannot be cancelled.')
    }
    work.cancelledAt = now()
    return 'cancelled'
  }

  return {
    works,
    troubled,
    script: (taskId, script) => scripts.set(taskId, script),
    stateOf,
    answerAll() {
      const open = heldBack
      heldBack = []
      for (const release of open) release()
    },
    calm() {
      isCalm = true
      this.answerAll()
    },
    async fetch(input, init) {
      const { pathname } = new URL(String(input))
      const said =
        init?.method === 'POST'
          ? await post(pathname.replace('/tasks/', ''), init.signal)
          : init?.method === 'DELETE'
            ? cancel(pathname.replace('/works/', ''))
            : get(pathname)
      return new Response(null, { headers: { said } })
    },
  }
}

const silent = () => new PolyphonyError('vendor_silent', 'The answer was lost.')

/** The adapter of one kind of vendor, with an id of its own. */
export function providerOf(kind: Kind, id: string): Provider {
  const base = { id, operations: new Set([kind]) }
  if (kind === 'local') return { ...base, isLocal: true, submit: workHere }
  const submit: Provider['submit'] = async ({ taskId }, account, signal) => {
    const said = await call(account, `/tasks/${taskId}`, { method: 'POST', signal })
    return kind === 'sync' ? { result: resultOf(said), handle: { id: said } } : { handle: { id: said } }
  }
  if (kind === 'sync') return { ...base, submit }
  return {
    ...base,
    submit,
    poll: async (handle, account, signal) => {
      const work = idOf(handle)
      return progressOf(work, await call(account, `/works/${work}`, { signal }))
    },
    async cancel(handle, account, signal) {
      await call(account, `/works/${idOf(handle)}`, { method: 'DELETE', signal })
    },
    ...(kind === 'called' ? { receive: async ({ rawBody }) => ({ handle: JSON.parse(rawBody) as Json }) } : {}),
    ...(kind === 'found'
      ? {
          async reconcile({ taskId }, account, signal) {
            const said = await call(account, `/tasks/${taskId}`, { signal })
            return said === 'absent' ? 'absent' : { handle: { id: said } }
          },
        }
      : {}),
  }
}

async function call({ fetch }: Account, path: string, init: RequestInit): Promise<string> {
  const response = await fetch(`https://vendor.example${path}`, init)
  return response.headers.get('said') ?? ''
}

const idOf = (handle: Json) => (handle as { id: string }).id // as `submit` and `receive` make it
const resultOf = (work: string) => ({ output: { work }, files: [] })

function progressOf(work: string, state: string): Progress {
  if (state === 'running') return { status: 'processing', progress: 50 }
  if (state === 'done') return { status: 'completed', result: resultOf(work) }
  return { status: 'failed', reason: state }
}

const REPORTS = 12
const REPORT_MS = 3_000

/** Work of more than two leases in the gateway's own process. */
function workHere({ taskId, report }: Job, _account: Account, signal: AbortSignal): Promise<Submitted> {
  return new Promise((resolve, reject) => {
    let reports = 0
    const timer = setInterval(() => {
      reports += 1
      report((100 * reports) / REPORTS)
      if (reports < REPORTS) return
      clearInterval(timer)
      resolve({ result: resultOf(taskId) })
    }, REPORT_MS)
    signal.addEventListener('abort', () => {
      clearInterval(timer)
      reject(signal.reason)
    })
  })
}
