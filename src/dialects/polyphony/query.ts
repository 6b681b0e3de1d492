import { invalidInput } from '../../core/errors.ts'
import { isId } from '../../core/ids.ts'
import { wholeNumberIn } from '../kit/fields.ts'

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
  const { cursor = '', idempotency_key: key = '' } = query
  const limit = wholeNumberIn(query, 'limit', { minimum: 1, maximum: MAX_PAGE, fallback: PAGE })
  if (cursor !== '' && !(typeof cursor === 'string' && isId(cursor))) throw invalidInput('cursor', 'must be an id')
  if (key !== '' && !(typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key))) {
    throw invalidInput('idempotency_key', 'must be 1 to 255 visible ASCII characters')
  }
  return {
    limit,
    ...(cursor === '' ? {} : { beforeId: cursor }),
    ...(key === '' ? {} : { idempotencyKey: key }),
  }
}
