import { Command } from 'commander'
import { KNOWN_SETTINGS } from '../compose/known-settings.ts'
import { ConfigError } from '../config/config.ts'
import { schemaOfFile } from '../config/json-schema.ts'
import { shownSettings } from '../config/shown-settings.ts'
import { inspectConfig } from './configuration.ts'
import { print, table } from './print.ts'

interface Json {
  json?: boolean
}

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
    .action(({ json }: Json) => {
      const { effective, faults } = inspectConfig()
      if (faults.length > 0) process.exitCode = 1
      const shown = shownSettings(effective)
      print(json, { settings: shown, faults }, [
        ...table(
          ['setting', 'value', 'from'],
          shown.map(({ name, value, from }) => [name, value, from]),
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
