import { listOperations } from '../../catalog/catalog.ts'
import type { Operation } from '../../catalog/operation.ts'
import { readInput } from '../../catalog/read-input.ts'
import type { Caller } from '../../core/caller.ts'
import type { Prices } from '../../prices/price-list.ts'
import type { DialectContext } from '../dialect.ts'
import { inputSchema, plain } from '../kit/openapi.ts'

/**
 * The operations that a key can use now: a provider performs them, and the key is not limited to other models. With `all`
 * also the others of the catalogue, which say that they are not available.
 */
export function operationsFor(
  { mode, tenantId, allowedModels }: Caller,
  { available, prices }: Pick<DialectContext, 'available' | 'prices'>,
  { all = false }: { all?: boolean } = {},
) {
  const offered = available(mode, tenantId)
  const isOffered = ({ id, model }: Operation) => offered.has(id) && (allowedModels?.includes(model) ?? true)
  return listOperations()
    .filter((operation) => all || isOffered(operation))
    .map((operation) => ({ ...about(operation, prices, tenantId), available: isOffered(operation) }))
}

function about(operation: Operation, { priceOf }: Prices, tenantId: string) {
  const { id, model, taskType, title, produces, timeoutMs, output, example } = operation
  return {
    id,
    model,
    task_type: taskType,
    title,
    produces: produces.kind,
    price_points: priceOf(operation, readInput(operation, example), tenantId).points, // of the example
    timeout_seconds: timeoutMs / 1_000,
    input_schema: inputSchema(operation),
    output_schema: plain(output),
    example,
  }
}
