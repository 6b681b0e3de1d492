import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { PolyphonyError } from '../core/errors.ts'
import { isKnownSchema, LATEST_SCHEMA } from '../store/migrate.ts'

/**
 * A backup is a tar archive, compressed by gzip: `secret`, the rows of each table in `tables/NAME/NUMBER.jsonl` (a JSON array a
 * line, with the columns that the manifest names), with `--files` the content of the storage in `files/`, and at the end
 * `manifest.json`. It is the same for both engines, so a backup of one can be restored to the other.
 */
export const MANIFEST = 'manifest.json'
export const SECRET = 'secret'
export const FILES = 'files/'
export const TABLES = 'tables/'

const FORMAT_VERSION = 1

const Count = Type.Integer({ minimum: 0 })

const ManifestSchema = Type.Object({
  format: Type.Literal('polyphony backup'),
  formatVersion: Type.Literal(FORMAT_VERSION),
  /** The Polyphony that made it. */
  version: Type.String(),
  engine: Type.String(),
  createdAt: Type.String(),
  /** The last migration of the database. */
  schema: Type.String(),
  tables: Type.Record(
    Type.String(),
    Type.Object({
      columns: Type.Array(Type.String()),
      rows: Count,
      sums: Type.Record(Type.String(), Type.String()),
      sha256: Type.String(),
    }),
  ),
  /** Null when it was made without files. `missing` files have a row, and were not in the storage. */
  files: Type.Union([Type.Null(), Type.Object({ count: Count, bytes: Count, missing: Count })]),
  members: Type.Record(Type.String(), Type.Object({ bytes: Count, sha256: Type.String() })),
})
export type Manifest = Static<typeof ManifestSchema>
export type Members = Manifest['members']

export function manifestOf(parts: Omit<Manifest, 'format' | 'formatVersion'>): Manifest {
  return { format: 'polyphony backup', formatVersion: FORMAT_VERSION, ...parts }
}

/** Throws `invalid_input` for a manifest that this version cannot read. */
export function readManifest(text: string): Manifest {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new PolyphonyError('invalid_input', 'Its manifest is not JSON.', { cause })
  }
  const { formatVersion } = (value ?? {}) as { formatVersion?: unknown } // checked below
  if (typeof formatVersion === 'number' && formatVersion > FORMAT_VERSION) {
    throw new PolyphonyError('invalid_input', `It has format ${formatVersion}; this version reads ${FORMAT_VERSION}.`)
  }
  if (!Value.Check(ManifestSchema, value))
    throw new PolyphonyError('invalid_input', 'Its manifest is none of a backup.')
  const { schema, version } = value
  if (isKnownSchema(schema)) return value
  throw new PolyphonyError(
    'invalid_input',
    `It has the schema ${schema}; this version knows those up to ${LATEST_SCHEMA}. Restore it with Polyphony ${version} or a newer one.`,
  )
}
