import { setTimeout as delay } from 'node:timers/promises'
import type { GatewayNode } from './node.ts'
import type { Nodes, Reply } from './nodes.ts'
import { arrivalMs, randomOf } from './random.ts'

export const LIVE_KEY = 'sk-live-chaos-0123456789abcdef'
export const TEST_KEY = 'sk-test-chaos-0123456789abcdef'

/** The performer of the work: a vendor that finds orders by our id, one that can only send callbacks, one that lists its orders; the sandbox. */
export type Kind = 'upstream' | 'piapi' | 'replicate' | 'sandbox'

/** Parts of the load by kind; they need not sum up to anything. */
export type Mix = Partial<Record<Kind, number>>

export const DEFAULT_MIX: Mix = { upstream: 0.35, piapi: 0.25, replicate: 0.1, sandbox: 0.3 }

export interface Submission {
  /** The Idempotency-Key, and the name of the submission in its prompt and in the address of its webhook. */
  marker: string
  kind: Kind
  /** Every id that an answer gave; more than one is a fault. */
  ids: Set<string>
  /** Statuses of all answers; 0 = none. */
  answers: number[]
  firstSentAt: number
  acceptedAt: number | undefined
  /** Its webhook goes to a host that does not answer. */
  isUnheard: boolean
}

/** Where a burst goes, if not to the default places. */
interface Aim {
  node?: GatewayNode
  /** Another receiver of webhooks, which is not expected to answer. */
  deadHookUrl?: string
}

interface LoadOptions {
  nodes: Nodes
  hookUrl: string
  seed: number
}

const TWICE_AT_ONCE = 0.15
const RETRY_MS = 400
const MAX_TRIES = 60
/** How long a client goes on with its retries once the load has stopped. */
const GIVE_UP_MS = 90_000

/** An open loop of submissions by careful clients: each has a key, and sends again with it until it is answered for good. */
export class Load {
  readonly submissions = new Map<string, Submission>()
  readonly #options: LoadOptions
  readonly #random: () => number
  readonly #pending = new Set<Promise<void>>()
  readonly #ending = new AbortController()
  #stopArrivals: (() => void) | undefined
  #arrivals: Promise<void> | undefined

  constructor(options: LoadOptions) {
    this.#options = options
    this.#random = randomOf(options.seed)
  }

  get accepted(): Submission[] {
    return [...this.submissions.values()].filter(({ ids }) => ids.size > 0)
  }

  /** Submissions arrive from now on, `perSecond` on average. */
  start(perSecond: number, mix: Mix = DEFAULT_MIX): void {
    const stopping = new AbortController()
    this.#stopArrivals = () => stopping.abort()
    this.#arrivals = this.#arrive(perSecond, mix, stopping.signal)
  }

  /** No more arrive; resolves when every client has its answer, or has given up. */
  async stop(): Promise<void> {
    this.#stopArrivals?.()
    await this.#arrivals
    const timer = setTimeout(() => this.#ending.abort(), GIVE_UP_MS)
    await Promise.all(this.#pending)
    clearTimeout(timer)
  }

  /** Sends `count` at once. */
  burst(count: number, kind: Kind, aim: Aim = {}): Submission[] {
    return Array.from({ length: count }, () => this.#begin(kind, aim))
  }

  /** Resolves when every submission so far has its answer. */
  async answered(): Promise<void> {
    await Promise.all(this.#pending)
  }

  /** One submission to one node: whether that node took it at the first try. It is sent again elsewhere when not. */
  async probe(node: GatewayNode, kind: Kind, timeoutMs: number): Promise<boolean> {
    const submission = this.#new(kind, {})
    const isTaken = await this.#send(submission, { timeoutMs }, { node })
    if (!isTaken) this.#follow(this.#insist(submission, {}))
    return isTaken
  }

  close(): void {
    this.#stopArrivals?.()
    this.#ending.abort()
  }

  async #arrive(perSecond: number, mix: Mix, stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      await delay(arrivalMs(perSecond, this.#random), undefined, { signal: stopping }).catch(() => {})
      if (!stopping.aborted) this.#begin(this.#drawn(mix), {})
    }
  }

  #drawn(mix: Mix): Kind {
    const parts = Object.entries(mix) as [Kind, number][] // its keys are kinds
    let left = this.#random() * parts.reduce((sum, [, part]) => sum + part, 0)
    for (const [kind, part] of parts) {
      left -= part
      if (left <= 0) return kind
    }
    return 'sandbox'
  }

  #new(kind: Kind, { deadHookUrl }: Aim): Submission {
    const marker = `chaos-${kind}-${this.#options.seed}-${this.submissions.size + 1}`
    const submission: Submission = {
      marker,
      kind,
      ids: new Set(),
      answers: [],
      firstSentAt: Date.now(),
      acceptedAt: undefined,
      isUnheard: deadHookUrl !== undefined,
    }
    this.submissions.set(marker, submission)
    return submission
  }

  #begin(kind: Kind, aim: Aim): Submission {
    const submission = this.#new(kind, aim)
    const copies = this.#random() < TWICE_AT_ONCE ? 2 : 1
    for (let copy = 0; copy < copies; copy++) this.#follow(this.#insist(submission, aim))
    return submission
  }

  #follow(work: Promise<void>): void {
    const followed = work.finally(() => this.#pending.delete(followed))
    this.#pending.add(followed)
  }

  async #insist(submission: Submission, aim: Aim): Promise<void> {
    for (let tries = 0; tries < MAX_TRIES && !this.#ending.signal.aborted; tries++) {
      if (await this.#send(submission, {}, aim)) return
      await delay(RETRY_MS * Math.min(4, tries + 1), undefined, { signal: this.#ending.signal }).catch(() => {})
    }
  }

  /** True when there is nothing to be sent again: accepted, or refused for good. */
  async #send(submission: Submission, limit: { timeoutMs?: number }, aim: Aim): Promise<boolean> {
    const { marker, kind } = submission
    const { node, deadHookUrl = this.#options.hookUrl } = aim
    let reply: Reply
    try {
      reply = await this.#options.nodes.send('/polyphony/v1/tasks', {
        method: 'POST',
        headers: {
          authorization: `Bearer ${kind === 'sandbox' ? TEST_KEY : LIVE_KEY}`,
          'content-type': 'application/json',
          'idempotency-key': marker,
        },
        body: JSON.stringify({ ...workOf(kind, marker), webhook: `${deadHookUrl}/${marker}` }),
        ...limit,
        ...(node ? { node } : {}),
      })
    } catch {
      submission.answers.push(0)
      return false
    }
    submission.answers.push(reply.status)
    if (reply.status !== 201) return reply.status < 500 && reply.status !== 429
    const { id } = JSON.parse(reply.body) as { id: string }
    submission.ids.add(id)
    submission.acceptedAt ??= Date.now()
    return true
  }
}

/** Each operation has one performer only, so that no other vendor steps in. */
function workOf(kind: Kind, marker: string): { operation: string; input: object } {
  switch (kind) {
    case 'upstream':
      return { operation: 'kling/image_generation', input: { prompt: marker } }
    case 'piapi':
      return { operation: 'midjourney/imagine', input: { prompt: marker } }
    case 'replicate':
      return {
        operation: 'replicate/prediction',
        input: { model: 'black-forest-labs/flux-schnell', input: { prompt: marker } },
      }
    default:
      return { operation: 'suno/lyrics', input: { prompt: `${marker} sandbox:slow=0.5` } }
  }
}
