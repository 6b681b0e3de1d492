import { Value } from 'typebox/value'
import { describe, expect, it } from 'vitest'
import { getOperation } from '../catalog/catalog.ts'
import { PolyphonyError } from '../core/errors.ts'
import { isJsonObject, type Json } from '../core/json.ts'
import { aSignal } from './kit/provider.testing.ts'
import type { Account, Job, Progress, Provider, Submitted } from './provider.ts'

/** An adapter with its fake vendor, as the contract drives it. Everything is a function, since tests open it before they run. */
export interface Subject {
  provider(): Provider
  /** An account at the fake vendor. */
  account(): Account
  /** A job that the fake vendor takes. */
  job(operation: string): Job
  /** Operations to drive the adapter by. A job that waits is polled, and cancelled where the vendor can do that. */
  operations: readonly string[]
}

/** What every adapter has to keep to, whatever its vendor does. */
export function providerContract(name: string, subject: Subject): void {
  describe(`the contract of providers, kept by ${name}`, () => {
    describe.each(subject.operations)('with %s', (operation) => {
      handlesSurviveJson(subject, operation)
      signalsEndCalls(subject, operation)
      cancellingTwiceIsHarmless(subject, operation)
      strangeAnswersAreErrors(subject, operation)
      changedAnswersAreErrorsOrValid(subject, operation)
    })
    foreignHandlesAreRefused(subject)
  })
}

/** The handle of a submitted job; undefined where the vendor answers with the result at once. */
async function submitted({ provider, account, job }: Subject, operation: string): Promise<Json | undefined> {
  const answer = await provider().submit(job(operation), account(), aSignal())
  if ('failed' in answer) throw new Error(`The fake vendor refused the job of the contract: ${answer.failed.reason}`)
  return 'result' in answer ? undefined : answer.handle
}

function poll({ provider, job }: Subject, operation: string, handle: Json, account: Account, signal = aSignal()) {
  const { poll } = provider()
  if (!poll) throw new Error(`${provider().id} gives handles and cannot be polled.`)
  return poll.call(provider(), handle, account, signal, job(operation))
}

async function pollToEnd(subject: Subject, operation: string, handle: Json, account: Account): Promise<Progress> {
  for (;;) {
    const progress = await poll(subject, operation, handle, account)
    if (progress.status !== 'processing') return progress
  }
}

function handlesSurviveJson(subject: Subject, operation: string): void {
  it('carries on from a handle that was stored as JSON', async () => {
    const handle = await submitted(subject, operation)
    if (handle === undefined) return
    const stored: Json = JSON.parse(JSON.stringify(handle))
    expect(stored).toEqual(handle)
    expect(await pollToEnd(subject, operation, stored, subject.account())).toMatchObject({ status: 'completed' })
  })
}

const ABORT_AFTER_MS = 30
const ENDS_WITHIN_MS = 2_000

function signalsEndCalls(subject: Subject, operation: string): void {
  it('ends every call as soon as its signal is aborted', async () => {
    const { provider, account, job } = subject
    const handle = (await submitted(subject, operation)) ?? null
    const { submit, poll, cancel, reconcile, probe } = provider()
    const silent = (): Account => ({ ...account(), fetch: unanswered })
    const calls: ((signal: AbortSignal) => Promise<unknown> | undefined)[] = [
      (signal) => submit.call(provider(), job(operation), silent(), signal),
      (signal) => reconcile?.call(provider(), job(operation), silent(), signal),
      (signal) => probe?.call(provider(), silent(), signal),
    ]
    if (handle !== null) {
      calls.push(
        (signal) => poll?.call(provider(), handle, silent(), signal, job(operation)),
        (signal) => cancel?.call(provider(), handle, silent(), signal, job(operation)),
      )
    }
    for (const call of calls) await expectEnded(call)
  })
}

async function expectEnded(call: (signal: AbortSignal) => Promise<unknown> | undefined): Promise<void> {
  const controller = new AbortController()
  const outcome = call(controller.signal)?.then(
    () => 'ended',
    () => 'ended',
  )
  setTimeout(() => controller.abort(new Error('The contract ends the call.')), ABORT_AFTER_MS)
  const late = new Promise((resolve) => setTimeout(resolve, ENDS_WITHIN_MS, 'still running').unref())
  expect(await Promise.race([outcome ?? 'ended', late])).toBe('ended')
}

/** A vendor that takes a request and never answers it. */
const unanswered: Account['fetch'] = (input, init) => {
  const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined)
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason)
    signal?.addEventListener('abort', () => reject(signal.reason))
  })
}

function cancellingTwiceIsHarmless(subject: Subject, operation: string): void {
  it('cancels the same task twice without harm', async () => {
    const { provider, account } = subject
    const { cancel } = provider()
    const handle = await submitted(subject, operation)
    if (handle === undefined || !cancel) return
    const twice = [1, 2].map(() => () => cancel.call(provider(), handle, account(), aSignal(), subject.job(operation)))
    // A vendor may refuse to cancel what has ended, or not have ended it yet, and the adapter then says so.
    for (const once of twice) {
      expect(await once().catch(codeOf)).toBeOneOf([undefined, 'vendor_refused', 'vendor_unreachable'])
    }
  })
}

const FOREIGN_HANDLES: readonly Json[] = [null, 'a handle', 7, true, [], {}, { id: 7 }, { id: null }, { other: 'a' }]

function foreignHandlesAreRefused(subject: Subject): void {
  it.each(FOREIGN_HANDLES.map((handle) => [JSON.stringify(handle), handle] as const))(
    'refuses the handle %s without a call to the vendor',
    async (_, handle) => {
      const { provider, account } = subject
      const { cancel } = provider()
      const [operation = ''] = subject.operations
      const calls: string[] = []
      const watched: Account = {
        ...account(),
        fetch: (input) => {
          calls.push(String(input))
          return Promise.reject(new Error('The contract allows no call.'))
        },
      }
      const refusal = {
        code: 'internal',
        message: expect.stringMatching(/^The stored handle is not a valid .+ handle\.$/),
      }
      if (provider().poll) await expect(poll(subject, operation, handle, watched)).rejects.toMatchObject(refusal)
      if (cancel)
        await expect(cancel.call(provider(), handle, watched, aSignal(), subject.job(operation))).rejects.toMatchObject(
          refusal,
        )
      expect(calls).toEqual([])
    },
  )
}

const HTML = '<!doctype html><title>Welcome to nginx!</title>'

/** Bodies that no vendor answers with. */
const STRANGE: readonly string[] = [
  ...['{}', '[]', '""', '"done"', '7', 'true', '[[]]', '[{}]', '{"data":[]}', '{"data":{}}', '{"data":[null]}'],
  ...['{"id":7,"status":7,"state":7}', '{"id":{},"status":[],"output":7}', '{"code":0,"data":7}', HTML, '{"id":'],
]

/** What a caller may be told when an answer cannot be read. */
const FITTING = [
  ...['vendor_silent', 'vendor_unreachable', 'vendor_refused', 'content_moderated', 'account_refused', 'account_busy'],
  'output_unusable',
]

function strangeAnswersAreErrors(subject: Subject, operation: string): void {
  it.each([200, 400, 500])('takes no answer in a strange form for a result, with the status %i', async (status) => {
    const { provider, account, job } = subject
    const handle = await submitted(subject, operation)
    for (const body of STRANGE) {
      const type = body === HTML ? 'text/html' : 'application/json'
      const fetch = async () => new Response(body, { status, headers: { 'content-type': type } })
      const strange = { ...account(), fetch }
      expectNoResult(body, await provider().submit(job(operation), strange, aSignal()).catch(errorOf))
      if (handle === undefined) continue
      const progress = await poll(subject, operation, handle, strange).catch(errorOf)
      expectNoResult(body, progress)
      if (status === 200) expect([body, codeOf(progress)]).toEqual([body, 'vendor_unreachable'])
    }
  })
}

function expectNoResult(body: string, outcome: Submitted | Progress | PolyphonyError): void {
  if (outcome instanceof PolyphonyError) expect([body, FITTING]).toEqual([body, expect.arrayContaining([outcome.code])])
  else expect([body, 'failed' in outcome || ('status' in outcome && outcome.status === 'failed')]).toEqual([body, true])
}

/** Anything but a PolyphonyError is a fault of the adapter, and fails the test with its own stack. */
function errorOf(thrown: unknown): PolyphonyError {
  if (thrown instanceof PolyphonyError) return thrown
  throw thrown
}

function codeOf(outcome: unknown): string | undefined {
  return outcome instanceof PolyphonyError ? outcome.code : undefined
}

/** An answer of the fake vendor, as it came. */
interface Recorded {
  status: number
  headers: [string, string][]
  body: ArrayBuffer
}

function changedAnswersAreErrorsOrValid(subject: Subject, operation: string): void {
  it('gives a valid outcome or a PolyphonyError whatever single member of an answer has another type', async () => {
    const { provider, account, job } = subject
    const begin = recording(account())
    const answer = await provider().submit(job(operation), begin.account, aSignal())
    await eachChange(begin.recorded, async (changed, isLast) => {
      const outcome = await provider()
        .submit(job(operation), { ...account(), fetch: replayed(changed) }, aSignal())
        .catch(errorOf)
      // The last call is the paid one: made again, it would be paid for twice.
      const unfitting = isLast ? 'vendor_unreachable' : undefined
      expectValid(operation, outcome, unfitting)
    })
    if (!('handle' in answer) || answer.handle === undefined || 'result' in answer) return
    const { handle } = answer
    await pollToEnd(subject, operation, handle, account())
    const look = recording(account())
    await poll(subject, operation, handle, look.account)
    await eachChange(look.recorded, async (changed) => {
      const fetch = replayed(changed)
      expectValid(operation, await poll(subject, operation, handle, { ...account(), fetch }).catch(errorOf))
    })
  })
}

function recording(account: Account): { account: Account; recorded: Recorded[] } {
  const recorded: Recorded[] = []
  const fetch: Account['fetch'] = async (input, init) => {
    const answer = await account.fetch(input, init)
    const body = await answer.arrayBuffer()
    const one = { status: answer.status, headers: [...answer.headers], body }
    recorded.push(one)
    return responseOf(one)
  }
  return { account: { ...account, fetch }, recorded }
}

function responseOf({ status, headers, body }: Recorded): Response {
  const plain = headers.filter(([name]) => name === 'content-type')
  return new Response(body.byteLength === 0 ? null : body, { status, headers: plain })
}

function replayed(answers: readonly Recorded[]): Account['fetch'] {
  const left = [...answers]
  return async () => {
    const next = left.shift()
    return next ? responseOf(next) : Response.json({ message: 'The contract has no more answers.' }, { status: 500 })
  }
}

const OTHER_VALUES: readonly Json[] = [null, 7, 'text', true, [], {}, [null], { url: 7 }]

async function eachChange(
  answers: readonly Recorded[],
  look: (changed: Recorded[], isLast: boolean) => Promise<void>,
): Promise<void> {
  for (const [index, answer] of answers.entries()) {
    const body = jsonIn(answer.body)
    if (body === undefined) continue
    for (const other of variantsOf(body)) {
      const changed = { ...answer, body: new TextEncoder().encode(JSON.stringify(other)).buffer }
      await look(answers.with(index, changed), index === answers.length - 1)
    }
  }
}

function jsonIn(body: ArrayBuffer): Json | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined // a file, or nothing
  }
}

/** The value with one member, at any depth, in another type or left out. */
function* variantsOf(value: Json): Generator<Json> {
  if (Array.isArray(value)) {
    for (const [index, one] of value.entries()) for (const other of changesOf(one)) yield value.with(index, other)
  } else if (isJsonObject(value)) {
    for (const [name, one] of Object.entries(value)) {
      const { [name]: _, ...rest } = value
      yield rest
      for (const other of changesOf(one)) yield { ...value, [name]: other }
    }
  }
}

function* changesOf(value: Json): Generator<Json> {
  yield* OTHER_VALUES
  yield* variantsOf(value)
}

function expectValid(operation: string, outcome: Submitted | Progress | PolyphonyError, unfitting?: string): void {
  if (outcome instanceof PolyphonyError) {
    expect(FITTING).toContain(outcome.code)
    expect(outcome.code).not.toBe(unfitting)
    return
  }
  if (!('result' in outcome)) return
  const { output, files } = outcome.result
  expect(Value.Check(getOperation(operation).output, output), JSON.stringify(output)).toBe(true)
  for (const { content } of files) {
    if ('url' in content) expect(URL.canParse(content.url), content.url).toBe(true)
  }
}
