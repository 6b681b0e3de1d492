import type { Operation } from './operation.ts'
import { suno } from './suno.ts'

/** Every family; adding one is a file and a line here. */
const FAMILIES: Operation[][] = [suno]

const byId = new Map(FAMILIES.flat().map((operation) => [operation.id, operation]))

export function findOperation(id: string): Operation | undefined {
  return byId.get(id)
}

/** Throws when there is none: for ids that we stored ourselves. */
export function getOperation(id: string): Operation {
  const operation = byId.get(id)
  if (!operation) throw new Error(`The catalogue has no operation ${id}.`)
  return operation
}

export function listOperations(): Operation[] {
  return [...byId.values()]
}
