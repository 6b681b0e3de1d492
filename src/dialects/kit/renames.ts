import type { Operation } from '../../catalog/operation.ts'
import type { FieldNames } from '../../core/field-names.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { inputSchema } from './openapi.ts'

/** The catalogue's field for a caller's field; `read` turns the caller's form of its value into the catalogue's. */
export interface Renamed {
  to: string
  read?: (value: Json) => Json
}

/** Fields that a protocol calls or writes differently, said once for all that follows from it. */
export interface Renames {
  /** For errors: the catalogue's field -> the caller's. */
  names: FieldNames
  /** The fields under the catalogue's names; others keep theirs. */
  translate(fields: JsonObject): JsonObject
  /** The input of an operation as the protocol's callers send it, for the description. */
  describe(operation: Operation): JsonObject
}

export function renames(fields: Record<string, string | Renamed>): Renames {
  const table = new Map(Object.entries(fields).map(([name, to]) => [name, typeof to === 'string' ? { to } : to]))
  const names = Object.fromEntries([...table].map(([name, { to }]) => [to, name]))
  return {
    names,
    translate(body) {
      const kept = Object.entries(body).filter(([name]) => !table.has(name))
      const renamed = [...table].flatMap(([name, { to, read }]): [string, Json][] => {
        const { [name]: value } = body
        return value === undefined ? [] : [[to, read ? read(value) : value]]
      })
      return Object.fromEntries([...kept, ...renamed])
    },
    describe(operation) {
      const ownName = (name: string): string => names[name] ?? name
      const schema = inputSchema(operation)
      const properties = (schema.properties ?? {}) as JsonObject // the members of an object's schema
      const required = ((schema.required ?? []) as string[]).map(ownName)
      return {
        ...schema,
        properties: Object.fromEntries(Object.entries(properties).map(([name, field]) => [ownName(name), field])),
        ...(required.length > 0 ? { required } : {}),
      }
    },
  }
}

/** The same names for fields that are inside another one of the caller's body. */
export function namesInside(field: string, names: FieldNames): FieldNames {
  return Object.fromEntries(Object.entries(names).map(([name, own]) => [name, `${field}.${own}`]))
}
