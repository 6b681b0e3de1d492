import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { seedEnvironment } from '../../accounts/seed.ts'
import { openEgress } from '../../assets/egress.ts'
import { accountPartsOf, openOfflineAccountAdmin } from '../../compose/accounts.ts'
import { type CredentialCheck, checkCredentials } from '../../compose/check-credentials.ts'
import { openStore } from '../../compose/store.ts'
import type { Config } from '../../config/config.ts'
import { SECOND_MS, systemClock } from '../../core/clock.ts'
import type { Store } from '../../store/store.ts'
import { type Finding, fault, ok, warning } from './finding.ts'

const TIMEOUT_MS = 10 * SECOND_MS

/**
 * Asks the vendors of the operator's accounts: those of the environment in any case, and those in the database where it can
 * be opened without a change.
 */
export async function checkAccounts(config: Config, isCurrent: boolean): Promise<Finding[]> {
  const stored = isCurrent ? await storedAccounts(config) : []
  const checks = [...(await accountsOfEnvironment(config)), ...stored]
  if (checks.length === 0) return [ok('providers', 'none is configured; the studio and the sandbox work without')]
  return checks.map(findingOf)
}

async function storedAccounts(config: Config): Promise<CredentialCheck[]> {
  const store = await openStore(config, { exclusive: false })
  try {
    return (await checksOf(config, store)).filter(({ account }) => !account.startsWith('env:'))
  } finally {
    await store.close()
  }
}

/** In a database of their own, which is thrown away: the server's may not exist yet, or not know them yet. */
async function accountsOfEnvironment(config: Config): Promise<CredentialCheck[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'polyphony-doctor-'))
  const store = await openStore({ ...config, dataDir, databaseUrl: undefined }, { exclusive: true })
  const log = pino({ level: 'silent' })
  const egress = openEgress({ allow: [...config.egressAllow], log })
  try {
    await seedEnvironment(accountPartsOf(config, { store, egress, clock: systemClock, log }))
    return await checksOf(config, store)
  } finally {
    await egress.close()
    await store.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function checksOf(config: Config, store: Store): Promise<CredentialCheck[]> {
  const checks: CredentialCheck[] = []
  const { accountAdmin, close } = openOfflineAccountAdmin(config, store)
  try {
    await checkCredentials(accountAdmin, { timeoutMs: TIMEOUT_MS, report: (check) => void checks.push(check) })
  } finally {
    await close()
  }
  return checks
}

function findingOf({ name, result, says }: CredentialCheck): Finding {
  switch (result) {
    case 'works':
      return ok(name, 'the credential works')
    case 'not asked':
      return ok(name, `not tested: ${says}`)
    case 'no answer':
      return warning(name, says)
    case 'refused':
      return fault(name, says)
  }
}
