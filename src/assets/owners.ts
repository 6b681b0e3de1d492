import type { Disk } from 'flydrive'
import type { Store } from '../store/store.ts'
import { isSharedWithCopy, markOf, OWNERS } from './storage-mark.ts'

/** A driver that can list its files. Keys come in pages of some hundreds. */
export interface ListingDriver {
  /** Keys of files that were last written before an instant. */
  filesBefore(before: number): AsyncIterable<string[]>
  /** Records that a database keeps files here. */
  enterOwner(name: string): Promise<void>
  /** The names of all databases that do. */
  owners(): Promise<string[]>
}

export function canList(driver: object): driver is ListingDriver {
  return 'filesBefore' in driver && 'enterOwner' in driver
}

type OwnersStore = Pick<Store, 'listTenants' | 'listFingerprints'>

/**
 * A database as an owner of files: `TENANT.STORAGE`. Databases with the same first tenant are copies of each other, such as a
 * backup that was restored; earlier versions wrote the tenant alone.
 */
interface Owner {
  name: string
  tenant: string
  storage: string
}

/** Undefined before the first start. */
export async function ownerOf(store: OwnersStore): Promise<Owner | undefined> {
  const [[first], { storage }] = await Promise.all([store.listTenants({ limit: 1 }), store.listFingerprints({})])
  return first && storage !== undefined ? { name: `${first.id}.${storage}`, tenant: first.id, storage } : undefined
}

interface Others {
  copies: string[]
  strangers: string[]
}

export async function othersIn(driver: ListingDriver, { name, tenant }: Owner): Promise<Others> {
  const others = (await driver.owners()).filter((one) => one !== name && one !== tenant)
  const isCopy = (one: string) => one.startsWith(`${tenant}.`)
  return { copies: others.filter(isCopy), strangers: others.filter((one) => !isCopy(one)) }
}

/** Whether copies of this database use its storage, so that no file without a row is deleted. */
export async function hasCopies(store: OwnersStore, disk: Disk): Promise<boolean> {
  const owner = await ownerOf(store)
  if (!owner || !canList(disk.driver)) return false
  const { copies } = await othersIn(disk.driver, owner)
  return copies.length > 0 || (await isSharedWithCopy({ disk, store, storage: owner.storage }))
}

/** Makes this database the only one of its copies that uses the storage: the others are refused from their next start on. */
export async function takeFromCopies(store: OwnersStore, disk: Disk): Promise<void> {
  const owner = await ownerOf(store)
  if (!owner || !canList(disk.driver)) return
  const { copies } = await othersIn(disk.driver, owner)
  for (const copy of copies) {
    await disk.delete(markOf(copy.slice(owner.tenant.length + 1)))
    await disk.driver.delete(`${OWNERS}/${copy}`) // keys of a disk lose the dot at their beginning
  }
}
