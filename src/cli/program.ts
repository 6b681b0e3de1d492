import { Command, CommanderError } from 'commander'
import { ConfigError } from '../config/config.ts'
import { PolyphonyError } from '../core/errors.ts'
import { version } from '../version.ts'
import { accountCommand } from './account.ts'
import { creditCommand } from './credit.ts'
import { demoCommand } from './demo.ts'
import { keyCommand } from './key.ts'
import { reconcileCommand } from './reconcile.ts'
import { serveCommand } from './serve.ts'
import { taskCommand } from './task.ts'
import { tenantCommand } from './tenant.ts'
import { webhookCommand } from './webhook.ts'

const MAX_CAUSES = 5

/** Runs one command line. Exit codes: 0 done, 1 could not be done, 2 wrong words. */
export async function run(argv: string[]): Promise<void> {
  const program = new Command('polyphony')
    .description('A self-hosted gateway for generative media: one key, one bill and one durable queue.')
    .version(version)
  for (const command of [
    serveCommand(),
    demoCommand(),
    keyCommand(),
    tenantCommand(),
    accountCommand(),
    creditCommand(),
    taskCommand(),
    webhookCommand(),
    reconcileCommand(),
  ]) {
    program.addCommand(command)
  }
  throwOnWrongWords(program)
  try {
    await program.parseAsync(argv)
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
    else {
      console.error(`polyphony: ${describe(error)}`)
      process.exitCode = 1
    }
  }
}

/** Commander would end the process by itself, with 1, in every command that is added whole. */
function throwOnWrongWords(command: Command): void {
  command.exitOverride().showHelpAfterError('(add --help for the options)')
  command.commands.forEach(throwOnWrongWords)
}

function describe(error: unknown): string {
  return [wordsOf(error), ...causesOf(error).map((words) => `  Cause: ${words}`)].join('\n')
}

function wordsOf(error: unknown): string {
  if (error instanceof ConfigError) return error.message
  if (error instanceof PolyphonyError) return [`${error.message} (${error.code})`, ...causesOf(error)].join('\n')
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `${error.message}. Another program listens there: set PORT to a free one.`
  }
  return error instanceof Error ? [error.stack ?? error.message, ...causesOf(error)].join('\n') : String(error)
}

/** A line for each cause, from the near one to the far one, unless an earlier line has it. */
function causesOf(error: Error): string[] {
  const lines: string[] = []
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
  return cause instanceof Error ? cause.message : String(cause)
}

/** What lies behind an error, from the nearest on: without it, a message such as "cannot be opened" helps nobody. */
function causesOf(error: unknown): string[] {
  const causes: string[] = []
  const seen = new Set([error])
  for (let at = error; at instanceof Error && at.cause !== undefined && !seen.has(at.cause); at = at.cause) {
    seen.add(at.cause)
    const words = shortly(at.cause)
    const told = at instanceof Error ? [at.message, ...causes] : causes
    if (words !== '' && !told.some((one) => one.includes(words))) causes.push(words)
  }
  return causes
}

/** Several addresses of one host that all refuse are one error without words, and with errors inside. */
function shortly(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  if (cause.message !== '') return cause.message
  const inside = cause instanceof AggregateError ? cause.errors.map(shortly).join('; ') : ''
  return inside || ('code' in cause ? String(cause.code) : cause.name)
}
