import type { FastifyInstance } from 'fastify'
import { listOperations } from '../../catalog/catalog.ts'
import type { Operation } from '../../catalog/operation.ts'
import { readInput } from '../../catalog/read-input.ts'
import type { Caller } from '../../core/caller.ts'
import { pointsToUsd } from '../../core/points.ts'
import type { DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { inputSchema } from '../kit/openapi.ts'
import { formOf, modelsOf } from './families.ts'
import type { Descriptions } from './openapi.ts'
import { type Query, textIn } from './query.ts'

const described = describedBy<Descriptions>()

/** `GET /api/v1/models`: every operation, with schema and price. Not a route of PiAPI's, but in PiAPI's style. */
export function modelRoutes(app: FastifyInstance, context: DialectContext): void {
  app.get<{ Querystring: Query }>('/api/v1/models', described('listModels'), async ({ query, caller }) => {
    const wanted = textIn(query, 'model')
    const models = wanted === undefined ? undefined : modelsOf(wanted)
    const operations = listOperations().filter(({ model }) => models?.includes(model) ?? true)
    const live = context.available('live')
    const test = context.available('test')
    const byModel = Map.groupBy(operations, ({ model }) => model)
    const data = [...byModel].map(([model, offered]) => ({
      model,
      task_types: offered.map((operation) => ({
        ...about(operation, context, caller),
        available: { live: live.has(operation.id), test: test.has(operation.id) },
      })),
    }))
    return { code: 200, data, message: 'success' }
  })
}

function about(operation: Operation, { prices }: DialectContext, { tenantId }: Caller) {
  const { points: price } = prices.priceOf(operation, readInput(operation, operation.example), tenantId)
  return {
    task_type: operation.taskType,
    title: operation.title,
    produces: operation.produces.kind,
    // The price of the example; `?dry_run=true` gives the price of an input.
    price: { points: price, usd: pointsToUsd(price) },
    timeout_seconds: operation.timeoutMs / 1_000,
    // Every task can be cancelled until a provider has it; after that, where the provider can end its work.
    cancellable_while: ['staged', 'pending'],
    input_schema: inputSchema(operation),
    output_schema: formOf(operation).schema,
    example: operation.example,
  }
}
