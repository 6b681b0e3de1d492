import { Command } from 'commander'
import { type CredentialCheck, checkCredentials } from '../compose/check-credentials.ts'
import { SECOND_MS } from '../core/clock.ts'
import { type Gateway, GRACE_MS, startGateway } from '../main.ts'
import { version } from '../version.ts'
import { loadConfig } from './configuration.ts'
import { stopOnSignal } from './stop-on-signal.ts'

/** How long the start reports wait for a vendor. The start itself does not wait. */
const CREDENTIAL_MS = 10 * SECOND_MS

export function serveCommand(): Command {
  return new Command('serve').description('Serve until interrupted').action(async () => {
    const { config, warnings } = loadConfig()
    const reporter = process.stdout.isTTY ? onTerminal : asLogLines
    const starting = startGateway(config)
    stopOnSignal(starting, reporter.stopping)
    const gateway = await starting
    reporter.started(gateway, [...warnings, ...gateway.report.warnings])
    showKeys(gateway)
    await checkCredentials(gateway.accounts, {
      timeoutMs: CREDENTIAL_MS,
      report: (check) => reporter.checked(gateway, check),
    })
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

interface Reporter {
  started(gateway: Gateway, warnings: string[]): void
  checked(gateway: Gateway, check: CredentialCheck): void
  stopping(gateway: Gateway, inHand: number): void
}

const onTerminal: Reporter = {
  started({ report }, warnings) {
    const rows: [string, string][] = [
      ['address', report.url],
      ['documentation', report.docs],
      ['database', report.store],
      ['data folder', report.dataDir],
      ['files', report.storage],
      ...warnings.map((warning): [string, string] => ['warning', warning]),
    ]
    const lines = rows.map(([name, value]) => `  ${name.padEnd(13)}  ${value}`)
    console.log(['', `  Polyphony ${version} serves. Ctrl-C ends it.`, '', ...lines, ''].join('\n'))
  },
  checked(_gateway, { name, result, says }) {
    console.log(`  ${'credential'.padEnd(13)}  ${name}: ${result}${says === '' ? '' : `: ${says}`}`)
  },
  stopping(_gateway, inHand) {
    console.error(`stopping: ${waitsFor(inHand)}; again to quit at once`)
  },
}

const asLogLines: Reporter = {
  started({ log }, warnings) {
    for (const warning of warnings) log.warn(warning)
  },
  checked({ log }, { says, ...check }) {
    if (check.result === 'works') log.info(check, 'the credential works')
    else if (check.result === 'not asked') log.info({ ...check, reason: says }, 'the credential was not tested')
    else log.warn({ ...check, reason: says }, 'the credential does not work')
  },
  stopping({ log }, inHand) {
    log.info({ tasks: inHand, atMostSeconds: GRACE_MS / SECOND_MS }, `stopping: ${waitsFor(inHand)}`)
  },
}

function waitsFor(inHand: number): string {
  return `${inHand} ${inHand === 1 ? 'task' : 'tasks'} in hand, at most ${GRACE_MS / SECOND_MS} s`
}
