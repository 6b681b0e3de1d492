import { type AccountRecord, DEFAULT_ACCOUNT, healthAfter } from '../core/account.ts'
import { invalidInput, PolyphonyError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import type { Json, JsonObject } from '../core/json.ts'
import type { ProviderManifest } from '../providers/provider.ts'
import type { AccountChange } from '../store/store.ts'
import { type AccountSettings, readSettings } from './account-input.ts'
import { isAddress, readFields } from './credential-input.ts'
import { healthOf } from './health-writes.ts'
import {
  getManagedAccount,
  getRecord,
  type ManagedAccount,
  type ManagedAccountParts,
  type Manager,
} from './managed-account.ts'
import type { Vault } from './vault.ts'

export interface EditParts extends ManagedAccountParts {
  manifests: readonly ProviderManifest[]
  vault: Vault
  /** Throws `address_refused`, naming the field, for an address that a tenant may not reach. */
  judge: (url: string, field: string) => Promise<void>
  /** Ids of the catalogue. */
  operations: ReadonlySet<string>
  tenants: {
    /** What a task on a tenant's own account costs it, as a fraction of the list price. */
    priceFactor: number
    maxAccounts: number
  }
}

const MAX_WRITES = 2

/** What an import says of an account: its id, to find it again, and whether it is switched off from the beginning. */
export interface ImportedAccount {
  id: string
  isDisabled: boolean
}

export function disabledBy(by: Manager): string {
  return by === 'operator' ? 'The operator switched it off.' : 'Its owner switched it off.'
}

export async function addAccount(
  parts: EditParts,
  body: JsonObject,
  by: Manager,
  imported?: ImportedAccount,
): Promise<ManagedAccount> {
  const { store, vault, clock, tenants } = parts
  const { provider, tenant, fields = {}, ...rest } = body
  await checkCount(parts, by)
  const manifest = manifestOf(parts, provider)
  const tenantId = await readOwner(parts, tenant, by)
  const { name, ...settings } = settingsIn(parts, rest, by)
  if (name === undefined) throw invalidInput('name', 'is required')
  await checkName(parts, name, tenantId)
  const credential = readFields(manifest, fields)
  await checkAddresses(parts, manifest, credential, tenantId)
  const now = clock.now()
  const id = imported?.id ?? newId(now)
  const account: AccountRecord = {
    ...DEFAULT_ACCOUNT,
    priceFactor: tenantId === null ? DEFAULT_ACCOUNT.priceFactor : tenants.priceFactor,
    slots: manifest.slots,
    ...settings,
    id,
    tenantId,
    provider: manifest.id,
    name,
    sealed: vault.seal(id, credential),
    createdAt: now,
  }
  const off = { kind: 'disabled', reason: disabledBy(by) } as const
  const health = imported?.isDisabled ? healthOf(healthAfter(account, off, now)) : {}
  await store.createAccount({ account: { ...account, ...health } })
  return getManagedAccount(parts, id, by)
}

/** What a body changes of an account. */
export async function changeOf(
  parts: EditParts,
  record: AccountRecord,
  body: JsonObject,
  by: Manager,
): Promise<AccountChange> {
  const { fields, ...rest } = body
  const settings = settingsIn(parts, rest, by)
  if (settings.name !== undefined) await checkName(parts, settings.name, record.tenantId, record.id)
  if (record.sealed === null) checkEnvironment(parts, record, body)
  if (fields === undefined) return settings
  const { vault, clock } = parts
  const manifest = manifestOf(parts, record.provider)
  const credential = readFields(manifest, fields, storedFields(parts, record))
  await checkAddresses(parts, manifest, credential, record.tenantId)
  // A pause for the old credential is no reason to wait with the new one.
  const health = record.state === 'disabled' ? {} : healthOf(healthAfter(record, { kind: 'enabled' }, clock.now()))
  return { ...settings, ...health, sealed: vault.seal(record.id, credential) }
}

/**
 * Writes a change that follows from the record. Computed again when the account changed between the read and the write,
 * which its traffic does; throws `conflict` when that happens repeatedly.
 */
export async function writeChange(
  parts: EditParts,
  id: string,
  by: Manager,
  changeFor: (record: AccountRecord) => AccountChange | Promise<AccountChange>,
): Promise<ManagedAccount> {
  for (let attempt = 1; attempt <= MAX_WRITES; attempt++) {
    const record = await getRecord(parts, id, by)
    const set = await changeFor(record)
    const { version } = record
    if (await parts.store.changeAccount({ id, version, set })) return getManagedAccount(parts, id, by)
  }
  throw new PolyphonyError(
    'conflict',
    `Account ${id} was changed at the same time. Read it, and send the request again.`,
  )
}

function settingsIn({ operations }: EditParts, body: JsonObject, by: Manager): AccountSettings {
  return readSettings(
    body,
    by === 'operator' ? 'operator' : 'owner',
    (name) => operations.has(name) || [...operations].some((operation) => operation.startsWith(`${name}/`)),
  )
}

function manifestOf({ manifests }: EditParts, provider: Json | undefined): ProviderManifest {
  const manifest = manifests.find(({ id }) => id === provider)
  if (!manifest) throw invalidInput('provider', `must be one of ${manifests.map(({ id }) => id).join(', ')}`)
  return manifest
}

async function readOwner({ store }: EditParts, tenant: Json | undefined, by: Manager): Promise<string | null> {
  if (by !== 'operator') {
    if (tenant !== undefined) throw invalidInput('tenant', 'can only be set by the operator')
    return by.tenantId
  }
  if (tenant === undefined || tenant === null) return null
  const found = typeof tenant === 'string' ? await store.getTenant({ id: tenant }) : undefined
  if (!found) throw invalidInput('tenant', 'must be the id of a tenant, or null for an account of the operator')
  return found.id
}

async function checkCount({ store, tenants: { maxAccounts } }: EditParts, by: Manager): Promise<void> {
  if (by === 'operator') return
  const { length } = await store.listAccounts({ tenantId: by.tenantId })
  if (length < maxAccounts) return
  const message =
    maxAccounts === 0 ? 'Tenants connect no accounts here.' : `A tenant may have at most ${maxAccounts} accounts.`
  throw new PolyphonyError('forbidden', message)
}

/** Names are unique among the accounts of one owner. */
async function checkName({ store }: EditParts, name: string, tenantId: string | null, except?: string): Promise<void> {
  const owned = await store.listAccounts({ tenantId })
  const isTaken = owned.some((one) => one.name === name && one.id !== except)
  if (isTaken) throw invalidInput('name', `is already used by another account: "${name}"`)
}

/** The operator may name any address, also one in its own network. */
async function checkAddresses(
  { judge }: EditParts,
  manifest: ProviderManifest,
  credential: Record<string, string>,
  tenantId: string | null,
): Promise<void> {
  if (tenantId === null) return
  for (const field of manifest.fields.filter(isAddress)) {
    const address = credential[field.name]
    if (address !== undefined) await judge(address, `fields.${field.name}`)
  }
}

/** A credential that was sealed under a lost secret counts as empty, so that the account can be given a new one. */
function storedFields({ vault }: EditParts, { id, sealed }: AccountRecord): Record<string, string> {
  if (sealed === null) return {}
  try {
    return vault.open(id, sealed)
  } catch (error) {
    if (error instanceof PolyphonyError) return {}
    throw error
  }
}

/** Every start writes these from the environment again, so a change here would be lost. */
function checkEnvironment(parts: EditParts, { provider }: AccountRecord, body: JsonObject): void {
  const names = manifestOf(parts, provider).fields.map(({ env }) => env)
  if (body.fields !== undefined)
    throw invalidInput('fields', `are set in the server's environment: ${names.join(', ')}`)
  for (const name of ['slots', 'priority']) {
    if (body[name] === undefined) continue
    throw invalidInput(name, 'is set by POLYPHONY_PROVIDERS for an account of the environment')
  }
}
