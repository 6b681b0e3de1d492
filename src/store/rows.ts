import type { Selectable } from 'kysely'
import type { Asset } from '../core/asset.ts'
import type { Batch } from '../core/batch.ts'
import type { Delivery } from '../core/delivery.ts'
import type { Json } from '../core/json.ts'
import type { KeyRecord } from '../core/key.ts'
import type { Points } from '../core/points.ts'
import { hostOf } from '../core/receiver.ts'
import type { PeriodSpending } from '../core/spend-periods.ts'
import type { Task } from '../core/task.ts'
import type { Balance, Tenant } from '../core/tenant.ts'
import type {
  ApiKeysTable,
  AssetsTable,
  BalancesTable,
  BatchesTable,
  DeliveriesTable,
  TasksTable,
  TenantsTable,
} from './schema.ts'

// The rows were written by this room, so the casts below only restore types that text columns lost.

const parse = <T>(text: string): T => JSON.parse(text) as T
const parseOr = <T>(text: string | null, empty: T): T => (text === null ? empty : (JSON.parse(text) as T))

export function taskOfRow(row: Selectable<TasksTable>): Task {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    keyId: row.key_id,
    mode: row.mode as Task['mode'],
    dialect: row.dialect,
    operation: row.operation,
    model: row.model,
    taskType: row.task_type,
    input: parse(row.input),
    echo: parse(row.echo),
    status: row.status as Task['status'],
    progress: row.progress,
    pricePoints: row.price as Points,
    priceRule: row.price_rule,
    consumedPoints: row.consumed as Points,
    costPoints: row.cost as Points | null,
    costSource: row.cost_source as Task['costSource'],
    output: parseOr<Json>(row.output, null),
    error: parseOr(row.error, null),
    logs: parseOr(row.logs, []),
    pool: row.pool,
    provider: row.provider,
    account: row.account,
    handle: parseOr<Json>(row.handle, null),
    parentTaskId: row.parent_task_id,
    batchId: row.batch_id,
    attempts: row.attempts,
    misses: row.misses,
    avoidAccount: row.avoid,
    version: row.version,
    claim: row.claim,
    leaseUntil: row.lease_until,
    claimedAt: row.claimed_at,
    calledAt: row.called_at,
    heardAt: row.heard_at,
    cancelRequestedAt: row.cancel_requested_at,
    isWatched: row.watched === 1,
    webhookUrl: row.webhook_url,
    externalId: row.external_id,
    requestId: row.request_id,
    traceparent: row.traceparent,
    fellBack: row.fell_back === 1,
    dueAt: row.due_at,
    deadlineAt: row.deadline_at,
    timeoutMs: row.timeout_ms,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    isFavourite: row.favourite_at !== null,
    deletedAt: row.deleted_at,
  }
}

export function batchOfRow(row: Selectable<BatchesTable>): Batch {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    mode: row.mode as Batch['mode'],
    keyId: row.key_id,
    dialect: row.dialect,
    echo: parse(row.echo),
    rejected: parse(row.rejected),
    total: row.total,
    completed: row.completed,
    failed: row.failed,
    cancelled: row.cancelled,
    createdAt: row.created_at,
    endedAt: row.ended_at,
  }
}

export function assetOfRow(row: Selectable<AssetsTable>): Asset {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    mode: row.mode as Asset['mode'],
    taskId: row.task_id,
    kind: row.kind as Asset['kind'],
    mediaType: row.media_type,
    extension: row.extension,
    sizeBytes: row.size_bytes,
    sha256: row.sha256,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }
}

export function rowOfAsset(asset: Asset): Selectable<AssetsTable> {
  return {
    id: asset.id,
    tenant_id: asset.tenantId,
    mode: asset.mode,
    task_id: asset.taskId,
    kind: asset.kind,
    media_type: asset.mediaType,
    extension: asset.extension,
    size_bytes: asset.sizeBytes,
    sha256: asset.sha256,
    created_at: asset.createdAt,
    expires_at: asset.expiresAt,
  }
}

export function deliveryOfRow(row: Selectable<DeliveriesTable>): Delivery {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    taskId: row.task_id,
    url: row.url,
    headers: parse(row.headers),
    body: row.body,
    status: row.status as Delivery['status'],
    attempts: row.attempts,
    claim: row.claim,
    createdAt: row.created_at,
    dueAt: row.due_at,
    host: row.host ?? hostOf(row.url),
  }
}

/** `role` and `tenant_frozen_at` depend on the tenant: the role that is stored holds at the first tenant alone. */
export function keyOfRow(
  row: Selectable<ApiKeysTable> & { tenant_frozen_at: number | null; first_tenant: string | null },
): KeyRecord {
  return {
    keyId: row.id,
    tenantId: row.tenant_id,
    name: row.name,
    hash: row.hash,
    prefix: row.prefix,
    mode: row.mode as KeyRecord['mode'],
    role: row.role === 'admin' && row.tenant_id === row.first_tenant ? 'admin' : 'member',
    allowedModels: parseOr(row.allowed_models, null),
    requestsPerMinute: row.requests_per_minute,
    maxConcurrent: row.max_concurrent,
    spendLimitPoints: row.spend_limit as Points | null,
    spentPoints: row.spent as Points,
    tokensPerMinute: row.tokens_per_minute,
    dayLimitPoints: row.day_limit as Points | null,
    monthLimitPoints: row.month_limit as Points | null,
    spending: spendingOfRow(row),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
    previousUntil: row.previous_until,
    previousHash: row.previous_hash,
    personId: row.person_id,
    tenantFrozenAt: row.tenant_frozen_at,
  }
}

export function spendingOfRow(
  row: Pick<Selectable<ApiKeysTable>, 'spend_day' | 'day_spent' | 'spend_month' | 'month_spent'>,
): PeriodSpending {
  return {
    day: row.spend_day,
    dayPoints: row.day_spent as Points,
    month: row.spend_month,
    monthPoints: row.month_spent as Points,
  }
}

export function tenantOfRow(row: Selectable<TenantsTable>): Tenant {
  return {
    id: row.id,
    name: row.name,
    createdAt: row.created_at,
    maxConcurrent: row.max_concurrent,
    maxStaged: row.max_staged,
    webhookSecretVersion: row.webhook_secret_version,
    defaultPool: row.pool as Tenant['defaultPool'],
    fallsBack: row.falls_back === 1,
    priceGroup: row.price_group,
    frozenAt: row.frozen_at,
    deletedAt: row.deleted_at,
  }
}

export function balanceOfRow(row: Selectable<BalancesTable>): Balance {
  return {
    available: row.available as Points,
    held: row.held as Points,
    credited: row.credited as Points,
    active: row.active,
    staged: row.staged,
  }
}
