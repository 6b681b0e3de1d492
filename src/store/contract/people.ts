import { beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS } from '../../core/clock.ts'
import type { Invitation, Person } from '../../core/person.ts'
import { points } from '../../core/points.ts'
import type { Bench } from '../contract.ts'
import type { AuthCondition, Joining } from '../people-verbs.ts'
import { aKey, aTenant, START } from './samples.ts'

function aPerson(id: string, with_: Partial<Person> = {}): Person {
  const email = `${id}@example.org`
  const none = { locale: null, isOperator: false, hasTwoFactor: false, blockedAt: null }
  return { id, email, name: id, ...none, createdAt: START, ...with_ }
}

function joins(personId: string, tenantId: string, role: Joining['role']): Joining {
  const keys = (['live', 'test'] as const).map((mode) =>
    aKey(`${mode} key of ${personId} in ${tenantId}`, tenantId, { mode }),
  )
  return { tenantId, role, keys }
}

function anInvitation(id: string, with_: Partial<Invitation> = {}): Invitation {
  const open = { email: null, acceptedAt: null, acceptedBy: null, revokedAt: null }
  const times = { createdAt: START, expiresAt: START + DAY_MS }
  return { id, hash: `hash of ${id}`, tenantId: 't1', role: 'member', invitedBy: 'k1', ...times, ...open, ...with_ }
}

const where = (column: string, value: AuthCondition['value'], operator: AuthCondition['operator'] = 'eq') =>
  ({ column, operator, value, connector: 'AND' }) as const

export function peopleContract(bench: Bench): void {
  beforeEach(async () => {
    await bench.store.createTenant({ tenant: aTenant('t1') })
  })

  async function add(id: string, role: Joining['role'], with_: Partial<Person> = {}): Promise<void> {
    const person = aPerson(id, with_)
    const outcome = await bench.store.createPerson({ person, password: null, joins: joins(id, 't1', role), now: START })
    expect(outcome).toBe('created')
  }

  it('one of many people who claim at once is the operator', async () => {
    expect(await bench.store.isClaimed({})).toBe(false)
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) => {
        const id = `p${index}`
        const person = aPerson(id, { isOperator: true })
        return bench.store.createPerson({
          person,
          password: 'a hash',
          joins: joins(id, 't1', 'owner'),
          first: true,
          now: START,
        })
      }),
    )
    expect(outcomes.toSorted()).toEqual([...Array(7).fill('claimed'), 'created'])
    expect(await bench.store.isClaimed({})).toBe(true)
    expect(await bench.store.listPeople({ limit: 10 })).toHaveLength(1)
  })

  it('an address belongs to one person, and a tenant of one’s own begins with its credit', async () => {
    const person = aPerson('p1')
    const tenant = { tenant: aTenant('own'), credit: points(50) }
    const made = { person, password: null, joins: joins('p1', 'own', 'owner'), tenant, now: START }
    expect(await bench.store.createPerson(made)).toBe('created')
    const again = {
      ...made,
      person: aPerson('p2', { email: person.email }),
      tenant: { ...tenant, tenant: aTenant('x') },
    }
    expect(await bench.store.createPerson(again)).toBe('email_taken')
    expect(await bench.store.getTenant({ id: 'x' })).toBeUndefined()
    expect(await bench.store.getBalance({ tenantId: 'own' })).toMatchObject({ available: 50, credited: 50 })
    expect(await bench.store.reconcile({})).toEqual([])
    expect(await bench.store.listMemberships({ personId: 'p1' })).toEqual([
      {
        tenantId: 'own',
        tenantName: 'own',
        role: 'owner',
        joinedAt: START,
        tenantFrozenAt: null,
        keys: { live: 'live key of p1 in own', test: 'test key of p1 in own' },
      },
    ])
    expect(await bench.store.listKeys({ tenantId: 'own' })).toEqual([])
  })

  it('an invitation is used once by people who accept it at once, and by none who are not meant', async () => {
    await bench.store.createInvitation({ invitation: anInvitation('i1') })
    const accept = (id: string, invitationId: string, now = START) => {
      return bench.store.createPerson({
        person: aPerson(id),
        password: null,
        joins: joins(id, 't1', 'member'),
        invitationId,
        now,
      })
    }
    const outcomes = await Promise.all(['p1', 'p2', 'p3'].map((id) => accept(id, 'i1')))
    expect(outcomes.toSorted()).toEqual(['created', 'invitation_over', 'invitation_over'])
    await bench.store.createInvitation({ invitation: anInvitation('i2', { email: 'p5@example.org' }) })
    expect(await accept('p4', 'i2')).toBe('invitation_over')
    expect(await accept('p5', 'i2', START + DAY_MS)).toBe('invitation_over')
    expect(await bench.store.findInvitation({ email: 'p5@example.org', now: START })).toMatchObject({ id: 'i2' })
    expect(await bench.store.revokeInvitation({ id: 'i2', tenantId: 'other', now: START })).toBe(false)
    expect(await bench.store.revokeInvitation({ id: 'i2', tenantId: 't1', now: START })).toBe(true)
    expect(await accept('p5', 'i2')).toBe('invitation_over')
    expect(await bench.store.getPerson({ id: 'p5' })).toBeUndefined()
  })

  it('an invitation is over with its tenant', async () => {
    await bench.store.createInvitation({ invitation: anInvitation('i1') })
    expect(await bench.store.deleteTenant({ id: 't1', now: START + 1 })).toBe('deleted')
    expect(await bench.store.findInvitation({ id: 'i1' })).toMatchObject({ revokedAt: START + 1 })
    await bench.store.createInvitation({ invitation: anInvitation('made meanwhile') })
    for (const invitationId of ['i1', 'made meanwhile']) {
      const person = aPerson('p1')
      const made = { person, password: null, joins: joins('p1', 't1', 'member'), invitationId, now: START }
      expect(await bench.store.createPerson(made)).toBe('invitation_over')
    }
  })

  it('owners who leave at once leave one behind, and the keys of who left are revoked', async () => {
    for (const id of ['p1', 'p2', 'p3']) await add(id, 'owner')
    const forgotten: string[] = []
    const stop = bench.store.onSignal((signal) => {
      if (signal.kind === 'key') forgotten.push(signal.hash)
    })
    const outcomes = await Promise.all(
      ['p1', 'p2', 'p3'].map((personId) => bench.store.removeMember({ personId, tenantId: 't1', now: START })),
    )
    expect(outcomes.toSorted()).toEqual(['last_owner', 'removed', 'removed'])
    const [last] = await bench.store.listMembers({ tenantId: 't1', limit: 10 })
    const id = last?.person.id ?? ''
    expect(await bench.store.changeMember({ personId: id, tenantId: 't1', role: 'viewer' })).toBe('last_owner')
    const gone = ['p1', 'p2', 'p3'].find((one) => one !== id) ?? ''
    expect(await bench.store.getKey({ id: `live key of ${gone} in t1` })).toMatchObject({ revokedAt: START })
    expect(await bench.store.getKey({ id: `live key of ${id} in t1` })).toMatchObject({ revokedAt: null, personId: id })
    // Every node forgets the keys that were revoked, and no others.
    const left = ['p1', 'p2', 'p3'].filter((one) => one !== id)
    const revoked = left.flatMap((one) => ['live', 'test'].map((mode) => `hash of ${mode} key of ${one} in t1`))
    await expect.poll(() => forgotten.toSorted()).toEqual(revoked.toSorted())
    stop()
  })

  it('operators who resign at once leave one who can sign in', async () => {
    await add('p1', 'owner', { isOperator: true })
    await add('p2', 'owner', { isOperator: true })
    const outcomes = await Promise.all([
      bench.store.changePerson({ id: 'p1', set: { isOperator: false }, now: START }),
      bench.store.changePerson({ id: 'p2', set: { blockedAt: START }, now: START }),
    ])
    expect(outcomes.toSorted()).toEqual(['changed', 'last_operator'])
    expect(await bench.store.removePerson({ id: 'nobody', now: START })).toBe('unknown')
  })

  it('a session is found by its token with who has it, and ends with a new password', async () => {
    await add('p1', 'viewer')
    const none = { keyId: null, tenantId: null, address: null, userAgent: null }
    const session = { id: 's1', token: 'a token', personId: 'p1', ...none, createdAt: START, expiresAt: START + 10 }
    await bench.store.createSession({ session })
    await bench.store.createSession({ session: { ...session, id: 's2', token: 'another', expiresAt: START } })
    expect(await bench.store.findSession({ token: 'a token' })).toMatchObject({
      session,
      person: { id: 'p1' },
      memberships: [{ tenantId: 't1', role: 'viewer' }],
    })
    expect(await bench.store.listSessions({ of: { personId: 'p1' }, now: START })).toEqual([session])
    expect(await bench.store.purgeSessions({ now: START })).toBe(1)
    expect(await bench.store.deleteSessions({ of: { personId: 'p1' }, id: 'of another' })).toBe(0)
    await bench.store.changePerson({ id: 'p1', set: { password: 'a hash' }, now: START })
    expect(await bench.store.findSession({ token: 'a token' })).toBeUndefined()
  })

  it('a link for another password is used once, and ends the others of the person, as a later one does', async () => {
    for (const id of ['p1', 'p2']) await add(id, 'owner')
    const link = (hash: string, personId = 'p1') =>
      bench.store.createPasswordReset({ id: hash, personId, hash, now: START, expiresAt: START + 10 })
    const whose = async (hash: string, now = START) => (await bench.store.findPasswordReset({ hash, now }))?.id
    const use = (hash: string, now = START) => bench.store.usePasswordReset({ hash, password: 'a hash', now })
    await link('first')
    await link('second')
    await link('foreign', 'p2')
    expect([await whose('first'), await whose('second'), await whose('foreign')]).toEqual([undefined, 'p1', 'p2'])
    expect([await whose('second', START + 10), await use('second', START + 10), await use('first')]).toEqual([
      undefined,
      false,
      false,
    ])
    const uses = await Promise.all([use('second'), use('second'), use('second')])
    expect(uses.toSorted()).toEqual([false, false, true])
    await link('third')
    await bench.store.endPasswordResets({ personId: 'p1' })
    expect([await use('third'), await use('foreign')]).toEqual([false, true])
  })

  it('rows of the login are found by conditions, changed, and deleted by one of those who try', async () => {
    const times = { created_at: START, updated_at: START, expires_at: START }
    for (const id of ['v1', 'v2', 'v3']) {
      await bench.store.insertAuthRow({
        table: 'verifications',
        row: { id, identifier: `a_${id}`, value: id, ...times },
      })
    }
    const find = async (...conditions: AuthCondition[]): Promise<unknown[]> => {
      const rows = await bench.store.findAuthRows({
        table: 'verifications',
        where: conditions,
        limit: 10,
        sort: { column: 'id', direction: 'asc' },
      })
      return rows.map(({ id }) => id)
    }
    expect(await find(where('value', ['v1', 'v3'], 'in'))).toEqual(['v1', 'v3'])
    expect(await find(where('value', 'v2', 'ne'))).toEqual(['v1', 'v3'])
    expect(await find(where('identifier', 'a_v', 'starts_with'))).toEqual(['v1', 'v2', 'v3'])
    expect(await find(where('identifier', 'aXv', 'starts_with'))).toEqual([])
    expect(await find(where('identifier', '_v3', 'ends_with'), where('expires_at', START, 'lte'))).toEqual(['v3'])
    const either = [
      { ...where('value', 'v1'), connector: 'OR' as const },
      { ...where('value', 'v2'), connector: 'OR' as const },
    ]
    expect(await find(...either, where('identifier', 'a_v2'))).toEqual(['v2'])
    expect(await bench.store.countAuthRows({ table: 'verifications', where: either })).toBe(2)
    const changed = {
      table: 'verifications' as const,
      where: [where('id', 'v1')],
      set: { value: 'w' },
      add: { expires_at: 5 },
    }
    expect(await bench.store.updateAuthRows({ ...changed, one: true })).toMatchObject([
      { value: 'w', expires_at: START + 5 },
    ])
    const deleted = await Promise.all(
      Array.from({ length: 4 }, () => {
        return bench.store.deleteAuthRows({ table: 'verifications', where: [where('identifier', 'a_v2')], one: true })
      }),
    )
    expect(deleted.map((rows) => rows.length).toSorted()).toEqual([0, 0, 0, 1])
  })

  describe('a client that a person let in', () => {
    const row = { client_id: 'c1', scopes: '["mcp"]', created_at: START, expires_at: START + DAY_MS }
    const found = (token: string, now = START) => bench.store.findConnection({ accessToken: token, now })

    async function connect(keyId: string, token: string): Promise<void> {
      const key = aKey(keyId, 't1', { mode: 'test' })
      await bench.store.connectClient({ key, personId: 'p1', clientId: 'c1', now: START })
      const both = { ...row, token, reference_id: keyId, person_id: 'p1' }
      await bench.store.insertAuthRow({
        table: 'oauth_access_tokens',
        row: { id: `a ${token}`, ...both, resources: '["https://x/mcp"]' },
      })
      await bench.store.insertAuthRow({ table: 'oauth_refresh_tokens', row: { id: `r ${token}`, ...both } })
    }

    it('is known by its tokens until they expire, and the next time it is let in the earlier key is revoked', async () => {
      await add('p1', 'member')
      await connect('k1', 'one')
      const connection = { keyId: 'k1', clientId: 'c1', role: 'member', expiresAt: START + DAY_MS }
      expect(await found('one')).toEqual({ ...connection, resources: ['https://x/mcp'] })
      expect(await bench.store.findConnection({ refreshToken: 'one', now: START })).toEqual({
        ...connection,
        resources: null,
      })
      expect(await found('one', START + DAY_MS)).toBeUndefined()
      expect(await found('another')).toBeUndefined()
      expect(await bench.store.listConnections({ personId: 'p1' })).toMatchObject([
        { keyId: 'k1', tenantId: 't1', mode: 'test', createdAt: START, lastUsedAt: null },
      ])
      expect(await bench.store.listConnections({ personId: 'p2' })).toEqual([])
      expect((await bench.store.listKeys({ tenantId: 't1' })).map((key) => key.keyId)).toContain('k1')
      await connect('k2', 'two')
      expect(await found('one')).toBeUndefined()
      expect(await found('two')).toMatchObject({ keyId: 'k2' })
      expect(await bench.store.listConnections({ personId: 'p1' })).toMatchObject([{ keyId: 'k2' }])
      expect(await bench.store.getKey({ id: 'k1' })).toMatchObject({ revokedAt: START })
    })

    it('has no connection while the person is blocked, and its key is revoked when they are no member any more', async () => {
      await add('p1', 'member')
      await add('p2', 'owner')
      await connect('k1', 'one')
      await bench.store.changePerson({ id: 'p1', set: { blockedAt: START }, now: START })
      expect(await found('one')).toBeUndefined()
      await bench.store.changePerson({ id: 'p1', set: { blockedAt: null }, now: START })
      expect(await found('one')).toMatchObject({ keyId: 'k1' })
      expect(await bench.store.removeMember({ personId: 'p1', tenantId: 't1', now: START })).toBe('removed')
      expect(await found('one')).toBeUndefined()
      expect(await bench.store.getKey({ id: 'k1' })).toMatchObject({ revokedAt: START })
    })

    it('is forgotten a day after it registered, with its tokens, unless someone let it in', async () => {
      await add('p1', 'owner')
      await connect('k1', 'one')
      for (const id of ['c1', 'c2']) {
        const client = { id, client_id: id, redirect_uris: '[]', created_at: START }
        await bench.store.insertAuthRow({ table: 'oauth_clients', row: client })
      }
      await bench.store.purgeSessions({ now: START + DAY_MS - 1 })
      expect(await bench.store.countAuthRows({ table: 'oauth_clients', where: [] })).toBe(2)
      expect(await bench.store.countAuthRows({ table: 'oauth_access_tokens', where: [] })).toBe(1)
      await bench.store.purgeSessions({ now: START + DAY_MS })
      const clients = await bench.store.findAuthRows({ table: 'oauth_clients', where: [], limit: 10 })
      expect(clients.map(({ id }) => id)).toEqual(['c1'])
      for (const table of ['oauth_access_tokens', 'oauth_refresh_tokens'] as const) {
        expect(await bench.store.countAuthRows({ table, where: [] })).toBe(0)
      }
    })

    it('is forgotten 30 days after its connection was ended, unless another stands', async () => {
      await add('p1', 'owner')
      await add('p2', 'owner')
      await connect('k1', 'one')
      const client = { id: 'c1', client_id: 'c1', redirect_uris: '[]', created_at: START }
      await bench.store.insertAuthRow({ table: 'oauth_clients', row: client })
      const clients = () => bench.store.countAuthRows({ table: 'oauth_clients', where: [] })
      await bench.store.connectClient({ key: aKey('k2', 't1'), personId: 'p2', clientId: 'c1', now: START })
      await bench.store.revokeKey({ id: 'k1', now: START })
      await bench.store.purgeSessions({ now: START + 30 * DAY_MS })
      expect(await clients()).toBe(1)
      await bench.store.revokeKey({ id: 'k2', now: START + DAY_MS })
      await bench.store.purgeSessions({ now: START + 31 * DAY_MS - 1 })
      expect(await clients()).toBe(1)
      await bench.store.purgeSessions({ now: START + 31 * DAY_MS })
      expect(await clients()).toBe(0)
    })

    it('is forgotten with the person who was removed', async () => {
      await add('p1', 'owner')
      await add('p2', 'owner', { isOperator: true })
      await connect('k1', 'one')
      const agreed = { id: 'x', client_id: 'c1', person_id: 'p1', scopes: '["mcp"]', created_at: START }
      await bench.store.insertAuthRow({ table: 'oauth_consents', row: { ...agreed, updated_at: START } })
      expect(await bench.store.removePerson({ id: 'p1', now: START })).toBe('removed')
      expect(await bench.store.listConnections({ personId: 'p1' })).toEqual([])
      for (const table of ['oauth_access_tokens', 'oauth_refresh_tokens', 'oauth_consents'] as const) {
        expect([table, await bench.store.countAuthRows({ table, where: [] })]).toEqual([table, 0])
      }
    })

    it('stays when the oldest clients go that nobody let in', async () => {
      await add('p1', 'owner')
      await connect('k1', 'one')
      for (const [at, id] of ['c1', 'c2', 'c3', 'c4', 'c5'].entries()) {
        const client = { id, client_id: id, redirect_uris: '[]', created_at: START + at }
        await bench.store.insertAuthRow({ table: 'oauth_clients', row: client })
      }
      const left = async () => {
        const clients = await bench.store.findAuthRows({ table: 'oauth_clients', where: [], limit: 10 })
        return clients.map(({ id }) => id).toSorted()
      }
      await bench.store.forgetUnusedClients({ most: 4 })
      expect(await left()).toHaveLength(5)
      await bench.store.forgetUnusedClients({ most: 2 })
      expect(await left()).toEqual(['c1', 'c4', 'c5'])
    })
  })
}
