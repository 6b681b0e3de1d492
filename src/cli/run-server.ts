import type { Worker } from 'node:worker_threads'
import { SECOND_MS } from '../core/clock.ts'
import type { Gateway } from '../main.ts'
import { loadConfig } from './configuration.ts'
import { start } from './start.ts'
import { asLogLines, onTerminal } from './start-reporter.ts'
import { stopOnSignal } from './stop-on-signal.ts'

/** How long the start reports wait for a vendor. The start itself does not wait. */
const CREDENTIAL_MS = 10 * SECOND_MS

/** Starts the gateway that the environment and the configuration file describe, and says so. It ends at a signal. */
export async function runServer(writer: Worker): Promise<void> {
  const { config, warnings } = loadConfig()
  const reporter = process.stdout.isTTY ? onTerminal : asLogLines
  const starting = start(config, { writer })
  stopOnSignal(starting, reporter.stopping)
  const gateway = await starting
  reporter.started(gateway, [...warnings, ...gateway.report.warnings])
  showKeys(gateway)
  await showClaimLink(gateway)
  const { checkCredentials } = await import('../compose/check-credentials.ts')
  await checkCredentials(gateway.accounts, {
    timeoutMs: CREDENTIAL_MS,
    report: (check) => reporter.checked(gateway, check),
  })
}

/** Says how the first person signs in, at every start until one has. */
async function showClaimLink({ claimLink }: Gateway): Promise<void> {
  const link = await claimLink()
  if (link === undefined) return
  console.error(`\n  This gateway is not claimed yet. Open this link once, to be its operator:\n\n  ${link}\n`)
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
