import { ConfigError } from '../config/config.ts'
import { withAdvice } from '../config/file-advice.ts'
import { PolyphonyError } from '../core/errors.ts'
import { RemoteError } from './remote-error.ts'

const MAX_CAUSES = 5

/** What a command prints when it fails: the error with what to do, and a line for each cause. */
export function describeError(error: unknown): string {
  return [wordsOf(error), ...causesOf(error)].join('\n')
}

/** Why a server could not listen, by the code of the operating system. `PORT` stands for the setting of its port. */
const LISTEN_ADVICE: Record<string, string> = {
  EADDRINUSE: 'Another program listens there: set PORT to a free one.',
  EADDRNOTAVAIL: 'This machine has no such address: set HOST to one of its own, or to 0.0.0.0 for all of them.',
  ENOTFOUND: 'There is no such host name: set HOST to an address of this machine, or to 0.0.0.0 for all of them.',
  EAI_AGAIN: 'The host name could not be resolved: set HOST to an address of this machine.',
  EACCES: 'This user may not listen there: set PORT to one above 1023.',
}

function wordsOf(error: unknown): string {
  if (error instanceof ConfigError || error instanceof RemoteError) return error.message
  if (error instanceof PolyphonyError) return `${error.message} (${error.code})`
  if (!(error instanceof Error)) return String(error)
  if (listenAdvice(error) !== undefined) return describeListenError(error)
  return isOfSystem(error) ? withAdvice(`${error.message}.`, error) : (error.stack ?? error.message)
}

/** Of a call to the operating system, such as one on a file. It says what went wrong better than the stack does. */
function isOfSystem(error: Error): boolean {
  return 'syscall' in error && 'code' in error
}

/** Why a server could not listen, and what to do. */
export function describeListenError(error: Error): string {
  return [`${error.message}.`, listenAdvice(error) ?? []].flat().join(' ')
}

function listenAdvice(error: Error): string | undefined {
  const { code, syscall, portSetting = 'PORT' } = error as NodeJS.ErrnoException & { portSetting?: string }
  if (code === undefined || (syscall !== 'listen' && syscall !== 'getaddrinfo')) return undefined
  return LISTEN_ADVICE[code]?.replace(/\bPORT\b/, portSetting)
}

/** A line for each cause, from the near one to the far one, unless an earlier line has it. */
function causesOf(error: unknown): string[] {
  const lines: string[] = []
  if (!(error instanceof Error)) return lines
  for (let cause = error.cause; cause !== undefined && lines.length < MAX_CAUSES; ) {
    const message = messageOf(cause)
    const said = [error.message, ...lines]
    if (!said.some((earlier) => earlier.includes(message))) lines.push(`  cause: ${message}`)
    cause = cause instanceof Error ? cause.cause : undefined
  }
  return lines
}

/** A host with several addresses fails with an error for each, and no message of its own. */
function messageOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(messageOf).join('; ')
  if (!(cause instanceof Error)) return String(cause)
  return cause.message || ('code' in cause ? String(cause.code) : cause.name)
}
