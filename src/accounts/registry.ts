import type { Logger } from 'pino'
import type { AccountRecord } from '../core/account.ts'
import type { Clock } from '../core/clock.ts'
import type { PoolPolicy } from '../core/tenant.ts'
import type { Provider, ProviderManifest } from '../providers/provider.ts'
import type { Store } from '../store/store.ts'
import {
  type BuiltInAccount,
  builtInMember,
  type Member,
  type MemberParts,
  memberOf,
  unloadedMember,
} from './member.ts'
import type { Roster } from './routing.ts'

/** Holds all accounts in memory, with their providers loaded and their credentials opened. */
export interface Registry {
  /** What is known now; built-in accounts are there before the first `refresh`. */
  roster(): Roster
  find(id: string): Member | undefined
  /** Reads all accounts from the store. Calls that overlap run one after the other. */
  refresh(): Promise<void>
  /** Closes the providers. */
  close(): Promise<void>
}

export interface RegistryParts extends MemberParts {
  store: Store
  builtIn: readonly BuiltInAccount[]
  manifests: readonly ProviderManifest[]
  clock: Clock
  /** What vendors compare with their clocks. The default: `clock`. */
  wallClock?: Clock
  log: Logger
}

type LoadProvider = (manifest: ProviderManifest) => Promise<Provider>

export function openRegistry(parts: RegistryParts): Registry {
  const providers = openProviders(parts)
  let roster: Roster = { members: builtInMembers(parts), policies: new Map() }
  let turn = Promise.resolve()

  async function read(): Promise<void> {
    roster = await readRoster(parts, roster, providers.load)
  }

  return {
    roster: () => roster,
    find: (id) => roster.members.get(id),
    refresh() {
      turn = turn.then(read, read)
      return turn
    },
    close: providers.close,
  }
}

function builtInMembers({
  builtIn,
  fetchFor,
  watchFetch = (_provider, fetch) => fetch,
}: RegistryParts): Map<string, Member> {
  const members = builtIn.map((one, index) =>
    builtInMember(one, builtIn.length - index, watchFetch(one.provider.id, fetchFor('operator'))),
  )
  return new Map(members.map((member) => [member.record.id, member]))
}

async function readRoster(parts: RegistryParts, known: Roster, load: LoadProvider): Promise<Roster> {
  const records = await parts.store.listAccounts({})
  const found = await Promise.all(records.map((record) => currentMember(parts, known, record, load)))
  const members = new Map([...known.members].filter(([, { isBuiltIn }]) => isBuiltIn))
  for (const member of found) if (member) members.set(member.record.id, member)
  return { members, policies: await readPolicies(parts, records) }
}

async function currentMember(
  parts: RegistryParts,
  { members }: Roster,
  record: AccountRecord,
  load: LoadProvider,
): Promise<Member | undefined> {
  const { id, provider, createdAt, version } = record
  const known = members.get(id)
  // Events in this process may have made the known record newer than what was read. An account that was removed and
  // added again under the same id is another account, whatever its version.
  const isCurrent = known && known.record.createdAt === createdAt && known.record.version >= version
  if (isCurrent && known.isUnloaded !== true) return known
  const manifest = parts.manifests.find((one) => one.id === provider)
  if (!manifest) {
    parts.log.error({ account: id, provider }, 'an account refers to an unknown provider')
    return undefined
  }
  try {
    return memberOf(record, manifest, await load(manifest), parts)
  } catch (error) {
    return unloadedMember(record, manifest, { error, parts })
  }
}

async function readPolicies({ store }: RegistryParts, records: AccountRecord[]): Promise<Map<string, PoolPolicy>> {
  const tenantIds = new Set(records.flatMap(({ tenantId }) => tenantId ?? []))
  const tenants = await Promise.all([...tenantIds].map((id) => store.getTenant({ id })))
  return new Map(tenants.flatMap((tenant) => (tenant ? [[tenant.id, tenant]] : [])))
}

/** Loads the code of each provider once, when the first account of it is met. */
function openProviders({ builtIn, clock, wallClock = clock, log }: RegistryParts): {
  load: LoadProvider
  close(): Promise<void>
} {
  const loaded = new Map<string, Promise<Provider>>()
  return {
    load(manifest) {
      const known = loaded.get(manifest.id)
      if (known) return known
      const loading = manifest.load().then((open) => open({ now: () => wallClock.now() }))
      loaded.set(manifest.id, loading)
      // The next account of it, or the next refresh, tries it again.
      loading.catch(() => loaded.delete(manifest.id))
      return loading
    },
    async close() {
      const all = [...loaded.values(), ...builtIn.map(({ provider }) => provider)]
      for (const one of all) {
        try {
          await (await one).close?.()
        } catch (error) {
          log.warn({ err: error }, 'a provider could not be closed')
        }
      }
    },
  }
}
