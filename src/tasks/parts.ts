import type { Logger } from 'pino'
import type { Accounts } from '../accounts/accounts.ts'
import type { Clock } from '../core/clock.ts'
import type { Tracer } from '../core/tracer.ts'
import type { Store } from '../store/store.ts'
import type { Moves } from './moves.ts'
import type { TaskObserver } from './observer.ts'

/** What everything that moves tasks works with: the leases, the steps with a provider, the end and the dispatcher. */
export interface TaskParts {
  store: Store
  moves: Moves
  accounts: Accounts
  clock: Clock
  log: Logger
  observer?: TaskObserver | undefined
  tracer?: Pick<Tracer, 'step'> | undefined
}
