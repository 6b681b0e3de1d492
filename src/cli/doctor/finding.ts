/** What the doctor found in one place. */
export interface Finding {
  /** What was looked at. */
  about: string
  status: 'ok' | 'warning' | 'fault'
  /** What was found and, unless all is well, what to do. */
  says: string
}

export const ok = (about: string, says: string): Finding => ({ about, status: 'ok', says })
export const warning = (about: string, says: string): Finding => ({ about, status: 'warning', says })
export const fault = (about: string, says: string): Finding => ({ about, status: 'fault', says })

/** The first line of an error and of its cause, as one sentence. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? error.cause.message : ''
  const isNew = cause !== '' && !error.message.includes(cause)
  return isNew ? `${error.message} (${cause})` : error.message
}
