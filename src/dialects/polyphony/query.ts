import { invalid } from '../../catalog/read-input.ts'
import { isId } from '../../core/ids.ts'

/** As Fastify parses it: a name that was sent twice is an array, which is no value of any. */
type Query = Readonly<Record<string, unknown>>

const PAGE = 20
const MAX_PAGE = 100

export interface Listing {
  limit: number
  beforeId?: string
  idempotencyKey?: string
}

/** The query of `GET /polyphony/v1/tasks`. Throws `invalid_input`. */
export function listingIn(query: Query): Listing {
  const { limit = '', cursor = '', idempotency_key: key = '' } = query
  const size = limit === '' ? PAGE : typeof limit === 'string' ? Number(limit) : Number.NaN
  if (!Number.isInteger(size) || size < 1 || size > MAX_PAGE) {
    throw invalid('limit', `must be a whole number from 1 to ${MAX_PAGE}`)
  }
  if (cursor !== '' && !(typeof cursor === 'string' && isId(cursor))) throw invalid('cursor', 'must be an id')
  if (key !== '' && !(typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key))) {
    throw invalid('idempotency_key', 'must be 1 to 255 visible ASCII characters')
  }
  return {
    limit: size,
    ...(cursor === '' ? {} : { beforeId: cursor }),
    ...(key === '' ? {} : { idempotencyKey: key }),
  }
}
