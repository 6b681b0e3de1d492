import { type Logger, pino, stdSerializers } from 'pino'
import { systemClock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { openLogFile } from './log-file.ts'
import { readable } from './readable-log.ts'

/** What of a stream the log has to know: `process.stdout`, `process.stderr`. */
export interface LogStream {
  fd: number
  isTTY?: boolean
  write(text: string): boolean
}

/**
 * The log of a server: JSON for programs, one object a line, with the time in ISO 8601 and the level by its name; lines
 * for people where the stream is a terminal.
 */
export function openLog(level: string, stream: LogStream = process.stdout, env = process.env): Logger {
  const options = {
    level,
    base: null, // neither the process nor the host: who collects logs knows both
    timestamp: isoTime(),
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: serializeError },
  }
  if (!stream.isTTY) return pino(options, openLogFile(stream.fd))
  const format = readable({ hasColors: !env.NO_COLOR && env.TERM !== 'dumb' })
  return pino(options, { write: (line) => void stream.write(format(line)) })
}

/** With a stack only where the error was not expected: on a full disk, the stacks of expected ones would fill the log, too. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { stack, ...rest } = stdSerializers.err(error)
  const isExpected = error instanceof PolyphonyError && error.code !== 'internal'
  return isExpected ? rest : { ...rest, stack }
}

/** A busy server writes several lines in a millisecond, and to format the time costs as much as the rest of a line. */
function isoTime(): () => string {
  let at = 0
  let text = ''
  return () => {
    const now = systemClock.now()
    if (now !== at) {
      at = now
      text = `,"time":"${new Date(now).toISOString()}"`
    }
    return text
  }
}
