import { rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { readAll } from '../evidence.ts'
import { taskIn } from '../rules.ts'
import { PLAIN } from '../vendor/order.ts'
import type { World } from '../world.ts'
import { BOTH, type Fault, type Tolerance } from './fault.ts'

const RATE = 4
const HOUR_MS = 3_600_000

/** Vendors and receivers that look at the age of a signature refuse one of another hour. */
const OTHER_HOUR: Tolerance = {
  rule: 'a signature is of now',
  why: 'a webhook is signed with the time of the node that sends it',
}

function skewed(name: string, title: string, offsetMs: number): Fault {
  return {
    name,
    title,
    engines: ['postgres'],
    nodeCount: 2,
    options: { clocks: { offsetMs: [0, offsetMs], from: 'start' } },
    tolerates: [OTHER_HOUR],
    async run({ load, vendor }, { rounds }) {
      vendor.behaviour = () => ({ ...PLAIN, workMs: 8_000 })
      load.start(RATE)
      await delay(20_000 * rounds)
    },
  }
}

export const clockAhead = skewed('clock-ahead', 'the clock of one of two nodes is an hour ahead', HOUR_MS)
export const clockBehind = skewed('clock-behind', 'the clock of one of two nodes is an hour behind', -HOUR_MS)

function stepped(name: string, title: string, offsetMs: number): Fault {
  return {
    name,
    title,
    engines: ['sqlite'],
    nodeCount: 1,
    isOnce: true,
    options: { clocks: { offsetMs: [offsetMs], from: 'signal' } },
    tolerates: [OTHER_HOUR],
    async run({ load, vendor, nodes }) {
      vendor.behaviour = () => ({ ...PLAIN, workMs: 8_000 })
      load.start(RATE)
      await delay(12_000)
      nodes.first.signal('SIGUSR2')
      await delay(12_000)
    },
  }
}

export const clockStepAhead = stepped('clock-step-ahead', 'the clock of the only node is set an hour ahead', HOUR_MS)
export const clockStepBack = stepped('clock-step-back', 'the clock of the only node is set back an hour', -HOUR_MS)

const DISK_MIB = 96
const FILES_DISK_MIB = 24
const CHUNK = Buffer.alloc(2 ** 20)

export const diskFull: Fault = {
  name: 'disk-full',
  title: 'the disk of the database and the files is full for a while',
  engines: ['sqlite'],
  nodeCount: 1,
  options: { diskMib: DISK_MIB },
  async run(world, { rounds }) {
    const { load } = world
    load.start(RATE)
    for (let round = 0; round < rounds; round++) {
      await delay(4_000)
      const ballast = await fillDisk(world)
      await delay(6_000)
      await Promise.all(ballast.map((path) => rm(path)))
      await delay(3_000)
    }
    const answers = [...load.submissions.values()].flatMap((submission) => submission.answers)
    if (answers.includes(507)) return
    world.breaches.push({ rule: 'the fault took place', detail: 'no submission was answered with 507' })
  },
}

export const filesDiskFull: Fault = {
  name: 'files-disk-full',
  title: 'the disk of the files alone is full for a while; that of the database is not',
  engines: BOTH,
  nodeCount: 1,
  options: { diskMib: FILES_DISK_MIB, diskOf: 'files' },
  async run(world, { rounds }) {
    const { load } = world
    load.start(RATE)
    for (let round = 0; round < rounds; round++) {
      await delay(4_000)
      const ballast = await fillDisk(world)
      await delay(8_000)
      await Promise.all(ballast.map((path) => rm(path)))
      await delay(3_000)
    }
  },
}

/** Files that take all that is free, down to the last page. */
async function fillDisk(world: World): Promise<string[]> {
  const folder = world.options.diskOf === 'files' ? world.filesFolder() : join(world.filesFolder(), '..')
  const paths: string[] = []
  for (let size = CHUNK.byteLength; size >= 4_096; ) {
    const path = join(folder, `ballast-${paths.length}`)
    const isWritten = await writeFile(path, CHUNK.subarray(0, size)).then(
      () => true,
      () => false,
    )
    paths.push(path)
    if (!isWritten) {
      await rm(path, { force: true })
      paths.pop()
      size /= 2
    }
  }
  return paths
}

const DEAD_HOSTS = 10
const DELIVERIES_EACH = 40
const BATCH = 50
/** How long after the end of a task its webhook may take to a receiver that works. */
const PROMPT_MS = 5_000

export const deadReceivers: Fault = {
  name: 'dead-receivers',
  title: 'ten receivers of webhooks that take a connection and never answer, beside one that works',
  engines: ['sqlite'],
  nodeCount: 1,
  async run(world, { rounds }) {
    const { load } = world
    const hosts = await Promise.all(Array.from({ length: DEAD_HOSTS }, openDeadHost))
    try {
      for (let sent = 0; sent < DELIVERIES_EACH * DEAD_HOSTS; sent += BATCH) {
        for (let index = 0; index < BATCH; index++) {
          const host = hosts[(sent + index) % DEAD_HOSTS]
          load.burst(1, 'sandbox', { deadHookUrl: host?.url ?? '' })
        }
        await load.answered()
      }
      load.start(3, { sandbox: 1 })
      await delay(20_000 * rounds)
      await load.stop()
      await delay(PROMPT_MS)
      await judgePromptness(world)
    } finally {
      for (const host of hosts) host.close()
    }
  },
}

/** A webhook that a working receiver has not got by now, or got late. */
async function judgePromptness(world: World): Promise<void> {
  const { load, hooks, breaches } = world
  const tasks = await readAll(world)
  for (const { marker, ids, isUnheard } of load.accepted) {
    const task = tasks.get([...ids][0] ?? '')
    if (isUnheard || !task || task.ended_at === null || task.ended_at > Date.now() - PROMPT_MS) continue
    const first = hooks.received.find((one) => one.marker === marker && taskIn(one.body).id === task.id)
    const tookMs = (first?.receivedAt ?? Number.POSITIVE_INFINITY) - task.ended_at
    if (tookMs <= PROMPT_MS) continue
    breaches.push({ rule: 'a receiver does not wait for the others', detail: `${marker}: ${tookMs} ms` })
  }
}

async function openDeadHost(): Promise<{ url: string; close(): void }> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.resume()
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}/hook`,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** No task of half a second takes so long where nothing is broken. */
const STALLED_MS = 10_000

export const steady: Fault = {
  name: 'steady-load',
  title: 'no fault: many short tasks, none of which may stall',
  engines: ['sqlite'],
  nodeCount: 1,
  async run({ load }, { rounds }) {
    load.start(40, { sandbox: 1 })
    await delay(20_000 * rounds)
  },
  async after(world) {
    for (const { created_at, ended_at, id } of (await readAll(world)).values()) {
      const tookMs = (ended_at ?? created_at) - created_at
      if (tookMs < STALLED_MS) continue
      world.breaches.push({ rule: 'a task is begun at once where nothing is broken', detail: `${id}: ${tookMs} ms` })
    }
  },
}
