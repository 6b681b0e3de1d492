import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openEgress } from './egress.ts'
import { openResolver } from './resolver.ts'

/** A name server on UDP. `answer` gives the IPv4 addresses of a name, [] for "no such name", undefined for silence. */
async function nameServer(answer: (name: string) => string[] | undefined) {
  const socket: Socket = createSocket('udp4')
  const queries: string[] = []
  socket.on('message', (query, from) => {
    const { name, end } = questionIn(query)
    const type = query.readUInt16BE(end - 4)
    if (type === A) queries.push(name)
    const found = answer(name)
    if (found) socket.send(answerTo(query.subarray(0, end), type === A ? found : [], found.length === 0), from.port)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { address: `127.0.0.1:${socket.address().port}`, queries, close: () => socket.close() }
}

const A = 1
const NO_SUCH_NAME = 3

function questionIn(query: Buffer): { name: string; end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.'), end: at + 5 }
}

function answerTo(query: Buffer, addresses: string[], isUnknown: boolean): Buffer {
  const head = Buffer.from(query)
  head.writeUInt16BE(0x8180 | (isUnknown ? NO_SUCH_NAME : 0), 2)
  head.writeUInt16BE(addresses.length, 6)
  head.writeUInt16BE(0, 10)
  const records = addresses.map((address) => {
    const record = Buffer.from([0xc0, 12, 0, A, 0, 1, 0, 0, 0, 60, 0, 4])
    return Buffer.concat([record, Buffer.from(address.split('.').map(Number))])
  })
  return Buffer.concat([head, ...records])
}

let folder: string
let hostsPath: string
let resolvPath: string
let now: number
const closing: (() => unknown)[] = []
const clock = { now: () => now }

beforeEach(async () => {
  now = Date.parse('2026-01-01T00:00:00Z')
  folder = await mkdtemp(join(tmpdir(), 'polyphony-names-'))
  hostsPath = join(folder, 'hosts')
  resolvPath = join(folder, 'resolv.conf')
  await writeFile(hostsPath, '127.0.0.1 localhost\n10.1.2.3  Here.internal here # ours\n::1 localhost\nnonsense\n')
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
  await rm(folder, { recursive: true, force: true })
})

async function openWith(answer: (name: string) => string[] | undefined) {
  const server = await nameServer(answer)
  const resolver = openResolver({ clock, servers: [server.address], hostsPath, resolvPath, timeoutMs: 200 })
  closing.push(server.close, resolver.close)
  return { ...server, ...resolver }
}

describe('openResolver', () => {
  it('a name is looked up at the name servers', async () => {
    const { resolve } = await openWith(() => ['93.184.215.14', '93.184.215.15'])
    expect(await resolve('a.example')).toEqual([
      { address: '93.184.215.14', family: 4 },
      { address: '93.184.215.15', family: 4 },
    ])
  })

  it('a name of the hosts file needs no name server, nor does an address', async () => {
    const { resolve, queries } = await openWith(() => undefined)
    expect(await resolve('here.INTERNAL')).toEqual([{ address: '10.1.2.3', family: 4 }])
    expect(await resolve('localhost')).toEqual([
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ])
    expect(await resolve('x.localhost')).toContainEqual({ address: '127.0.0.1', family: 4 })
    expect(await resolve('127.0.0.1')).toEqual([{ address: '127.0.0.1', family: 4 }])
    expect(queries).toEqual([])
  })

  it('a name is read again from a hosts file that has changed', async () => {
    const { resolve } = await openWith(() => [])
    await expect(resolve('new.internal')).rejects.toMatchObject({ code: 'ENOTFOUND' })
    await writeFile(hostsPath, '10.9.9.9 new.internal\n')
    now += 5_000
    expect(await resolve('new.internal')).toEqual([{ address: '10.9.9.9', family: 4 }])
  })

  it('a name that is short is looked for in the search domains', async () => {
    await writeFile(resolvPath, 'nameserver 127.0.0.1\nsearch wrong.local svc.local\n')
    const { resolve } = await openWith((name) => (name === 'receiver.svc.local' ? ['10.0.0.7'] : []))
    expect(await resolve('receiver')).toEqual([{ address: '10.0.0.7', family: 4 }])
  })

  it('a name that was not found is not looked up again within five seconds', async () => {
    let known: string[] = []
    const { resolve, queries } = await openWith(() => known)
    await expect(resolve('late.example')).rejects.toMatchObject({ code: 'ENOTFOUND' })
    known = ['93.184.215.14']
    await expect(resolve('late.example')).rejects.toMatchObject({ code: 'ENOTFOUND' })
    expect(queries).toEqual(['late.example'])
    now += 5_000
    expect(await resolve('late.example')).toEqual([{ address: '93.184.215.14', family: 4 }])
  })

  it('a name whose name servers do not answer fails as one that cannot be looked up now', async () => {
    const { resolve } = await openWith(() => undefined)
    await expect(resolve('silent.example')).rejects.toMatchObject({ code: 'EAI_AGAIN' })
  })

  it('a name is looked up once, however many callers need it at the same time', async () => {
    const { resolve, queries } = await openWith(() => ['93.184.215.14'])
    await Promise.all(Array.from({ length: 20 }, () => resolve('wanted.example')))
    expect(queries).toEqual(['wanted.example'])
  })

  it('a name of another domain does not wait for those of one with many names and silent name servers', async () => {
    const { resolve, queries } = await openWith((name) => (name.endsWith('.silent.example') ? undefined : ['10.0.0.1']))
    const silent = Array.from({ length: 60 }, (_, number) =>
      resolve(`n${number}.silent.example`).catch((error: Error) => error),
    )
    expect(await resolve('quick.test')).toEqual([{ address: '10.0.0.1', family: 4 }])
    expect(new Set(queries.filter((name) => name.endsWith('.silent.example'))).size).toBeLessThanOrEqual(32)
    for (const outcome of await Promise.all(silent)) expect(outcome).toBeInstanceOf(Error)
  })
})

it('connections to the operator’s vendors do not suffer from silent name servers of tenants', async () => {
  const { resolve } = await openWith(() => undefined)
  const vendor = createServer((_request, response) => response.end('ready')).listen(0)
  await once(vendor, 'listening')
  const egress = openEgress({ allow: ['127.0.0.0/8', '::1/128'], log: pino({ level: 'silent' }), resolve })
  closing.push(
    () => egress.close(),
    () => vendor.closeAllConnections(),
    () => vendor.close(),
  )
  const { port } = vendor.address() as AddressInfo // it listens on TCP
  const judged = Array.from({ length: 100 }, (_, number) =>
    egress.judge(`https://hooks.tenant-${number}.example/`, 'webhook.url'),
  )
  const began = performance.now()
  for (const owner of ['operator', 'tenant'] as const) {
    expect(await (await egress.fetchFor(owner)(`http://localhost:${port}/`)).text()).toBe('ready')
  }
  expect(performance.now() - began).toBeLessThan(2_000)
  await Promise.all(judged)
})
