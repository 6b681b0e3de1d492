import type { NewBatch, Rejected } from '../core/batch.ts'
import type { Caller } from '../core/caller.ts'
import { fieldError, PolyphonyError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import { points as toPoints } from '../core/points.ts'
import { checkEcho } from './echo-limits.ts'
import { type Prepared, prepare, recordExpiresAt } from './prepare.ts'
import { refusal, storeWithFiles } from './store-submission.ts'
import type { BatchSubmission } from './submission.ts'
import type { SubmitParts } from './submit-parts.ts'

/** How many entries of a batch are looked at at once: judging a URL asks the name service. */
const BATCH_WIDTH = 32

interface Entries {
  ready: (Prepared & { index: number })[]
  rejected: Rejected[]
}

export async function submitBatch(
  parts: SubmitParts,
  batch: BatchSubmission,
  caller: Caller,
): Promise<{ batchId: string; replayed: boolean }> {
  const { store, egress, inputs, admission, clock } = parts
  checkEcho(batch)
  if (batch.webhook) await egress.judge(batch.webhook.url, batch.webhook.field)
  const { ready, rejected } = await prepareEntries(parts, batch, caller)
  const assets = ready.flatMap((one) => one.assets)
  if (ready.length === 0) throw nothingLeft(rejected)

  const now = clock.now()
  const fresh: NewBatch = {
    id: newId(now),
    tenantId: caller.tenantId,
    mode: caller.mode,
    keyId: caller.keyId,
    dialect: batch.dialect,
    echo: batch.echo,
    rejected,
    createdAt: now,
    recordExpiresAt: recordExpiresAt(parts, now),
    idempotency: batch.idempotency ?? null,
  }
  // Ids made anew, so that they follow the order of the request.
  const origin = { requestId: batch.origin?.requestId ?? null, traceparent: batch.origin?.traceparent ?? null }
  const tasks = ready.map((one) => ({ ...one.fresh, ...origin, id: newId(now), createdAt: now }))
  const outcome = await storeWithFiles(
    inputs,
    assets,
    () => admission.measured(tasks.length, () => store.submitBatch({ batch: fresh, tasks })),
    (result) => result.outcome === 'created',
  )
  if (outcome.outcome === 'created') {
    for (const task of tasks) parts.observer?.submitted(task)
    return { batchId: fresh.id, replayed: false }
  }
  if (outcome.outcome === 'replayed') return { batchId: outcome.batchId, replayed: true }
  throw refusal(outcome, toPoints(tasks.reduce((sum, task) => sum + task.pricePoints, 0)), now)
}

/** Prepares each entry by itself. What is wrong with one entry is no fault of the others. */
async function prepareEntries(parts: SubmitParts, batch: BatchSubmission, caller: Caller): Promise<Entries> {
  const ready: Entries['ready'] = []
  const rejected = [...batch.rejected]
  for (let from = 0; from < batch.entries.length; from += BATCH_WIDTH) {
    const settled = await Promise.allSettled(
      batch.entries.slice(from, from + BATCH_WIDTH).map(async ({ index, submission }) => {
        try {
          ready.push({ index, ...(await prepare(parts, submission, caller)) })
        } catch (error) {
          if (!(error instanceof PolyphonyError) || !isOfOneEntry(error)) throw error
          rejected.push(rejectedBy(index, error))
        }
      }),
    )
    const fault = settled.find((one) => one.status === 'rejected')
    if (fault) {
      await parts.inputs.withdraw(ready.flatMap((one) => one.assets))
      throw fault.reason
    }
  }
  ready.sort((a, b) => a.index - b.index)
  rejected.sort((a, b) => a.index - b.index)
  return { ready, rejected }
}

/** What concerns one entry and not the gateway, so that the others are taken. */
function isOfOneEntry({ code, status }: PolyphonyError): boolean {
  return status < 500 || code === 'no_provider'
}

export function rejectedBy(index: number, error: PolyphonyError): Rejected {
  return { index, code: error.code, message: error.message, field: error.details.field ?? null }
}

/** A batch of which nothing can be accepted is refused with its first fault. */
function nothingLeft([first]: Rejected[]): PolyphonyError {
  if (!first) return fieldError('invalid_input', 'tasks', 'must not be empty')
  const field = `tasks.${first.index}${first.field === null ? '' : `.${first.field}`}`
  return new PolyphonyError(
    'invalid_input',
    `No task can be accepted; the first, tasks.${first.index}: ${first.message}`,
    {
      field,
    },
  )
}
