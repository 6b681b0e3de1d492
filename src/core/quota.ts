import { PolyphonyError } from './errors.ts'
import type { Mode } from './task.ts'

/** How much a tenant may store for its keys of one mode: uploads, files of inputs, and drafts. */
export interface Quota {
  bytes: number
  drafts: number
}

export type Quotas = Readonly<Record<Mode, Quota>>

export const UNLIMITED: Quotas = {
  live: { bytes: Number.MAX_SAFE_INTEGER, drafts: Number.MAX_SAFE_INTEGER },
  test: { bytes: Number.MAX_SAFE_INTEGER, drafts: Number.MAX_SAFE_INTEGER },
}

const UNITS = { bytes: 'bytes of uploads and drafts', drafts: 'uploads, styles and other things begun' } as const

/** The quota that `added` would exceed, as an error with limit and use; undefined when there is room. */
export function quotaFault(mode: Mode, used: Quota, added: Quota, quota: Quota): PolyphonyError | undefined {
  const exceeded = (['bytes', 'drafts'] as const).find(
    (unit) => added[unit] > 0 && used[unit] + added[unit] > quota[unit],
  )
  if (exceeded === undefined) return undefined
  return new PolyphonyError(
    'storage_quota_reached',
    `The ${mode} keys of this account may keep ${quota[exceeded]} ${UNITS[exceeded]}; ${used[exceeded]} are kept, and ` +
      `this would add ${added[exceeded]}. Stored data is deleted when it expires.`,
  )
}
