import { listOperations } from '../../catalog/catalog.ts'
import { type Kind, OUTPUTS } from '../../catalog/outputs.ts'
import { invalidInput } from '../../core/errors.ts'
import { isId } from '../../core/ids.ts'
import { STATUSES, type Status } from '../../core/task.ts'
import { type ListName, type ListReader, pageAfter } from '../kit/cursors.ts'
import { wholeNumberIn } from '../kit/fields.ts'

/** As Fastify parses it: a name that was sent twice is an array, which is no value of any. */
type Query = Readonly<Record<string, unknown>>

const PAGE = 20
const MAX_PAGE = 100

export interface Listing {
  limit: number
  beforeId?: string
  idempotencyKey?: string
  status?: Status[]
  model?: string[]
  operation?: string[]
  createdFrom?: number
  createdTo?: number
  search?: string
  keyId?: string
  batchId?: string
  isFavourite?: true
}

const MAX_SEARCH = 200

/** The query of `GET /polyphony/v1/tasks`. Throws `invalid_input`. */
export function listingIn(query: Query, reader: ListReader): Listing {
  const { idempotency_key: key = '', search = '' } = query
  if (key !== '' && !(typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key))) {
    throw invalidInput('idempotency_key', 'must be 1 to 255 visible ASCII characters')
  }
  if (typeof search !== 'string' || search.length > MAX_SEARCH) {
    throw invalidInput('search', `must be a text of at most ${MAX_SEARCH} characters`)
  }
  return {
    ...pageIn('tasks', query, reader),
    ...(key === '' ? {} : { idempotencyKey: key }),
    ...given('status', wordsIn(query, 'status', STATUSES)),
    ...given('model', wordsIn(query, 'model')),
    ...given('operation', operationsIn(query)),
    ...given('createdFrom', instantIn(query, 'created_from')),
    ...given('createdTo', instantIn(query, 'created_to')),
    ...given('keyId', idIn(query, 'key')),
    ...given('batchId', idIn(query, 'batch')),
    ...(flagIn(query, 'favourite') ? { isFavourite: true } : {}),
    ...(search === '' ? {} : { search }),
  }
}

/** Which page of a list. Throws `invalid_input`. */
export function pageIn(name: ListName, query: Query, reader: ListReader): { limit: number; beforeId?: string } {
  const limit = wholeNumberIn(query, 'limit', { minimum: 1, maximum: MAX_PAGE, fallback: PAGE })
  return { limit, ...pageAfter(name, reader, query) }
}

function idIn(query: Query, name: string): string | undefined {
  const id = query[name] ?? ''
  if (id === '') return undefined
  if (typeof id !== 'string' || !isId(id)) throw invalidInput(name, 'must be an id')
  return id
}

function given<Name extends string, Value>(name: Name, value: Value | undefined): { [name in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [name in Name]: Value }) // under the one name
}

/** The operations that are named, and produce one of the kinds that are named. */
function operationsIn(query: Query): string[] | undefined {
  const named = wordsIn(query, 'operation')
  const kinds = wordsIn(query, 'kind', Object.keys(OUTPUTS) as Kind[]) // its keys are the kinds
  if (!kinds) return named
  const producing = listOperations().filter(({ produces }) => kinds.includes(produces.kind))
  return producing.map(({ id }) => id).filter((id) => named?.includes(id) ?? true)
}

/** One or several words with commas between. */
export function wordsIn<Word extends string>(query: Query, name: string, known?: readonly Word[]): Word[] | undefined {
  const text = query[name] ?? ''
  if (text === '') return undefined
  if (typeof text !== 'string') throw invalidInput(name, 'must be given once, with commas between several')
  const words = text.split(',').map((word) => word.trim()) as Word[] // checked below
  const unknown = known && words.find((word) => !known.includes(word))
  if (unknown !== undefined) throw invalidInput(name, `must be ${known?.join(', ')}, not "${unknown.slice(0, 60)}"`)
  return words
}

function instantIn(query: Query, name: string): number | undefined {
  const text = query[name] ?? ''
  if (text === '') return undefined
  if (typeof text !== 'string' || !/^\d{1,15}$/.test(text)) throw invalidInput(name, 'must be in milliseconds UTC')
  return Number(text)
}

/** A flag of a query, which is off when it is left out. Throws `invalid_input`. */
export function flagIn(query: Query, name: string): boolean {
  const text = query[name] || 'false'
  if (text !== 'true' && text !== 'false') throw invalidInput(name, 'must be true or false')
  return text === 'true'
}
