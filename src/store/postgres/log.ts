/** A logger for events that no caller waits for; pino's fits. */
export interface StoreLog {
  info(details: object, message: string): void
  warn(details: object, message: string): void
}

export const SILENT: StoreLog = { info() {}, warn() {} }

/** Passes on at most one report per `ms`: an outage breaks many connections, and each would be a log line. */
export function seldom(ms: number, report: (error: unknown) => void): (error: unknown) => void {
  let nextAt = 0
  return (error) => {
    const now = performance.now()
    if (now < nextAt) return
    nextAt = now + ms
    report(error)
  }
}
