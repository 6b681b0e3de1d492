import type { Accounts } from '../accounts/accounts.ts'
import type { Egress } from '../assets/egress.ts'
import type { Caller } from '../core/caller.ts'
import type { Clock } from '../core/clock.ts'
import type { Task } from '../core/task.ts'
import type { Prices } from '../prices/price-list.ts'
import type { Store } from '../store/store.ts'
import type { Admission } from './admission.ts'
import type { Inputs } from './inputs.ts'
import type { TaskObserver } from './observer.ts'

/** What a submission is checked against and stored with. */
export interface SubmitParts {
  store: Store
  accounts: Accounts
  egress: Egress
  inputs: Inputs
  admission: Admission
  prices: Pick<Prices, 'priceOf'>
  clock: Clock
  observer?: TaskObserver | undefined
  limits: {
    /** How long a task may wait to be begun. */
    maxWaitMs: number
    /** Multiplies the time that an operation allows for the work. */
    taskTimeFactor: number
    /** How long the record of a task is kept. */
    recordDays: number
  }
  find(id: string): Promise<Task | undefined>
  get(id: string, caller: Caller): Promise<Task>
}
