import { commitHeldBack, cut, halfOpen, restartFast, restartImmediate, stall, terminateSessions } from './database.ts'
import type { Fault } from './fault.ts'
import { clockAhead, clockBehind, clockStepAhead, clockStepBack, deadReceivers, diskFull, steady } from './hosts.ts'
import {
  kill,
  killWhileSlow,
  nothing,
  pauseOne,
  pauseOnly,
  pauseOnlyUnreachable,
  startTogether,
  terminate,
  terminateWhileHanging,
} from './processes.ts'
import { callDuringSubmission, cancelRefused, late, longTasks, vendorMix } from './vendors.ts'

/** In the order in which they are run: the quick ones first. */
export const FAULTS: readonly Fault[] = [
  nothing,
  startTogether,
  kill,
  killWhileSlow,
  terminate,
  terminateWhileHanging,
  cancelRefused,
  callDuringSubmission,
  vendorMix,
  restartFast,
  restartImmediate,
  terminateSessions,
  cut,
  pauseOne,
  stall,
  halfOpen,
  commitHeldBack,
  pauseOnly,
  pauseOnlyUnreachable,
  clockAhead,
  clockBehind,
  clockStepAhead,
  clockStepBack,
  diskFull,
  deadReceivers,
  steady,
  longTasks,
  late,
]
