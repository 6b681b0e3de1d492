export const ANNOUNCEMENT_TONES = ['info', 'warning'] as const

/** What the operator tells the people of tenants in the workspace. */
export interface Announcement {
  id: string
  text: string
  tone: (typeof ANNOUNCEMENT_TONES)[number]
  /** Only for this tenant; null = for all. */
  tenantId: string | null
  createdBy: string
  createdAt: number
  beginsAt: number
  /** Null = until it is removed. */
  endsAt: number | null
}
