import type { FastifyInstance } from 'fastify'
import { listOperations } from '../catalog/catalog.ts'
import type { Operation } from '../catalog/operation.ts'
import type { Caller } from '../core/caller.ts'
import type { Json, JsonObject } from '../core/json.ts'
import { pointsToUsd } from '../core/points.ts'
import type { DialectContext } from '../dialects/dialect.ts'
import { describedBy } from '../dialects/kit/described.ts'
import { handleErrors } from '../dialects/kit/protocol.ts'
import { callerIfKnown } from '../dialects/kit/requests.ts'
import { typicalPrices } from '../prices/preview.ts'
import { errorBody } from './errors.ts'

const described = describedBy<{ readPricing: unknown }>()

/** The group of everyone, as clients of new-api know it. */
const EVERYONE = 'default'

type Context = Pick<DialectContext, 'authenticate' | 'available' | 'prices'>

/**
 * `GET /api/pricing`: what the operations cost that live keys can request now. It needs no key; with one, the prices are
 * those of its tenant. Clients of new-api read it.
 */
export function pricing(app: FastifyInstance, context: Context): void {
  handleErrors(app, (error, { id }) => errorBody(error, id))
  let kept = { key: '', text: '' }
  app.get('/api/pricing', described('readPricing'), async (request, reply) => {
    const caller = await callerIfKnown(request, context)
    reply.header('content-type', 'application/json; charset=utf-8').header('access-control-allow-origin', '*')
    if (caller) return reply.send(JSON.stringify(priceListBody(context, caller)))
    const key = `${context.prices.revision()} ${[...context.available('live')].join(' ')}`
    if (kept.key !== key) kept = { key, text: JSON.stringify(priceListBody(context, undefined)) }
    return reply.send(kept.text)
  })
}

function priceListBody({ available, prices }: Context, caller: Caller | undefined): JsonObject {
  const offered = available('live', caller?.tenantId)
  const allowed = caller?.allowedModels ?? null
  const operations = listOperations().filter(
    ({ id, model }) => offered.has(id) && (allowed === null || allowed.includes(model)),
  )
  const group = caller && prices.groupOf(caller.tenantId)
  // The prices are those of the caller already, whose group so multiplies them by one.
  const groups = [EVERYONE, ...(group === undefined ? [] : [group])]
  return {
    success: true,
    data: operations.map((operation) => entryOf(operation, { prices, groups, tenantId: caller?.tenantId ?? null })),
    group_ratio: Object.fromEntries(groups.map((name) => [name, 1])),
    usable_group: Object.fromEntries(groups.map((name) => [name, name])),
    vendors: [],
    pricing_version: String(prices.revision()),
  }
}

interface For {
  prices: Context['prices']
  groups: string[]
  tenantId: string | null
}

function entryOf(operation: Operation, { prices, groups, tenantId }: For): JsonObject {
  const { id, title, model, taskType, produces } = operation
  const calls = typicalPrices(operation, prices.priceOf, tenantId)
  return {
    model_name: id,
    quota_type: 1, // a price for each call
    model_price: calls[0] ? pointsToUsd(calls[0].points) : 0,
    model_ratio: 0,
    completion_ratio: 0,
    owner_by: model,
    enable_groups: groups,
    supported_endpoint_types: [],
    title,
    model,
    task_type: taskType,
    produces: produces.kind,
    unit: 'task',
    prices: calls.map(({ name, points }): Json => ({ call: name, points, usd: pointsToUsd(points) })),
  }
}
