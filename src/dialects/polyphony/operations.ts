import { listOperations } from '../../catalog/catalog.ts'
import type { Operation } from '../../catalog/operation.ts'
import { readInput } from '../../catalog/read-input.ts'
import { type Caller, mayUse } from '../../core/caller.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Prices } from '../../prices/price-list.ts'
import type { DialectContext } from '../dialect.ts'
import { inputSchema, plain } from '../kit/openapi.ts'

/**
 * The operations that a key can use now: a provider performs them, and the key is not limited to other models. With `all`
 * also the others of the catalogue, which say that they are not available.
 */
export function operationsFor(
  caller: Caller,
  { available, prices }: Pick<DialectContext, 'available' | 'prices'>,
  { all = false }: { all?: boolean } = {},
) {
  const isOffered = offeredTo(caller, { available })
  return listOperations()
    .filter((operation) => all || isOffered(operation))
    .map((operation) => ({ ...about(operation, prices, caller.tenantId), available: isOffered(operation) }))
}

/** Whether a key can use an operation now. */
export function offeredTo(
  caller: Caller,
  { available }: Pick<DialectContext, 'available'>,
): (operation: Operation) => boolean {
  const offered = available(caller.mode, caller.tenantId)
  return ({ id, model }) => offered.has(id) && mayUse(caller, model)
}

/** What is the same of an operation for every caller: to work it out for all of them takes tens of milliseconds. */
interface Unchanging {
  /** Its example, as it is read. */
  input: JsonObject
  inputSchema: JsonObject
  outputSchema: JsonObject
}

const unchanging = new WeakMap<Operation, Unchanging>()

function unchangingOf(operation: Operation): Unchanging {
  const known = unchanging.get(operation)
  if (known) return known
  const made = {
    input: readInput(operation, operation.example),
    inputSchema: inputSchema(operation),
    outputSchema: plain(operation.output),
  }
  unchanging.set(operation, made)
  return made
}

/** What a caller needs to know of an operation; the price is that of its example for the tenant. */
export function about(operation: Operation, { priceOf }: Prices, tenantId: string) {
  const { id, model, taskType, title, produces, timeoutMs, example } = operation
  const { input, inputSchema: input_schema, outputSchema: output_schema } = unchangingOf(operation)
  return {
    id,
    model,
    task_type: taskType,
    title,
    produces: produces.kind,
    price_points: priceOf(operation, input, tenantId).points, // of the example
    timeout_seconds: timeoutMs / 1_000,
    input_schema,
    output_schema,
    example,
  }
}
