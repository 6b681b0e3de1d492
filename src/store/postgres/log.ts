/** Where the store reports what no caller waits for; pino's logger is one. */
export interface StoreLog {
  info(details: object, message: string): void
  warn(details: object, message: string): void
}

export const SILENT: StoreLog = { info() {}, warn() {} }

/** Passes on one report in `ms`: an outage breaks many connections, and each would be a line. */
export function seldom(ms: number, report: (error: unknown) => void): (error: unknown) => void {
  let nextAt = 0
  return (error) => {
    const now = performance.now()
    if (now < nextAt) return
    nextAt = now + ms
    report(error)
  }
}
