import { Command, CommanderError } from 'commander'
import { ConfigError } from '../config/config.ts'
import { PolyphonyError } from '../core/errors.ts'
import { version } from '../version.ts'
import { accountCommand } from './account.ts'
import { adoptCommand } from './adopt.ts'
import { backupCommand } from './backup.ts'
import { creditCommand } from './credit.ts'
import { demoCommand } from './demo.ts'
import { keyCommand } from './key.ts'
import { migrateCommand } from './migrate.ts'
import { moveCommand } from './move.ts'
import { reconcileCommand } from './reconcile.ts'
import { restoreCommand } from './restore.ts'
import { serveCommand } from './serve.ts'
import { taskCommand } from './task.ts'
import { tenantCommand } from './tenant.ts'
import { webhookCommand } from './webhook.ts'

const MAX_CAUSES = 5

/** All commands. */
export function program(): Command {
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
    backupCommand(),
    restoreCommand(),
    moveCommand(),
    migrateCommand(),
    adoptCommand(),
  ]) {
    program.addCommand(command)
  }
  throwOnWrongArguments(program)
  return program
}

/** Runs one command line. Exit codes: 0 done, 1 the command failed, 2 wrong arguments. */
export async function run(argv: string[]): Promise<void> {
  try {
    await program().parseAsync(argv)
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
    else {
      console.error(`polyphony: ${describe(error)}`)
      process.exitCode = 1
    }
  }
}

/** Commander would end the process by itself, with 1, in every command that is added whole. */
function throwOnWrongArguments(command: Command): void {
  command.exitOverride().showHelpAfterError('(add --help for the options)')
  command.commands.forEach(throwOnWrongArguments)
}

function describe(error: unknown): string {
  return [wordsOf(error), ...causesOf(error)].join('\n')
}

function wordsOf(error: unknown): string {
  if (error instanceof ConfigError) return error.message
  if (error instanceof PolyphonyError) return `${error.message} (${error.code})`
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `${error.message}. Another program listens there: set PORT to a free one.`
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
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
