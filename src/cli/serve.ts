import { Command } from 'commander'
import { type Gateway, startGateway } from '../main.ts'
import { loadConfig } from './configuration.ts'

export function serveCommand(): Command {
  return new Command('serve').description('Serve until interrupted').action(async () => {
    const gateway = await startGateway(loadConfig().config)
    showKeys(gateway)
    closeOnSignal(gateway)
  })
}

/** Prints newly created keys; they are stored as hashes, so this is the only time they can be shown. */
function showKeys({ firstTenant: { adminKey, testKey }, url }: Gateway): void {
  if (!adminKey && !testKey) return
  const lines = ['', '  Polyphony has made its first keys. They are shown this once:', '']
  if (adminKey) lines.push(`  admin key (live)  ${adminKey}`)
  if (testKey) lines.push(`  test key          ${testKey}`)
  lines.push('', `  Address           ${url}`, '')
  console.error(lines.join('\n'))
}

/** Closes the gateway in order at the first SIGINT or SIGTERM, and ends the process at once at the second. */
export function closeOnSignal(gateway: Gateway): void {
  let hasSignal = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (hasSignal) process.exit(1)
      hasSignal = true
      gateway.close().then(
        () => process.exit(0),
        (error: unknown) => {
          gateway.log.error({ err: error }, 'the gateway did not close in order')
          process.exit(1)
        },
      )
    })
  }
}
