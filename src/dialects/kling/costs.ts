import { invalidInput } from '../../core/errors.ts'
import { pointsToUsd } from '../../core/points.ts'
import type { Balance, Tenant } from '../../core/tenant.ts'
import { isText } from '../kit/fields.ts'

/** The packs that a client requests: of a time (Unix milliseconds), by their name if it names one. */
export interface Window {
  from: number
  to: number
  name: string | undefined
}

const PACK_NAME = 'Credit in US dollars'
/** Credit does not end, and the field is a time: clients read it as one. */
const NEVER = Date.UTC(2100, 0)

/** Reads `start_time` and `end_time`, which are required, and `resource_pack_name`. Throws `invalid_input`. */
export function windowOf(query: Record<string, unknown>): Window {
  const from = timeIn(query, 'start_time')
  const to = timeIn(query, 'end_time')
  if (to < from) throw invalidInput('end_time', 'must not be before start_time')
  const { resource_pack_name: name } = query
  return { from, to, name: isText(name) ? name : undefined }
}

function timeIn(query: Record<string, unknown>, name: string): number {
  const { [name]: value } = query
  if (value === undefined || value === '') throw invalidInput(name, 'is required')
  if (typeof value !== 'string' || !/^\d{1,15}$/.test(value)) throw invalidInput(name, 'must be Unix milliseconds')
  return Number(value)
}

/**
 * The credit of a tenant, in Kling's form of purchased packs: one pack of all that was ever booked. Its
 * unit is the US dollar, as in `final_unit_deduction`; what is held for unfinished tasks does not remain.
 *
 * The shape is that of Kling's page on account information. Inferred: that a time finds a pack that could be used in it.
 * Where Kling looks at the purchase alone, a query for the last month would not show older credit.
 */
export function costsOf({ credited, available }: Balance, { id, createdAt }: Tenant, { from, to, name }: Window) {
  const pack = {
    resource_pack_name: PACK_NAME,
    resource_pack_id: id,
    resource_pack_type: 'decreasing_total',
    total_quantity: pointsToUsd(credited),
    remaining_quantity: pointsToUsd(available),
    purchase_time: createdAt,
    effective_time: createdAt,
    invalid_time: NEVER,
    status: available > 0 ? 'online' : 'runOut',
  }
  const isFound = createdAt <= to && from < NEVER && (name === undefined || name === PACK_NAME)
  return { code: 0, msg: 'SUCCEED', resource_pack_subscribe_infos: isFound ? [pack] : [] }
}
