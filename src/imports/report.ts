import type { Points } from '../core/points.ts'
import type { ModelPrice } from '../core/usage.ts'

/** What an import did or, as a dry run, would do. */
export interface ImportReport {
  from: string
  /** The name of the installation: what was imported under one name is found again under it. */
  as: string
  isDry: boolean
  tenants: Counts
  keys: Counts
  /** Of the keys that were made: what does not work at once, as it did not there. */
  unusableKeys: { revoked: number; expired: number; spent: number }
  people: Counts
  accounts: Counts
  prices: Counts
  opening: { tenants: number; points: Points }
  /** Prices of calls, which are settings here. */
  models: Record<string, ModelPrice>
  notes: Note[]
}

export interface Counts {
  created: number
  present: number
  /** Left out; the notes say why. */
  left: number
}

/** What has no counterpart, or was left out. */
export interface Note {
  /** Such as `token 12 of alice`. */
  subject: string
  note: string
}

export function noCounts(): Counts {
  return { created: 0, present: 0, left: 0 }
}
