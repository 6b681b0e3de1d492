import { randomBytes, randomUUID } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConfigError } from './config-error.ts'
import { withAdvice } from './file-advice.ts'
import { makePrivateFile } from './private-folder.ts'
import { syncFolderNow } from './sync-folder.ts'

export const MIN_SECRET_LENGTH = 16

/** The secret in the file, which is made on first use. Throws a ConfigError that says what to do. */
export function keptSecret(path: string): string {
  if (!existsSync(path)) writeSecret(path)
  return checked(path)
}

/** The secret in the file; undefined if there is no file. Throws as `keptSecret` does. */
export function secretIn(path: string): string | undefined {
  return existsSync(path) ? checked(path) : undefined
}

function checked(path: string): string {
  makePrivateFile(path)
  const secret = read(path)
  if (secret.length >= MIN_SECRET_LENGTH) return secret
  throw new ConfigError(
    `The secret in ${path} ${secret === '' ? 'is empty' : `has only ${secret.length} characters`}: it was cut off. Put it ` +
      'back from a backup. Without one, delete the file: a new secret is made, connected accounts have to be given their ' +
      'credentials again, and receivers of webhooks the new signing secret.',
  )
}

/** Written to a temporary file, synced, and linked into place, so that two simultaneous first starts get the same secret. */
function writeSecret(path: string): void {
  const aside = `${path}.${randomUUID()}`
  try {
    const file = openSync(aside, 'wx', 0o600)
    try {
      writeFileSync(file, randomBytes(32).toString('base64url'))
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    linkSync(aside, path)
    syncFolderNow(dirname(path))
  } catch (error) {
    if (!existsSync(path))
      throw new ConfigError(withAdvice(`The secret cannot be written to ${path}.`, error), { cause: error })
  } finally {
    rmSync(aside, { force: true })
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw new ConfigError(withAdvice(`The secret cannot be read from ${path}.`, error), { cause: error })
  }
}
