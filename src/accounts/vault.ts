import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import { PolyphonyError } from '../core/errors.ts'

/** Encrypts credentials, so that the database alone reveals none. */
export interface Vault {
  /** `id` is authenticated too: a text that was sealed for one account cannot be opened for another. */
  seal(id: string, settings: Record<string, string>): string
  /** Throws `internal`, saying what to do, when it was sealed under a secret that is no longer known, or is damaged. */
  open(id: string, sealed: string): Record<string, string>
  /** Whether it was sealed under an earlier secret, and should be re-encrypted. */
  isOld(sealed: string): boolean
}

const VERSION = 'v1'
const IV_BYTES = 12
const TAG_BYTES = 16
/** Node would accept a shorter tag, which is easier to forge. */
const LENGTHS = { authTagLength: TAG_BYTES }

/**
 * AES-256-GCM under a key derived from the master secret. To change that secret, pass the old one in `earlier` for one
 * start: credentials sealed under it are re-encrypted.
 */
export function openVault(secret: string, earlier: readonly string[] = []): Vault {
  const keys = [secret, ...earlier].map((one) => {
    const key = Buffer.from(hkdfSync('sha256', one, '', 'polyphony account credentials', 32))
    return { key, name: createHash('sha256').update(key).digest('hex').slice(0, 8) }
  })
  const [current] = keys as [{ key: Buffer; name: string }] // there is at least one

  return {
    seal(id, settings) {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', current.key, iv).setAAD(Buffer.from(id))
      const sealed = Buffer.concat([cipher.update(JSON.stringify(settings), 'utf8'), cipher.final()])
      return [VERSION, current.name, Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')].join('.')
    },
    open(id, sealed) {
      const [version, name, text = ''] = sealed.split('.')
      const found = keys.find((one) => one.name === name)
      if (version !== VERSION || !found) {
        throw new PolyphonyError(
          'internal',
          `The credential of account ${id} was sealed under another POLYPHONY_SECRET. Set POLYPHONY_SECRET_EARLIER to that one.`,
        )
      }
      const bytes = Buffer.from(text, 'base64url')
      try {
        const decipher = createDecipheriv('aes-256-gcm', found.key, bytes.subarray(0, IV_BYTES), LENGTHS)
          .setAAD(Buffer.from(id))
          .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
        const plain = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()])
        return JSON.parse(plain.toString('utf8')) as Record<string, string> // as `seal` wrote it
      } catch (cause) {
        throw new PolyphonyError('internal', `The sealed credential of account ${id} is damaged.`, { cause })
      }
    },
    isOld: (sealed) => sealed.split('.')[1] !== current.name,
  }
}
