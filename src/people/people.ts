import type { Logger } from 'pino'
import type { Caller } from '../core/caller.ts'
import type { Clock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Role, SignUp } from '../core/person.ts'
import type { Points } from '../core/points.ts'
import type { Store } from '../store/store.ts'
import { type Attempts, openAttempts } from './attempts.ts'
import { type Connections, openConnections } from './connections.ts'
import { type EnterLinks, openEnterLinks } from './enter-links.ts'
import type { ReadDocument } from './login/client-documents.ts'
import { type Login, type OidcProvider, openLogin } from './login/login.ts'
import type { PasswordCost } from './password.ts'
import { type Holder, openSessions, type Sessions } from './sessions.ts'
import { createOperator, type NewPerson, type SignUpParts } from './sign-up.ts'
import { claimToken, linkTo, loginSecret } from './tokens.ts'

/** Who is who. Opening it starts nothing, and reads no secret: people are looked for when someone comes. */
export interface People {
  store: Store
  clock: Clock
  sessions: Sessions
  signUp: SignUpParts
  login: Login
  /** Clients that people let act for them. */
  connections: Connections
  attempts: Attempts
  oidc: OidcProvider | undefined
  /** Whether tenants can buy credit. */
  takesPayments: boolean
  publicUrl(): string
  /** The caller that a request's cookie stands for; undefined where it has none. */
  callerOf: Sessions['callerOf']
  /** The caller of a key, for signing in by one. Rejects with `unauthorized`. */
  callerOfKey(key: string): Caller | Promise<Caller>
  /** Who may sign in by a link of this process. */
  enterLinks: EnterLinks
  /** A link that signs in by a key, once, and leads to a page, such as `/library`. */
  enterLink(keyId: string, page: string): string
  /** The link by which the first person claims the gateway; undefined when someone has. */
  claimLink(): Promise<string | undefined>
  close(): void
}

export interface PeopleParts {
  store: Store
  clock: Clock
  log: Logger
  masterSecret(): string
  publicUrl(): string
  /** Whether `publicUrl` is what requests say. */
  followsRequests: boolean
  /** `PUBLIC_URL`, or else where the gateway listens: never what a request says in its Host. */
  ownUrl(): string
  keys: {
    authenticate(key: string | undefined): Caller | Promise<Caller>
    authenticateById(keyId: string): Caller | Promise<Caller>
  }
  policy: SignUp
  startingCredit: Points
  passwordCost: PasswordCost
  oidc: OidcProvider | undefined
  takesPayments: boolean
  /** Reads what the addresses of clients say of them. */
  readDocument: ReadDocument
}

export function openPeople({ store, clock, log, masterSecret, publicUrl, keys, ...settings }: PeopleParts): People {
  let known: string | undefined
  const secret = (): string => {
    known ??= loginSecret(masterSecret())
    return known
  }
  const signUp: SignUpParts = { store, clock, ...settings, claimToken: () => claimToken(masterSecret()) }
  const sessions = openSessions({ store, clock, secret, publicUrl, callerOfKey: keys.authenticateById })
  const { oidc, readDocument, followsRequests } = settings
  const enterLinks = openEnterLinks(clock)
  const parts = { store, clock, log, secret, publicUrl, followsRequests, oidc, signUp, readDocument }
  const connections = openConnections({ ...parts, ownUrl: settings.ownUrl, callerOfKey: keys.authenticateById })
  return {
    store,
    clock,
    sessions,
    signUp,
    login: openLogin(parts),
    connections,
    attempts: openAttempts({ store, clock }),
    takesPayments: settings.takesPayments,
    enterLinks,
    enterLink: (keyId, page) => linkTo(publicUrl(), 'enter', enterLinks.make(keyId), { next: page }),
    oidc,
    publicUrl,
    callerOf: sessions.callerOf,
    callerOfKey: keys.authenticate,
    async claimLink() {
      if (await store.isClaimed({})) return undefined
      return linkTo(publicUrl(), 'claim', signUp.claimToken())
    },
    close() {
      sessions.close()
      connections.close()
    },
  }
}

/** Makes the first operator out of the settings, unless someone has claimed the gateway. True if it did. */
export async function ensureFirstOperator(
  parts: Pick<PeopleParts, 'store' | 'clock' | 'passwordCost'>,
  chosen: Pick<NewPerson, 'email' | 'password'> | undefined,
): Promise<boolean> {
  if (!chosen || (await parts.store.isClaimed({}))) return false
  try {
    await createOperator(parts, { ...chosen, name: chosen.email.split('@', 1)[0] ?? 'operator' }, null)
    return true
  } catch (error) {
    if (error instanceof PolyphonyError && error.code === 'conflict') return false // another node was faster
    throw error
  }
}

/** The role of who has a session, in the tenant of it. */
export function roleOf(holder: Holder & { kind: 'person' }): Role | null {
  return holder.person.isOperator && holder.current ? 'owner' : (holder.current?.role ?? null)
}

export type { Holder }
