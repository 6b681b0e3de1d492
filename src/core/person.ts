import type { Mode } from './task.ts'

/** What a person may do in a tenant; each may do what the later ones may. */
export const ROLES = ['owner', 'member', 'viewer'] as const
export type Role = (typeof ROLES)[number]

/** Whether a role is enough for what needs `needed`. */
export function isEnough(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) <= ROLES.indexOf(needed)
}

/** Who may sign up: everyone, only people with an invitation, or none. */
export const SIGN_UPS = ['open', 'invitation', 'closed'] as const
export type SignUp = (typeof SIGN_UPS)[number]

export interface Person {
  id: string
  /** In lower case, and of no other person. */
  email: string
  name: string
  /** A language tag that the person chose. */
  locale: string | null
  /** May do everything. */
  isOperator: boolean
  hasTwoFactor: boolean
  /** Since when the person may not sign in; null = they may. */
  blockedAt: number | null
  createdAt: number
}

export type PersonChange = Partial<Pick<Person, 'name' | 'locale' | 'isOperator' | 'blockedAt'>> & {
  /** The hash of another password, which ends all sessions. */
  password?: string
}

export interface Membership {
  tenantId: string
  tenantName: string
  role: Role
  joinedAt: number
  /** Since when the tenant is frozen; null = it is not. */
  tenantFrozenAt: number | null
  /** The ids of the keys that make the person's tasks there. */
  keys: Partial<Record<Mode, string>>
}

/** A person in one tenant. */
export interface Member {
  person: Person
  role: Role
  joinedAt: number
}

export interface Session {
  id: string
  /** In the cookie, with a signature. */
  token: string
  /** Null for the session of a key. */
  personId: string | null
  keyId: string | null
  /** The tenant that the person chose; null = the first. */
  tenantId: string | null
  address: string | null
  userAgent: string | null
  createdAt: number
  expiresAt: number
}

export interface Invitation {
  id: string
  /** SHA-256 of the token, hex. */
  hash: string
  tenantId: string
  role: Role
  /** The only address that may accept it; null = anyone with the link. */
  email: string | null
  /** As the audit names an actor. */
  invitedBy: string
  createdAt: number
  expiresAt: number
  acceptedAt: number | null
  acceptedBy: string | null
  revokedAt: number | null
}

/** Whether an invitation can still be accepted. */
export function isOpen({ acceptedAt, revokedAt, expiresAt }: Invitation, now: number): boolean {
  return acceptedAt === null && revokedAt === null && expiresAt > now
}

/** The actor of a person's changes, as the audit names it. */
export function actorOfPerson(id: string): string {
  return `person:${id}`
}
