import { PolyphonyError } from '../core/errors.ts'
import { accountPool } from '../core/pools.ts'
import { getRecord, type ManagedAccountParts, type Manager } from './managed-account.ts'

/** Throws `conflict` while the account is in the environment, or while tasks run on it or can run on no other one. */
export async function removeAccount(parts: ManagedAccountParts, id: string, by: Manager): Promise<void> {
  const { store, accounts, isOffline } = parts
  const { sealed, provider, tenantId } = await getRecord(parts, id, by)
  await accounts.refresh()
  if (sealed === null && (isOffline === true || accounts.find(id) !== undefined)) {
    throw conflict(`Account ${id} is in the environment: unset the variables of ${provider} and restart the server.`)
  }
  const [waiting] = await store.countWaiting({ pools: [accountPool({ id, tenantId })] })
  if (waiting) {
    throw conflict(
      `Tasks that follow up work of account ${id} wait for it (${waiting.operation}): remove it when they have ended.`,
    )
  }
  if (!(await store.removeAccount({ id }))) {
    throw conflict(`Tasks run on account ${id}, or are parked for it: drain it, and remove it when they have ended.`)
  }
  await accounts.refresh()
}

function conflict(message: string): PolyphonyError {
  return new PolyphonyError('conflict', message)
}
