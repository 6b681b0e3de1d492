import { listOperations } from '../../src/catalog/catalog.ts'
import type { Operation } from '../../src/catalog/operation.ts'
import { itemId, taskOfItem } from '../../src/core/ids.ts'
import type { JsonObject } from '../../src/core/json.ts'

/** The field that names what an operation builds on; undefined if it builds on nothing. */
export function parentField(operation: Operation): string | undefined {
  const probe = 'a parent'
  return Object.keys(operation.input.properties).find(
    (name) => operation.follows({ ...operation.example, [name]: probe }) === probe,
  )
}

/** An operation whose finished task this one can build on. */
export function parentOperation({ id, followsModels }: Operation): Operation {
  const parent = listOperations().find(
    (one) => [one.model, one.id].some((name) => followsModels.includes(name)) && one.follows(one.example) === undefined,
  )
  if (!parent) throw new Error(`Nothing makes what ${id} builds on.`)
  return parent
}

/** The example, building on a task that exists: on the item of it that the example's made-up id names. */
export function exampleOn({ follows, example, ...operation }: Operation, parentTaskId: string): JsonObject {
  const madeUp = follows(example)
  const field = parentField({ follows, example, ...operation })
  if (madeUp === undefined || field === undefined) return example
  return { ...example, [field]: itemId(parentTaskId, taskOfItem(madeUp).number) }
}
