/** What `tasks.attention` says of a task, beside its status. */
export const AT_REST = 0
/** Somebody has it under a lease. */
export const IN_HAND = 1
/** Somebody has it under a lease, and the vendor called meanwhile. */
export const CALLED = 2
/** It failed for want of an answer; the result may still come. */
export const WATCHED = 3
