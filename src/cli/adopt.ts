import { Argument, Command } from 'commander'
import { openDisk } from '../assets/storage.ts'
import { adoptSecret, adoptStorage } from '../compose/identity.ts'
import { openStore } from '../compose/store.ts'
import type { Config } from '../config/config.ts'
import { loadConfig } from './configuration.ts'
import { print } from './print.ts'

export function adoptCommand(): Command {
  return new Command('adopt')
    .description(
      'Take the secret, or the storage of files, that is set now as that of the database: the earlier one is lost',
    )
    .addArgument(new Argument('<what>').choices(['secret', 'storage']))
    .option('--json', 'print JSON')
    .action(async (what: 'secret' | 'storage', options: { json?: boolean }) => {
      const { config } = loadConfig({ isCommand: true })
      const store = await openStore(config, { exclusive: false })
      let isNew = true
      try {
        if (what === 'secret') isNew = await adoptSecret(store, withSecret(config))
        else await adoptStorage(store, await openDisk(config.storageUrl, config.variable))
      } finally {
        await store.close()
      }
      const lines = isNew ? [CONSEQUENCES[what], 'Restart the servers.'] : ['It is the secret of the database already.']
      print(options.json, { adopted: isNew ? what : null }, lines)
    })
}

const CONSEQUENCES = {
  secret:
    'The secret is that of the database from now on. Accounts need their credentials again ("polyphony account set"), receivers of webhooks the new signing secret ("polyphony webhook secret"), and clients that sign their requests the new "polyphony key pair".',
  storage:
    'The storage is that of the database from now on. Files that are not in it are missing. Copies of the database are refused there from their next start on.',
}

/** The secret that is set, or a new one in the data folder. */
function withSecret(config: Config): Config {
  return config.hasSecret() ? config : loadConfig().config
}
