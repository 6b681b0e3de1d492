import { pino } from 'pino'

/** How long a line may wait for others, and how much of them is written at once. */
const BATCH_MS = 100
const BATCH_CHARACTERS = 32_768

/** pino's level "warn": such lines, and those above, may be the last ones. */
const URGENT_LEVEL = 40

/** Has pino say the level of a line before it writes it. */
const NEEDS_METADATA = Symbol.for('pino.metadata')

/**
 * Writes lines to a file descriptor. A write costs more than the rest of a request's line, so a busy server writes many
 * lines at once: the first one is written at once, those of the next 100 ms together. Warnings and errors do not wait, and
 * nothing is left when the process exits, also by an uncaught error.
 */
export function openLogFile(fd: number) {
  const file = pino.destination({ fd, sync: true })
  let waiting = ''
  let timer: NodeJS.Timeout | undefined

  function flush(): void {
    if (waiting === '') return
    const lines = waiting
    waiting = ''
    file.write(lines)
  }

  function beginBatch(): void {
    timer = setTimeout(endBatch, BATCH_MS).unref()
  }

  function endBatch(): void {
    timer = undefined
    if (waiting === '') return
    flush()
    beginBatch()
  }

  process.once('exit', flush)
  return {
    [NEEDS_METADATA]: true,
    lastLevel: 0,
    flush(done?: () => void): void {
      flush()
      done?.()
    },
    write(line: string): void {
      waiting += line
      if (this.lastLevel >= URGENT_LEVEL) {
        this.lastLevel = 0 // pino sets it for its own lines alone
        flush()
      } else if (!timer) {
        flush()
        beginBatch()
      } else if (waiting.length >= BATCH_CHARACTERS) flush()
    },
  }
}
