import type { RouteRequest } from '../accounts/routing.ts'
import { getOperation } from '../catalog/catalog.ts'
import { itemsIn, sizesIn } from '../catalog/outputs.ts'
import { positionFault } from '../catalog/positions.ts'
import { unpricedField } from '../catalog/price-aliases.ts'
import { ruleText } from '../catalog/read-input.ts'
import { hasShapeOfParent } from '../catalog/unread-fields.ts'
import type { Asset } from '../core/asset.ts'
import { type Caller, checkModelAllowed, isOwn, scopeOf } from '../core/caller.ts'
import { DAY_MS } from '../core/clock.ts'
import { fieldError, PolyphonyError } from '../core/errors.ts'
import { pathOfText } from '../core/field-names.ts'
import { isId, newId, taskOfItem } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import type { NewTask } from '../core/new-task.ts'
import type { PictureSizes } from '../core/picture-sizes.ts'
import { type Points, ZERO_POINTS } from '../core/points.ts'
import type { PriceSource } from '../core/price-rule.ts'
import type { Task } from '../core/task.ts'
import { checkEcho } from './echo-limits.ts'
import { fieldIn, type Submission } from './submission.ts'
import type { SubmitParts } from './submit-parts.ts'

const FROZEN = 'This account is frozen by the operator: new tasks are refused, and all else goes on.'

/** What a submission that may be stored comes to. */
interface Checked {
  pool: string
  parentTaskId: string | null
  pricePoints: Points
  priceRule: PriceSource | null
  model: string
}

export interface Prepared {
  fresh: NewTask
  /** The files that came with it. */
  assets: Asset[]
}

async function parentOf({ find }: SubmitParts, submission: Submission, caller: Caller): Promise<Task | null> {
  const { operation, input } = submission
  const item = operation.follows(input)
  if (item === undefined) return null
  const field = fieldIn(submission, pathOfText(input, item))
  const refuse = (rule: string) => fieldError('parent_not_usable', field, rule)
  const unknown = `names ${item}, but there is no such task or item`
  const parent = isId(item) ? await find(taskOfItem(item).taskId) : undefined
  if (!parent || !isOwn(caller, parent)) throw refuse(unknown)
  const { model, id } = getOperation(parent.operation)
  if (!operation.followsModels.some((one) => one === model || one === id)) {
    const others = operation.followsModels.join(', ')
    throw refuse(`names ${item}, which is of ${model}; ${operation.id} builds on ${others}`)
  }
  const { number } = taskOfItem(item)
  if (parent.output !== null && number > itemsIn(parent.output)) throw refuse(unknown)
  if (parent.status !== 'completed') throw refuse(`names ${item}, but its task is ${parent.status}`)
  return parent
}

/** Refuses what does not fit the task that this one builds on, such as a moment beyond the end of its clip. */
function checkAgainstParent(submission: Submission, parent: Task | null): void {
  if (!parent) return
  const { operation, input } = submission
  const broken =
    operation.fits(input, parent) ??
    (hasShapeOfParent(operation, input) ? unpricedField(operation, input, sizesIn(parent.output)) : undefined)
  if (broken) throw fieldError('invalid_input', fieldIn(submission, broken.field), ruleText(broken, submission.names))
  const item = operation.follows(input)
  const fault = item !== undefined ? positionFault(input, item, parent.output) : undefined
  if (fault) throw fieldError('invalid_input', fieldIn(submission, fault.field), fault.rule)
}

/** Everything that can be refused before a file or a task is stored. */
export async function check(parts: SubmitParts, submission: Submission, caller: Caller): Promise<Checked> {
  const { accounts, egress } = parts
  const { operation, input } = submission
  checkEcho(submission)
  if (caller.isFrozen) throw new PolyphonyError('forbidden', FROZEN)
  const model = submission.model ?? operation.model
  checkModelAllowed(caller, model)
  const { mode, tenantId } = caller
  const request = { operation: operation.id, input, mode, tenantId, pool: submission.pool }
  accounts.route(request) // whatever the parent: an operation without a provider is refused as such
  if (submission.webhook) await egress.judge(submission.webhook.url, submission.webhook.field)
  const parent = await parentOf(parts, submission, caller)
  checkAgainstParent(submission, parent)
  const { pool, isFree, judgesSizes } = accounts.route({ ...request, parent })
  const sizes =
    judgesSizes || operation.pricedBy !== undefined ? await knownSizes(parts, submission, caller, request) : undefined
  const checked = { pool, parentTaskId: parent?.id ?? null, model }
  if (mode === 'test' || isFree) return { ...checked, pricePoints: ZERO_POINTS, priceRule: null }
  const { points: pricePoints, rule: priceRule } = parts.prices.priceOf(operation, input, tenantId, sizes)
  return { ...checked, pricePoints, priceRule }
}

/** The sizes of the pictures, as far as they are known; refuses those that no account takes. */
async function knownSizes(
  { accounts, inputs }: SubmitParts,
  submission: Submission,
  caller: Caller,
  request: RouteRequest & { input: JsonObject },
): Promise<PictureSizes> {
  const sizes = await inputs.sizesOf(submission, scopeOf(caller))
  const fault = accounts.faultOfSizes(request, sizes)
  if (fault) throw fieldError('invalid_input', fieldIn(submission, fault.field), fault.rule)
  return sizes
}

/** The task as it is to be stored, and the files that came with it. */
export async function prepare(parts: SubmitParts, submission: Submission, caller: Caller): Promise<Prepared> {
  const { limits } = parts
  const { operation } = submission
  const { pool, parentTaskId, pricePoints, priceRule, model } = await check(parts, submission, caller)
  const { input, assets } = await parts.inputs.keep(submission, scopeOf(caller))
  const now = parts.clock.now()
  const fresh: NewTask = {
    id: newId(now),
    tenantId: caller.tenantId,
    keyId: caller.keyId,
    mode: caller.mode,
    dialect: submission.dialect,
    operation: operation.id,
    model,
    taskType: submission.taskType ?? operation.taskType,
    input,
    echo: submission.echo ?? {},
    webhookUrl: submission.webhook?.url ?? null,
    externalId: submission.externalId ?? null,
    requestId: submission.origin?.requestId ?? null,
    traceparent: submission.origin?.traceparent ?? null,
    pricePoints,
    priceRule,
    pool,
    parentTaskId,
    createdAt: now,
    deadlineAt: now + limits.maxWaitMs,
    timeoutMs: Math.ceil(operation.timeoutMs * limits.taskTimeFactor),
    recordExpiresAt: recordExpiresAt(parts, now),
    idempotency: submission.idempotency ?? null,
  }
  return { fresh, assets }
}

export function recordExpiresAt({ limits }: SubmitParts, now: number): number {
  return now + Math.round(limits.recordDays * DAY_MS)
}
