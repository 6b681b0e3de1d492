import { Command } from 'commander'
import type { AnswerOf } from '../admin/verbs.ts'
import { KNOWN_SETTINGS } from '../compose/known-settings.ts'
import { ConfigError } from '../config/config.ts'
import { schemaOfFile } from '../config/json-schema.ts'
import { shownSettings } from '../config/shown-settings.ts'
import { isServed, withCalls } from './call.ts'
import { inspectConfig } from './configuration.ts'
import type { Json } from './options.ts'
import { print, table } from './print.ts'

export function configCommand(): Command {
  const command = new Command('config').description('Check and show the configuration; changes nothing')
  command
    .command('check')
    .description(
      'Name everything that is wrong with the configuration: exit code 0, or 1 when the server would not start',
    )
    .option('--json', 'print JSON')
    .action(({ json }: Json) => {
      const { faults, warnings, sources } = inspectConfig()
      if (faults.length > 0) process.exitCode = 1
      const from = sources.map(({ title }) => title).join(', ')
      print(json, { usable: faults.length === 0, faults, warnings, sources: sources.map(({ title }) => title) }, [
        ...(faults.length === 0
          ? [`The configuration can be used. It was read from ${from}.`]
          : [new ConfigError(faults).message]),
        ...warnings.map((warning) => `Warning: ${warning}`),
      ])
    })
  command
    .command('show')
    .description('The values that are in force and where they come from; secrets are hidden')
    .option('--json', 'print JSON')
    .action(async ({ json }: Json) => {
      const { settings, faults } = await configInForce()
      if (faults.length > 0) process.exitCode = 1
      print(json, { settings, faults }, [
        ...table(
          ['setting', 'value', 'from'],
          settings.map(({ name, value, from }) => [name, value, from]),
        ),
        ...(faults.length > 0 ? ['', new ConfigError(faults).message] : []),
      ])
    })
  command
    .command('schema')
    .description('The JSON schema of a configuration file')
    .action(() => print(true, schemaOfFile(KNOWN_SETTINGS), []))
  return command
}

/** That of a server, or of a start here, which may have faults. */
async function configInForce(): Promise<AnswerOf<'config.show'>> {
  if (await isServed()) return withCalls((call) => call('config.show', {}))
  const { effective, faults } = inspectConfig()
  return { settings: shownSettings(effective), faults: [...faults] }
}
