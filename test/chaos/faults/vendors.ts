import { setTimeout as delay } from 'node:timers/promises'
import { readAll } from '../evidence.ts'
import { LIVE_KEY } from '../load.ts'
import { type Behaviour, NO_CALLS, PLAIN } from '../vendor/order.ts'
import { BOTH, type Fault, WAITS_FOR_CALL } from './fault.ts'

export const vendorMix: Fault = {
  name: 'vendor-mix',
  title: 'vendors that hang, reset, refuse, lose answers, and call early, late and repeatedly',
  engines: BOTH,
  nodeCount: 2,
  tolerates: [WAITS_FOR_CALL],
  // Accounts rest after a row of failures, each time for longer.
  drainMs: 150_000,
  async run({ load, vendor }, { rounds, random }) {
    vendor.behaviour = () => drawn(random)
    load.start(5, { upstream: 1, piapi: 1, replicate: 1 })
    await delay(12_000 * rounds)
    vendor.behaviour = () => PLAIN
  },
}

function drawn(random: () => number): Behaviour {
  const answers: Behaviour['answer'][] = ['id', 'id', 'id', 'id', 'id', 'lost', 'none', 500, 503, 429]
  const answer = answers[Math.floor(random() * answers.length)] ?? 'id'
  const early = random() < 0.2 ? { firstAfterMs: 50 } : {}
  const callbacks = { ...PLAIN.callbacks, times: random() < 0.3 ? 3 : 1, ...early }
  const isPatient = random() < 0.3
  return { ...PLAIN, answer, answerDelayMs: isPatient ? 2_000 : 0, workMs: 500 + random() * 4_000, callbacks }
}

export const longTasks: Fault = {
  name: 'long-tasks',
  title: 'tasks that take 45 s, at vendors that never call',
  engines: BOTH,
  nodeCount: 2,
  isOnce: true,
  drainMs: 100_000,
  async run({ load, vendor }) {
    vendor.behaviour = () => ({ ...PLAIN, workMs: 45_000, callbacks: NO_CALLS })
    load.burst(6, 'upstream')
    load.burst(6, 'piapi')
    load.burst(6, 'replicate')
    await delay(45_000)
  },
}

export const callDuringSubmission: Fault = {
  name: 'call-during-submission',
  title: 'vendors that are paid, do not answer, and call with the id',
  engines: BOTH,
  nodeCount: 2,
  drainMs: 60_000,
  async run({ load, vendor }, { rounds }) {
    vendor.behaviour = () => ({ ...PLAIN, answer: 'none', workMs: 1_000, callbacks: { ...PLAIN.callbacks, times: 3 } })
    load.burst(3 * rounds, 'upstream')
    load.burst(3 * rounds, 'piapi')
    load.burst(3 * rounds, 'replicate')
    await delay(4_000)
  },
}

export const cancelRefused: Fault = {
  name: 'cancel-refused',
  title: 'a tenant cancels what the vendor does not',
  engines: ['sqlite'],
  nodeCount: 1,
  async run(world, { rounds }) {
    const { load, nodes, vendor, breaches } = world
    vendor.behaviour = () => ({ ...PLAIN, workMs: 6_000, cancels: false })
    const sent = [...load.burst(3 * rounds, 'piapi'), ...load.burst(3 * rounds, 'upstream')]
    for (const { marker } of sent) await vendor.paid((order) => order.marker === marker, 20_000)
    await load.answered()
    await delay(1_000)
    for (const { ids, marker } of sent) {
      const [id] = ids
      const headers = { authorization: `Bearer ${LIVE_KEY}` }
      const { status } = await nodes.send(`/polyphony/v1/tasks/${id}/cancel`, { method: 'POST', headers })
      if (status === 409) continue
      breaches.push({ rule: 'a refused cancel changes nothing', detail: `${marker}: answered ${status}` })
    }
  },
}

export const callsAfterCancel: Fault = {
  name: 'calls-after-cancel',
  title: 'vendors that end cancelled work, and go on to call about it early, late and repeatedly',
  engines: BOTH,
  nodeCount: 2,
  async run(world, { rounds }) {
    const { load, nodes, vendor, breaches } = world
    const callbacks = { times: 6, everyMs: 150, tries: 6, firstAfterMs: 100, ofCancelled: true }
    vendor.behaviour = () => ({ ...PLAIN, workMs: 2_000, callbacks })
    const count = 3 * rounds
    const sent = [...load.burst(count, 'upstream'), ...load.burst(count, 'replicate')]
    await load.answered()
    for (const [index, { ids }] of sent.entries()) {
      const [id] = ids
      await delay((137 * index) % 500)
      const headers = { authorization: `Bearer ${LIVE_KEY}` }
      const { status } = await nodes.send(`/polyphony/v1/tasks/${id}/cancel`, { method: 'POST', headers })
      if (status >= 500)
        breaches.push({ rule: 'a refused cancel changes nothing', detail: `${id}: answered ${status}` })
    }
    await delay(4_000)
  },
}

/** Of the ten minutes that these operations allow: nine seconds. */
const SHORT_DEADLINE = 0.015
const LATE_TASKS = 12
const WORK_MS = 25_000

export const late: Fault = {
  name: 'late-result',
  title: 'results that come after the deadline, at vendors that refuse to cancel',
  engines: BOTH,
  nodeCount: 2,
  isOnce: true,
  options: { taskTimeFactor: SHORT_DEADLINE },
  tolerates: [{ rule: 'a result in time is charged', why: 'a result that comes after the refund costs nothing' }],
  async run(world, { random }) {
    const { load, vendor, breaches } = world
    vendor.behaviour = () => ({ ...PLAIN, workMs: WORK_MS + random() * 5_000, cancels: false })
    load.burst(LATE_TASKS / 2, 'piapi')
    load.burst(LATE_TASKS / 2, 'upstream')
    const endAt = Date.now() + WORK_MS - 2_000
    let failed = 0
    while (failed < LATE_TASKS && Date.now() < endAt) {
      await delay(500)
      failed = [...(await readAll(world)).values()].filter(({ status }) => status === 'failed').length
    }
    const detail = `${failed} of ${LATE_TASKS} tasks were past their deadline`
    if (failed !== LATE_TASKS) breaches.push({ rule: 'the fault took place', detail })
    await delay(endAt + 10_000 - Date.now())
  },
  // All that failed at the deadline has to be completed in the end: the failures are of no interest then.
  async after(world) {
    for (let tries = 0; tries < 24; tries++) {
      const tasks = await readAll(world)
      if ([...tasks.values()].every(({ status }) => status === 'completed')) return
      await delay(5_000)
    }
  },
}
