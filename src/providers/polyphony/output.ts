import { getOperation } from '../../catalog/catalog.ts'
import { validatorOf } from '../../catalog/read-input.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import { fileAt } from '../kit/vendor-files.ts'
import { type Account, FILE_SCHEME, type ProducedFile, type Result } from '../provider.ts'

/** The end of every file's URL at a gateway, whatever its address. */
const FILE = /^https?:\/\/\S+\/files\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.([a-z0-9]+)$/

/** Types that are told by the file's name, since their bytes are any text. */
const TEXTS: Readonly<Record<string, string>> = { svg: 'image/svg+xml', txt: 'text/plain', json: 'application/json' }

/**
 * The upstream's output as ours: the form is the same, its files are copied. Sizes and lengths were measured there.
 * Throws `output_unusable` for an output in another form, as a gateway of another version may return.
 */
export function resultOf(output: Json, operation: string, account: Account): Result {
  if (!validatorOf(getOperation(operation).output).Check(output)) {
    throw new PolyphonyError(
      'output_unusable',
      `The upstream gateway returned an output of ${operation} in an unknown form.`,
    )
  }
  const files = new Map<string, ProducedFile>()
  const keep = (value: Json): Json => {
    if (typeof value === 'string') {
      const [, extension] = FILE.exec(value) ?? []
      if (extension === undefined) return value
      const file = files.get(value) ?? fileOf(value, extension, `file-${files.size + 1}`, account)
      files.set(value, file)
      return `${FILE_SCHEME}${file.key}`
    }
    if (Array.isArray(value)) return value.map(keep)
    if (!isJsonObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, keep(inner)]))
  }
  const kept = keep(output)
  return { output: kept, files: [...files.values()] }
}

function fileOf(url: string, extension: string, key: string, account: Account): ProducedFile {
  const mediaType = TEXTS[extension]
  return { key, ...(mediaType === undefined ? {} : { mediaType }), content: fileAt(account, url) }
}
