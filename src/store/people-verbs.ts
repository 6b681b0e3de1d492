import type { AuditEntry } from '../core/audit.ts'
import type { NewKey } from '../core/key.ts'
import type { Invitation, Member, Membership, Person, PersonChange, Role, Session } from '../core/person.ts'
import type { Points } from '../core/points.ts'
import type { Mode } from '../core/task.ts'
import type { Tenant } from '../core/tenant.ts'

/** The verbs of people, their sessions and their memberships. */

interface Audited {
  audit?: AuditEntry
}

/** How a person comes to a tenant: with the keys that make their tasks there. */
export interface Joining {
  tenantId: string
  role: Role
  keys: NewKey[]
}

/** The tables of the login, which is a package's: it names rows by their columns. */
export type AuthTable =
  | 'people'
  | 'credentials'
  | 'sessions'
  | 'verifications'
  | 'passkeys'
  | 'two_factors'
  | 'oauth_access_tokens'
  | 'oauth_client_assertions'
  | 'oauth_client_resources'
  | 'oauth_clients'
  | 'oauth_consents'
  | 'oauth_refresh_tokens'
  | 'oauth_resources'
export type AuthValue = string | number | null
export type AuthRow = Record<string, AuthValue>

export interface AuthCondition {
  column: string
  operator: 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte' | 'in' | 'not_in' | 'contains' | 'starts_with' | 'ends_with'
  value: AuthValue | readonly AuthValue[]
  /** Conditions with `OR` are alternatives to each other; all others must hold. */
  connector: 'AND' | 'OR'
}

/** What a token of OAuth stands for, if it has neither expired nor been revoked. */
export interface Connection {
  keyId: string
  clientId: string
  /** The role, now, of the person who let the client in. */
  role: Role
  /** The addresses that the token is for; null = all of them. */
  resources: string[] | null
  expiresAt: number
}

/** A client that a person let in, as the person sees it. */
export interface OwnConnection {
  keyId: string
  /** As the client named itself. */
  name: string
  tenantId: string
  mode: Mode
  createdAt: number
  /** To the minute; null = never. */
  lastUsedAt: number | null
}

export interface PeopleReads {
  /** Whether there is an operator among the people. */
  isClaimed(args: Record<string, never>): Promise<boolean>
  /** Whose password the link sets; undefined when it is unknown, was used, ended or has expired. */
  findPasswordReset(args: { hash: string; now: number }): Promise<Person | undefined>
  /** The session with this token, and who has it. Expired ones, and those of blocked people, are there, too. */
  findSession(args: {
    token: string
  }): Promise<{ session: Session; person: Person | null; memberships: Membership[] } | undefined>
  /** Sessions that have not expired, of a person or of a key, the newest first. */
  listSessions(args: { of: { personId: string } | { keyId: string }; now: number }): Promise<Session[]>
  getPerson(args: { id: string } | { email: string }): Promise<Person | undefined>
  /** The oldest first. `search` is a part of the name or of the address, in upper or lower case. */
  listPeople(args: { search?: string; afterId?: string; limit: number }): Promise<Person[]>
  /** Of tenants that are not deleted, in the order in which the person joined them. */
  listMemberships(args: { personId: string }): Promise<Membership[]>
  /** In the order in which they joined. */
  listMembers(args: { tenantId: string; afterId?: string; limit: number }): Promise<Member[]>
  getMember(args: { tenantId: string; personId: string }): Promise<Member | undefined>
  /** The newest first; null = of all tenants. */
  listInvitations(args: { tenantId: string | null; beforeId?: string; limit: number }): Promise<Invitation[]>
  /** By an address: the newest open one that is for it alone. */
  findInvitation(
    args: { hash: string } | { id: string } | { email: string; now: number },
  ): Promise<Invitation | undefined>
  /**
   * By a token, as its hash. Undefined for one that is over, and once its key is revoked, or who let the client in is blocked
   * or no member any more.
   */
  findConnection(
    args: { accessToken: string; now: number } | { refreshToken: string; now: number },
  ): Promise<Connection | undefined>
  /** Those of a person whose keys are not revoked, the newest first. */
  listConnections(args: { personId: string }): Promise<OwnConnection[]>
  findAuthRows(args: {
    table: AuthTable
    where: AuthCondition[]
    limit: number
    offset?: number
    sort?: { column: string; direction: 'asc' | 'desc' }
  }): Promise<AuthRow[]>
  countAuthRows(args: { table: AuthTable; where: AuthCondition[] }): Promise<number>
}

export interface PeopleWrites {
  /**
   * Stores a person with a password (as a hash) and a membership. With `first`, only if there is no operator yet. With
   * `tenant`, that tenant is made with some credit. With `invitationId`, the invitation is used up.
   */
  createPerson(
    args: {
      person: Person
      password: string | null
      joins: Joining | null
      tenant?: { tenant: Tenant; credit: Points }
      first?: boolean
      invitationId?: string
      now: number
    } & Audited,
  ): Promise<'created' | 'email_taken' | 'claimed' | 'invitation_over'>
  changePerson(
    args: { id: string; set: PersonChange; now: number } & Audited,
  ): Promise<'changed' | 'unknown' | 'last_operator'>
  /** Deletes a person with sessions and memberships, and revokes the keys. Tasks and the audit stay. */
  removePerson(args: { id: string; now: number } & Audited): Promise<'removed' | 'unknown' | 'last_operator'>
  addMember(
    args: {
      personId: string
      joins: Joining
      tenant?: { tenant: Tenant; credit: Points }
      invitationId?: string
      now: number
    } & Audited,
  ): Promise<'added' | 'member_already' | 'invitation_over'>
  changeMember(
    args: { personId: string; tenantId: string; role: Role } & Audited,
  ): Promise<'changed' | 'unknown' | 'last_owner'>
  /** Also revokes the keys that made the person's tasks. */
  removeMember(
    args: { personId: string; tenantId: string; now: number } & Audited,
  ): Promise<'removed' | 'unknown' | 'last_owner'>
  /** Stores a connection with its key, and revokes the keys of those that the same person had with the client there. */
  connectClient(args: { key: NewKey; personId: string; clientId: string; now: number } & Audited): Promise<void>
  /** Of the clients that nobody let in, deletes the oldest beyond so many: at most 100 at a time. */
  forgetUnusedClients(args: { most: number }): Promise<void>
  /** Stores a link that sets another password, by the hash of its token, in place of those that the person had. */
  createPasswordReset(args: {
    id: string
    personId: string
    hash: string
    now: number
    expiresAt: number
  }): Promise<void>
  /** Uses a link up, and sets the password; the person's sessions end, too. False when the link is over. */
  usePasswordReset(args: { hash: string; password: string; now: number } & Audited): Promise<boolean>
  /** Of a person who has set another password by another way. */
  endPasswordResets(args: { personId: string }): Promise<void>
  createSession(args: { session: Session }): Promise<void>
  changeSession(args: { id: string; set: Partial<Pick<Session, 'tenantId' | 'expiresAt'>> }): Promise<boolean>
  /** Ends sessions of a person or a key: one, or all, or all but one. Returns how many. */
  deleteSessions(args: {
    of: { personId: string } | { keyId: string }
    id?: string
    exceptId?: string
  }): Promise<number>
  createInvitation(args: { invitation: Invitation } & Audited): Promise<void>
  /** False when there is no open one of this id (and tenant, unless that is null). */
  revokeInvitation(args: { id: string; tenantId: string | null; now: number } & Audited): Promise<boolean>
  /**
   * Deletes sessions, verifications and tokens that have expired, clients that nobody let in for a day, and attempts that count
   * no more. Returns how many of the first two.
   */
  purgeSessions(args: { now: number }): Promise<number>
  insertAuthRow(args: { table: AuthTable; row: AuthRow }): Promise<void>
  /** Returns the rows as they are afterwards; with `one`, at most one is changed. `add` is added to columns. */
  updateAuthRows(args: {
    table: AuthTable
    where: AuthCondition[]
    set: AuthRow
    add?: Record<string, number>
    one?: boolean
  }): Promise<AuthRow[]>
  /** Returns the rows that were deleted; with `one`, at most one is. */
  deleteAuthRows(args: { table: AuthTable; where: AuthCondition[]; one?: boolean }): Promise<AuthRow[]>
}
