import { Command } from 'commander'
import { type Config, configOf } from '../config/config.ts'
import type { ReadSettings } from '../config/read-settings.ts'
import { shownSettings } from '../config/shown-settings.ts'
import { inspectConfig } from './configuration.ts'
import { checkAccounts } from './doctor/credentials.ts'
import { checkDatabase } from './doctor/database.ts'
import { checkFfmpeg } from './doctor/ffmpeg.ts'
import { type Finding, fault, ok, warning } from './doctor/finding.ts'
import { checkIdentity } from './doctor/identity.ts'
import { checkFolder, checkModes, checkNode, checkSecret, checkSpace, NO_SECRET, secretIn } from './doctor/machine.ts'
import { checkPort, checkPublicUrl } from './doctor/network.ts'
import { checkNotices } from './doctor/notices.ts'
import { checkStorage } from './doctor/storage.ts'
import { print } from './print.ts'

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Look at everything that a start needs, and say what to do: exit code 0, or 1 with a fault')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const findings = await examine(inspectConfig())
      const count = (status: Finding['status']) => findings.filter((one) => one.status === status).length
      if (count('fault') > 0) process.exitCode = 1
      const width = Math.max(...findings.map(({ about }) => about.length))
      print(json, { healthy: count('fault') === 0, findings }, [
        ...findings.map(({ about, status, says }) => `${status.padEnd(7)}  ${about.padEnd(width)}  ${says}`),
        '',
        `Faults: ${count('fault')}. Warnings: ${count('warning')}. Ok: ${count('ok')}.`,
      ])
    })
}

/** Changes nothing, but for a test file in a bucket and what an account's state is known to be. */
async function examine(settings: ReadSettings): Promise<Finding[]> {
  const { values, faults, warnings, variable } = settings
  const findings = [checkNode(process.versions.node)]
  if (!values) return [...findings, ...faults.map((says) => fault('configuration', says))]
  findings.push(
    ...(warnings.length === 0 ? [ok('configuration', 'all settings can be used')] : []),
    ...warnings.map((says) => warning('configuration', says)),
  )
  const incomplete = configOf(values, variable)
  const { dataDir, databaseUrl } = incomplete
  const shown = shownSettings(settings.effective)
  const secret = values.POLYPHONY_SECRET ?? secretIn(dataDir)
  const config: Config = { ...incomplete, shown, secret, hasSecret: () => secret !== NO_SECRET }
  const database = await checkDatabase(config)
  const port = await checkPort(config)
  const { isServed, ...portFinding } = port
  return [
    ...findings,
    await checkFolder('data folder', dataDir),
    checkSpace('disk', dataDir),
    checkModes(dataDir),
    checkSecret(dataDir, values.POLYPHONY_SECRET, databaseUrl !== undefined),
    ...database.findings,
    ...(await checkStorage(config)),
    ...(await checkIdentity(config, database.isCurrent)),
    portFinding,
    await checkPublicUrl(config, isServed),
    ...(await checkAccounts(config, database.isCurrent)),
    ...(await checkFfmpeg(config)),
    ...(await checkNotices(config)),
  ]
}
