import { type Clock, HOUR_MS } from '../core/clock.ts'
import { hashToken, newToken } from './tokens.ts'

/**
 * Links that sign someone in by a key, once, without the key in them: for a program that has just made something and shows it.
 * They are in the memory of this process, so a restart ends them.
 */
export interface EnterLinks {
  /** A token for a key, for an hour. */
  make(keyId: string): string
  /** The key of a token, which is used up by that; undefined where there is none. */
  take(token: string): string | undefined
}

const LIFE_MS = HOUR_MS
const MOST = 100

export function openEnterLinks(clock: Clock): EnterLinks {
  const links = new Map<string, { keyId: string; until: number }>()
  return {
    make(keyId) {
      const token = newToken()
      links.set(hashToken(token), { keyId, until: clock.now() + LIFE_MS })
      const [oldest] = links.keys()
      if (links.size > MOST && oldest !== undefined) links.delete(oldest)
      return token
    },
    take(token) {
      const hash = hashToken(token)
      const link = links.get(hash)
      links.delete(hash)
      return link && link.until > clock.now() ? link.keyId : undefined
    },
  }
}
