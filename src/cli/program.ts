import { Command, CommanderError } from 'commander'
import { CONFIG_VARIABLE, KEY_VARIABLE, URL_VARIABLE } from '../config/config-file.ts'
import { version } from '../version.ts'
import { describeError } from './describe-error.ts'
import { inTermsOfOptions } from './in-terms-of-options.ts'
import { LOCAL_COMMANDS } from './local-commands.ts'
import { isOfClosedOutput, watchOutput } from './output-errors.ts'

/** Each is loaded when it is named: the whole program is large, and `serve` starts the thread of its database before the rest. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  serve: async () => (await import('./serve.ts')).serveCommand(),
  demo: async () => (await import('./demo.ts')).demoCommand(),
  config: async () => (await import('./config.ts')).configCommand(),
  doctor: async () => (await import('./doctor.ts')).doctorCommand(),
  key: async () => (await import('./key.ts')).keyCommand(),
  tenant: async () => (await import('./tenant.ts')).tenantCommand(),
  account: async () => (await import('./account.ts')).accountCommand(),
  credit: async () => (await import('./credit.ts')).creditCommand(),
  code: async () => (await import('./code.ts')).codeCommand(),
  payment: async () => (await import('./payment.ts')).paymentCommand(),
  ledger: async () => (await import('./ledger.ts')).ledgerCommand(),
  calls: async () => (await import('./calls.ts')).callsCommand(),
  usage: async () => (await import('./usage.ts')).usageCommand(),
  price: async () => (await import('./price.ts')).priceCommand(),
  cost: async () => (await import('./cost.ts')).costCommand(),
  report: async () => (await import('./report.ts')).reportCommand(),
  task: async () => (await import('./task.ts')).taskCommand(),
  webhook: async () => (await import('./webhook.ts')).webhookCommand(),
  reconcile: async () => (await import('./reconcile.ts')).reconcileCommand(),
  person: async () => (await import('./person.ts')).personCommand(),
  member: async () => (await import('./member.ts')).memberCommand(),
  invitation: async () => (await import('./invitation.ts')).invitationCommand(),
  mcp: async () => (await import('./mcp.ts')).mcpCommand(),
  announcement: async () => (await import('./announcement.ts')).announcementCommand(),
  health: async () => (await import('./health.ts')).healthCommand(),
  routing: async () => (await import('./routing.ts')).routingCommand(),
  retention: async () => (await import('./retention.ts')).retentionCommand(),
  audit: async () => (await import('./audit.ts')).auditCommand(),
  backup: async () => (await import('./backup.ts')).backupCommand(),
  restore: async () => (await import('./restore.ts')).restoreCommand(),
  move: async () => (await import('./move.ts')).moveCommand(),
  import: async () => (await import('./import.ts')).importCommand(),
  export: async () => (await import('./export.ts')).exportCommand(),
  migrate: async () => (await import('./migrate.ts')).migrateCommand(),
  adopt: async () => (await import('./adopt.ts')).adoptCommand(),
}

/** The command of this name, or all where there is none: for the help. */
export async function programOf(name?: string): Promise<Command> {
  const named = name === undefined ? undefined : COMMANDS[name]
  const commands = await Promise.all((named ? [named] : Object.values(COMMANDS)).map((load) => load()))
  const program = new Command('polyphony')
    .description('A self-hosted gateway for generative media: one key, one bill and one durable queue.')
    .version(version)
    .option('--config <file>', 'the configuration file (default: polyphony.config.yaml or .json in the working folder)')
    .option('--url <url>', `run the command at this server (or set ${URL_VARIABLE})`)
    .option(
      '--key <key>',
      `the key for it, that of an administrator except for mcp (or set ${KEY_VARIABLE}, which other users of this machine cannot see)`,
    )
    .hook('preAction', (command, action) => {
      const { config, url, key } = command.opts<{ config?: string; url?: string; key?: string }>()
      if (config !== undefined) process.env[CONFIG_VARIABLE] = config
      if (url !== undefined) refuseLocal(action)
      const isOfServer = action.name() !== 'mcp' && !action.options.some(({ long }) => long === '--key')
      if (key !== undefined && isOfServer && !(url ?? process.env[URL_VARIABLE])) {
        action.error('--key needs --url: on its own machine, a command needs no key.')
      }
      if (url !== undefined) process.env[URL_VARIABLE] = url
      if (key !== undefined) process.env[KEY_VARIABLE] = key
    })
  for (const command of commands) program.addCommand(command)
  throwOnWrongArguments(program)
  return program
}

/** Runs one command line. Exit codes: 0 done, 1 the command failed, 2 wrong arguments. */
export async function run(argv: string[]): Promise<void> {
  watchOutput((message) => {
    console.error(`polyphony: ${message}`)
    process.exitCode = 1
  })
  let action: Command | undefined
  try {
    const program = await programOf(argv[2])
    program.hook('preAction', (_program, named) => {
      action = named
    })
    await program.parseAsync(argv)
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
    else if (!isOfClosedOutput(error)) {
      console.error(`polyphony: ${describeError(inTermsOfOptions(action, error))}`)
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
  command.exitOverride().showHelpAfterError('(add --help for the options)').configureHelp({ showGlobalOptions: true })
  command.commands.forEach(throwOnWrongArguments)
}
