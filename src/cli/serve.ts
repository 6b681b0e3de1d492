import { Command } from 'commander'
import { startWriter } from '../store/sqlite-thread.ts'

export function serveCommand(): Command {
  return new Command('serve')
    .description('Serve until interrupted; settings such as PORT are variables: see "polyphony config show"')
    .action(async () => {
      // It loads beside the rest of the program. A configuration that names PostgreSQL has no use for it.
      const writer = startWriter()
      const { runServer } = await import('./run-server.ts')
      await runServer(writer)
    })
}
