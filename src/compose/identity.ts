import { createHmac } from 'node:crypto'
import type { Disk } from 'flydrive'
import { takeFromCopies } from '../assets/owners.ts'
import { markOf, markStorage } from '../assets/storage-mark.ts'
import { type Config, ConfigError } from '../config/config.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Store } from '../store/store.ts'

/**
 * Processes of one database must have the same secret and the same storage of files: with another secret, webhooks would be
 * signed and credentials sealed so that nobody can verify or open them; with another storage, files would be missing. So the
 * database has a fingerprint of each (docs/decisions/0014-fingerprints.md), and a process that differs is refused.
 */

/** Refuses a server that differs; the first server of a database stores its own. */
export async function checkIdentity(store: Store, config: Config, disk: Disk): Promise<void> {
  const { secret, storage } = await store.listFingerprints({})
  await checkSecret(store, config, secret)
  await checkStorage(store, config, disk, storage)
}

/** What a server would be refused for. Changes nothing. */
export async function differences(store: Store, config: Config, disk: Disk): Promise<Error[]> {
  const { secret, storage } = await store.listFingerprints({})
  const isOther = secret !== undefined && secret !== fingerprintOf(config.secret) && !isEarlier(config, secret)
  const errors = isOther ? [anotherSecret(config)] : []
  if (storage === undefined) return errors
  try {
    await readMark(disk, config, storage)
    return errors
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error // the storage does not answer
    return [...errors, error]
  }
}

/** Refuses a command whose secret is not the one of the database. */
export async function requireSecret(store: Store, config: Config): Promise<void> {
  const { secret: stored } = await store.listFingerprints({})
  if (stored === undefined || stored === fingerprintOf(config.secret)) return
  if (!isEarlier(config, stored)) throw anotherSecret(config)
  throw new ConfigError(
    'No server was started with this POLYPHONY_SECRET yet, so credentials are still sealed under the earlier one. Start it first.',
  )
}

/**
 * Takes the secret of the configuration as that of the database. What the earlier one sealed stays sealed. Returns false where it is
 * that already.
 */
export async function adoptSecret(store: Store, config: Config): Promise<boolean> {
  const { secret } = await store.listFingerprints({})
  if (secret === fingerprintOf(config.secret)) return false
  await store.changeFingerprint({ name: 'secret', from: secret ?? null, to: fingerprintOf(config.secret) })
  return true
}

/**
 * Takes the storage of the configuration as that of the database, and of none of its copies. Files that are not in it are missing.
 */
export async function adoptStorage(store: Store, disk: Disk): Promise<void> {
  const { storage } = await store.listFingerprints({})
  await store.changeFingerprint({ name: 'storage', from: storage ?? null, to: await markStorage(disk) })
  await takeFromCopies(store, disk)
}

async function checkSecret(store: Store, config: Config, found: string | undefined): Promise<void> {
  if (found !== undefined && !config.hasSecret()) throw anotherSecret(config) // before one is made
  const ours = fingerprintOf(config.secret)
  const stored = found ?? (await store.changeFingerprint({ name: 'secret', from: null, to: ours }))
  if (stored === ours) return
  if (!isEarlier(config, stored)) throw anotherSecret(config)
  // Credentials are re-encrypted later in the same start.
  if ((await store.changeFingerprint({ name: 'secret', from: stored, to: ours })) !== ours) throw anotherSecret(config)
}

/** A keyed hash: of a secret that is hard to guess, it reveals nothing. */
export function fingerprintOf(secret: string): string {
  return createHmac('sha256', secret).update('polyphony fingerprint of the secret').digest('hex')
}

function isEarlier({ earlierSecrets }: Config, stored: string): boolean {
  return earlierSecrets.some((secret) => fingerprintOf(secret) === stored)
}

export function anotherSecret({ variable, hasSecret, dataDir }: Config): ConfigError {
  const isSet = variable('POLYPHONY_SECRET') !== undefined
  const ours = isSet ? 'POLYPHONY_SECRET' : `The secret in ${dataDir}`
  const fault = hasSecret() ? `${ours} is not the secret of this database` : `There is no secret in ${dataDir}`
  return new ConfigError(
    `${fault}: set POLYPHONY_SECRET to that of the server which made the database, or put its file "secret" there. To ` +
      'change the secret, name the earlier one in POLYPHONY_SECRET_EARLIER; if that one is lost: "polyphony adopt secret".',
  )
}

/**
 * The storage is recognised by a file in it, not by its address: a folder may be moved with its database, and a bucket has
 * many addresses. Each database has a file of its own, which is written before the database names it: so nodes that start at
 * once agree, whichever was first, and a start that is killed in between leaves nothing that would stop the next.
 */
async function checkStorage(store: Store, config: Config, disk: Disk, found: string | undefined): Promise<void> {
  let stored = found
  if (stored === undefined) {
    const ours = await markStorage(disk)
    stored = await store.changeFingerprint({ name: 'storage', from: null, to: ours })
    if (stored !== ours) await disk.delete(markOf(ours))
  }
  await readMark(disk, config, stored)
}

function anotherStorage({ storageUrl }: Config, stored: string, cause: unknown): ConfigError {
  return new ConfigError(
    `The storage ${storageUrl} is not the one of this database: it has no file ${markOf(stored)}. Set STORAGE_URL to the one ` +
      'that has it. If files were moved, move that one too; if they are lost: "polyphony adopt storage".',
    { cause },
  )
}

/** Throws when the storage does not answer. */
export async function readMark(disk: Disk, config: Config, id: string): Promise<Uint8Array> {
  try {
    return await disk.getBytes(markOf(id))
  } catch (cause) {
    throw isMissing(cause) ? anotherStorage(config, id, cause) : cause
  }
}

/** Whether an error of the storage means that there is no such file. To who may not list a bucket, S3 answers 403 for it. */
export function isMissing(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof PolyphonyError && at.code === 'not_found') return true
    if ('code' in at && at.code === 'ENOENT') return true
    if (statusOf(at) === 403) return true
  }
  return false
}

function statusOf(error: Error): unknown {
  const { $metadata: answer } = error as { $metadata?: { httpStatusCode?: unknown } } // as errors of Amazon's SDK have it
  return answer?.httpStatusCode
}
