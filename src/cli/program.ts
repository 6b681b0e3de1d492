import { Command, CommanderError } from 'commander'
import { CONFIG_VARIABLE } from '../config/config-file.ts'
import { version } from '../version.ts'
import { accountCommand } from './account.ts'
import { adoptCommand } from './adopt.ts'
import { backupCommand } from './backup.ts'
import { configCommand } from './config.ts'
import { creditCommand } from './credit.ts'
import { demoCommand } from './demo.ts'
import { describeError } from './describe-error.ts'
import { doctorCommand } from './doctor.ts'
import { keyCommand } from './key.ts'
import { migrateCommand } from './migrate.ts'
import { moveCommand } from './move.ts'
import { reconcileCommand } from './reconcile.ts'
import { restoreCommand } from './restore.ts'
import { serveCommand } from './serve.ts'
import { taskCommand } from './task.ts'
import { tenantCommand } from './tenant.ts'
import { webhookCommand } from './webhook.ts'

/** All commands. */
export function program(): Command {
  const program = new Command('polyphony')
    .description('A self-hosted gateway for generative media: one key, one bill and one durable queue.')
    .version(version)
    .option('--config <file>', 'the configuration file (default: polyphony.config.yaml or .json in the working folder)')
    .hook('preAction', (command) => {
      const { config } = command.opts<{ config?: string }>()
      if (config !== undefined) process.env[CONFIG_VARIABLE] = config
    })
  for (const command of [
    serveCommand(),
    demoCommand(),
    configCommand(),
    doctorCommand(),
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
      console.error(`polyphony: ${describeError(error)}`)
      process.exitCode = 1
    }
  }
}

/** Commander would end the process by itself, with 1, in every command that is added whole. */
function throwOnWrongArguments(command: Command): void {
  command.exitOverride().showHelpAfterError('(add --help for the options)')
  command.commands.forEach(throwOnWrongArguments)
}
