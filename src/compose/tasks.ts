import { randomUUID } from 'node:crypto'
import type { Assets } from '../assets/assets.ts'
import type { Egress } from '../assets/egress.ts'
import type { Config } from '../config/config.ts'
import { type Clock, HOUR_MS, SECOND_MS } from '../core/clock.ts'
import type { Retention } from '../core/retention.ts'
import type { Urls } from '../dialects/kit/urls.ts'
import type { PriceBook } from '../prices/book.ts'
import { type Admission, openAdmission } from '../tasks/admission.ts'
import { openAlarm } from '../tasks/alarm.ts'
import { openCallbacks } from '../tasks/callbacks.ts'
import { type Dispatcher, openDispatcher } from '../tasks/dispatcher.ts'
import { openDurations } from '../tasks/durations.ts'
import { openFinish } from '../tasks/finish.ts'
import { openInputs } from '../tasks/inputs.ts'
import { type Leases, openLeases } from '../tasks/leases.ts'
import type { LiveSounds } from '../tasks/live-sounds.ts'
import { openMoves } from '../tasks/moves.ts'
import type { TaskParts } from '../tasks/parts.ts'
import { openTasks, type Tasks } from '../tasks/tasks.ts'
import type { RenderWebhooks, WebhookRenderers } from '../tasks/webhook-renderers.ts'
import { openWork } from '../tasks/work.ts'

const LEASE_MS = 15 * SECOND_MS
const LONGEST_WORK_MS = 2 * HOUR_MS

export interface HeartParts extends Omit<TaskParts, 'moves'> {
  /** What vendors compare with their clocks. */
  wallClock: Clock
  assets: Assets
  egress: Egress
  urls: Urls
  webhooksFor: RenderWebhooks
  webhooksReady: WebhookRenderers['ready']
  prices: PriceBook
  liveSounds: LiveSounds
  retention: Retention
}

/** The heart: what takes tasks, has them done and ends them. */
export interface Heart {
  tasks: Tasks
  dispatcher: Dispatcher
  leases: Leases
  callbacks: ReturnType<typeof openCallbacks>
  admission: Admission
}

export function composeTasks(config: Config, given: HeartParts): Heart {
  const {
    store,
    accounts,
    assets,
    egress,
    urls,
    webhooksFor,
    webhooksReady,
    clock,
    wallClock,
    log,
    observer,
    tracer,
    prices,
    liveSounds,
    retention,
  } = given
  const { maxWaitMs, taskTimeFactor, outputMaxBytes: maxOutputBytes } = config
  // At least until a task that waits as long as it may has been done.
  const longestMs = maxWaitMs + Math.ceil(taskTimeFactor * LONGEST_WORK_MS)
  const inputs = openInputs({
    assets,
    egress,
    referenceOf: urls.reference,
    clock,
    get keepMs() {
      return Math.max(Math.round(retention.uploadHours * HOUR_MS), longestMs)
    },
  })
  const moves = openMoves({ store, webhooksFor, clock, observer })
  const parts: TaskParts = { store, moves, accounts, clock, log, observer, tracer }
  const leases = openLeases(parts, { leaseMs: LEASE_MS, holder: randomUUID() })
  const durations = openDurations()
  const finish = openFinish(parts, {
    assets,
    egress,
    get mediaDays() {
      return retention.mediaDays
    },
    maxOutputBytes,
    durations,
    costOf: prices.costOf,
  })
  const callbacks = openCallbacks({
    store,
    moves,
    accounts,
    clock: wallClock,
    secret: config.secret,
    publicUrl: config.publicUrl,
  })
  const alarm = openAlarm(clock)
  const work = openWork(parts, {
    leases,
    finish,
    alarm,
    webhooksFor,
    webhooksReady,
    maxWaitMs,
    pollFactor: config.pollFactor,
    callbackUrl: callbacks.urlFor,
    liveSounds,
    inputFiles: {
      assets,
      egress,
      maxBytes: maxOutputBytes,
      // An address that was not set is only a guess, and vendors would not reach it.
      publicUrlOf: (reference) => (config.publicUrl === undefined ? undefined : urls.file(reference)),
    },
  })
  const dispatcher = openDispatcher(parts, { work, leases, alarm })
  const admission = openAdmission({ ...config.submissions, log })
  const tasks = openTasks({
    store,
    accounts,
    egress,
    inputs,
    admission,
    prices,
    moves,
    clock,
    observer,
    limits: {
      maxWaitMs,
      taskTimeFactor,
      get recordDays() {
        return retention.recordDays
      },
    },
    cancel: work.cancel,
    durations,
    waits: config.waits,
    log,
  })
  return { tasks, dispatcher, leases, callbacks, admission }
}
