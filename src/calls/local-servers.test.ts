import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import type { CallSide, Provider } from '../providers/provider.ts'
import { openLocalServers } from './local-servers.ts'

it('a server of models is expected until the first look has ended, and for two minutes once it does not answer', async () => {
  const listener = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
  await new Promise((listening) => listener.once('listening', listening))
  const { port } = listener.address() as AddressInfo // it listens on TCP
  const clock = { nowMs: 0, now: () => clock.nowMs }
  const held = Promise.withResolvers<void>()
  const servers = openLocalServers({
    addresses: [`http://127.0.0.1:${port}/v1`],
    provider: { id: 'p', side: {} as CallSide, code: {} as Provider }, // are not called
    mayUse: (tenantId) => tenantId === 'first',
    isKnown: () => false,
    fetch: async () => {
      await held.promise
      return Response.json({ data: [{ id: 'local-model' }] })
    },
    clock,
    log: pino({ level: 'silent' }),
  })
  const caller = { mode: 'live', tenantId: 'first' } as const
  const others = [{ ...caller, mode: 'test' } as const, { ...caller, tenantId: 'second' }]
  const missing = (of = caller) => servers.missingFor(of).map(({ models }) => models)
  try {
    expect([caller, ...others].map((one) => servers.isLookingFor(one))).toEqual([true, false, false])
    held.resolve()
    await expect.poll(() => servers.membersFor(caller)).toHaveLength(1)
    expect(servers.isLookingFor(caller)).toBe(false)
    expect(missing()).toEqual([])
    const [member] = servers.membersFor(caller)
    await new Promise((closed) => listener.close(closed))
    servers.note(member?.record.id ?? '', { kind: 'broke', reason: 'gone' })
    await expect.poll(() => servers.membersFor(caller)).toEqual([])
    expect(missing()).toEqual([['local-model']])
    expect(others.flatMap((one) => servers.missingFor(one))).toEqual([])
    clock.nowMs += 120_000
    expect(missing()).toEqual([])
  } finally {
    servers.close()
  }
})
