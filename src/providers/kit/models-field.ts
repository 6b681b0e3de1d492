import { getOperation } from '../../catalog/catalog.ts'
import type { AccountField } from '../provider.ts'

/** Limits an account to some of the operations that it could perform. */
export function modelsField(env: string): AccountField {
  return {
    name: 'models',
    env,
    title: 'Models or operations, with commas between; all if empty',
    isSecret: false,
    default: '',
  }
}

/** The operations in a list of model names and operation ids, such as `suno, kling/effects`; '' means all. */
export function limitToModels(operations: ReadonlySet<string>, list: string): ReadonlySet<string> {
  const names = new Set(
    list
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  )
  if (names.size === 0) return operations
  return new Set([...operations].filter((id) => names.has(id) || names.has(getOperation(id).model)))
}
