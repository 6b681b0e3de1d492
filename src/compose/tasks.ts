import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Accounts } from '../accounts/accounts.ts'
import type { Assets } from '../assets/assets.ts'
import type { Egress } from '../assets/egress.ts'
import { type PriceList, priceList } from '../catalog/prices.ts'
import type { Config } from '../config/config.ts'
import { type Clock, HOUR_MS, SECOND_MS } from '../core/clock.ts'
import type { Task } from '../core/task.ts'
import type { Urls } from '../dialects/kit/urls.ts'
import type { Store } from '../store/store.ts'
import { type Admission, openAdmission } from '../tasks/admission.ts'
import { openCallbacks } from '../tasks/callbacks.ts'
import { type Dispatcher, openDispatcher } from '../tasks/dispatcher.ts'
import { openFinish } from '../tasks/finish.ts'
import { openInputs } from '../tasks/inputs.ts'
import { type Leases, openLeases } from '../tasks/leases.ts'
import { openMoves } from '../tasks/moves.ts'
import { openPace } from '../tasks/pace.ts'
import { openTasks, type Tasks } from '../tasks/tasks.ts'
import type { RenderWebhooks } from '../tasks/webhook-renderers.ts'
import { openWork } from '../tasks/work.ts'

const LEASE_MS = 15 * SECOND_MS
const LONGEST_WORK_MS = 2 * HOUR_MS

export interface TaskParts {
  store: Store
  accounts: Accounts
  assets: Assets
  egress: Egress
  urls: Urls
  webhooksFor: RenderWebhooks
  clock: Clock
  log: Logger
}

/** The heart: what takes tasks, has them done and ends them. */
export interface Heart {
  tasks: Tasks
  dispatcher: Dispatcher
  leases: Leases
  callbacks: ReturnType<typeof openCallbacks>
  admission: Admission
  prices: PriceList
}

export function composeTasks(config: Config, parts: TaskParts): Heart {
  const { store, accounts, assets, egress, urls, webhooksFor, clock, log } = parts
  const { maxWaitMs, taskTimeFactor, recordDays, mediaDays, outputMaxBytes } = config
  const prices = priceList(config.prices)
  // At least until a task that waits as long as it may has been done.
  const longestMs = maxWaitMs + Math.ceil(taskTimeFactor * LONGEST_WORK_MS)
  const keepMs = Math.max(Math.round(config.uploadHours * HOUR_MS), longestMs)
  const inputs = openInputs({ assets, egress, referenceOf: urls.reference, clock, keepMs })
  const pace = openPace()
  const moves = openMoves({ store, webhooksFor, clock })
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
    limits: { maxWaitMs, taskTimeFactor, recordDays },
    cancelRunning: (task: Task) => work.cancel(task),
    pace,
    waits: config.waits,
  })
  const leases = openLeases({ store, moves, clock, log, leaseMs: LEASE_MS, holder: randomUUID() })
  const { factorOf } = accounts
  const finish = openFinish({ assets, egress, clock, log, mediaDays, maxOutputBytes: outputMaxBytes, factorOf, pace })
  const dispatcher = openDispatcher({ store, accounts, work: () => work, moves, leases, clock, log })
  const callbacks = openCallbacks({ store, moves, accounts, clock, secret: config.secret, publicUrl: config.publicUrl })
  const work = openWork({
    store,
    moves,
    accounts,
    assets,
    egress,
    finish,
    leases,
    webhooksFor,
    clock,
    log,
    dueAt: dispatcher.dueAt,
    maxWaitMs,
    callbackUrl: callbacks.urlFor,
    // An address that was not set is only a guess, and vendors would not reach it.
    publicUrlOf: (reference) => (config.publicUrl === undefined ? undefined : urls.file(reference)),
    maxInputBytes: outputMaxBytes,
  })
  return { tasks, dispatcher, leases, callbacks, admission, prices }
}
