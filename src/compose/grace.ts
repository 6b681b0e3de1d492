import { SECOND_MS } from '../core/clock.ts'

/** How long a stop waits for work in hand. What is not done by then is resumed by the next start. */
export const GRACE_MS = 5 * SECOND_MS
