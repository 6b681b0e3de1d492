import { getOperation } from '../../catalog/catalog.ts'
import type { AccountField } from '../provider.ts'

/** What an account is to be used for, where it could do more than its owner wants. */
export function modelsField(env: string): AccountField {
  return {
    name: 'models',
    env,
    title: 'Models or operations, with commas between; all if empty',
    isSecret: false,
    default: '',
  }
}

/** The operations that a list of model names and operation ids names, such as `suno, kling/effects`; '' names all. */
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
