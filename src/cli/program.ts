import { Command, CommanderError } from 'commander'
import { CONFIG_VARIABLE, KEY_VARIABLE, URL_VARIABLE } from '../config/config-file.ts'
import { version } from '../version.ts'
import { accountCommand } from './account.ts'
import { adoptCommand } from './adopt.ts'
import { auditCommand } from './audit.ts'
import { backupCommand } from './backup.ts'
import { configCommand } from './config.ts'
import { costCommand } from './cost.ts'
import { creditCommand } from './credit.ts'
import { demoCommand } from './demo.ts'
import { describeError } from './describe-error.ts'
import { doctorCommand } from './doctor.ts'
import { keyCommand } from './key.ts'
import { ledgerCommand } from './ledger.ts'
import { LOCAL_COMMANDS } from './local-commands.ts'
import { migrateCommand } from './migrate.ts'
import { moveCommand } from './move.ts'
import { priceCommand } from './price.ts'
import { reconcileCommand } from './reconcile.ts'
import { reportCommand } from './report.ts'
import { restoreCommand } from './restore.ts'
import { serveCommand } from './serve.ts'
import { taskCommand } from './task.ts'
import { tenantCommand } from './tenant.ts'
import { usageCommand } from './usage.ts'
import { webhookCommand } from './webhook.ts'

/** All commands. */
export function program(): Command {
  const program = new Command('polyphony')
    .description('A self-hosted gateway for generative media: one key, one bill and one durable queue.')
    .version(version)
    .option('--config <file>', 'the configuration file (default: polyphony.config.yaml or .json in the working folder)')
    .option('--url <url>', `run the command at this server (or set ${URL_VARIABLE})`)
    .option(
      '--key <key>',
      `the admin key for it (or set ${KEY_VARIABLE}, which other users of this machine cannot see)`,
    )
    .hook('preAction', (command, action) => {
      const { config, url, key } = command.opts<{ config?: string; url?: string; key?: string }>()
      if (config !== undefined) process.env[CONFIG_VARIABLE] = config
      if (url !== undefined) refuseLocal(action)
      if (url !== undefined) process.env[URL_VARIABLE] = url
      if (key !== undefined) process.env[KEY_VARIABLE] = key
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
    ledgerCommand(),
    usageCommand(),
    priceCommand(),
    costCommand(),
    reportCommand(),
    taskCommand(),
    webhookCommand(),
    reconcileCommand(),
    auditCommand(),
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

/** Throws for a command that has no use for a server elsewhere. */
function refuseLocal(action: Command): void {
  const parent = action.parent?.parent ? `${action.parent.name()} ` : ''
  const name = `${parent}${action.name()}`
  const reason = LOCAL_COMMANDS[name]
  if (reason !== undefined) action.error(`polyphony ${name} works on this machine alone, without --url: ${reason}.`)
}

/** Commander would end the process by itself, with 1, in every command that is added whole. */
function throwOnWrongArguments(command: Command): void {
  command.exitOverride().showHelpAfterError('(add --help for the options)')
  command.commands.forEach(throwOnWrongArguments)
}
