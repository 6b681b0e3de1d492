import { randomFillSync } from 'node:crypto'

/**
 * Ids are UUIDs, lower case with dashes. The first 48 bits are the millisecond of creation, so that rows arrive at the
 * right edge of every index; the version digit says 4, because clients check for v4.
 *
 * The last byte of a task's id is zero: its items (the two clips of a song, the four pictures of a grid) carry the
 * item's number there. So an item's id is known before the work is done, and leads back to its task without a look-up.
 */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

const BYTES_PER_ID = 9
const POOL_BYTES = 4_096
const pool = Buffer.allocUnsafe(POOL_BYTES)
let used = POOL_BYTES
let lastMs = 0
let counter = 0

/** A clock that is set back by up to this much does not disturb the order of ids; by more, the ids follow the clock. */
const MAX_STEP_BACK_MS = 1_000

/** A fresh id; ids made in one process sort by creation, as long as the clock is not set back. */
export function newId(nowMs: number): string {
  if (used + BYTES_PER_ID > POOL_BYTES) {
    randomFillSync(pool)
    used = 0
  }
  // Twelve bits count within the millisecond, so that order holds there too; when they run out, the time moves on.
  if (nowMs > lastMs || nowMs < lastMs - MAX_STEP_BACK_MS) {
    lastMs = nowMs
    counter = pool.readUInt16BE(used) & 0x3ff
  } else if (++counter > 0xfff) {
    lastMs += 1
    counter = 0
  }
  const time = lastMs.toString(16).padStart(12, '0')
  const sequence = counter.toString(16).padStart(3, '0')
  const variant = ((pool.readUInt16BE(used + 2) & 0x3fff) | 0x8000).toString(16)
  const random = pool.toString('hex', used + 4, used + 9)
  used += BYTES_PER_ID
  return `${time.slice(0, 8)}-${time.slice(8)}-4${sequence}-${variant}-${random}00`
}

export function isId(value: string): boolean {
  return UUID.test(value)
}

/** The id of item `number` (1 to 255) of a task; item 0 is the task itself. */
export function itemId(taskId: string, number: number): string {
  if (!Number.isInteger(number) || number < 0 || number > 255) throw new RangeError(`No item ${number} in a task.`)
  return taskId.slice(0, -2) + number.toString(16).padStart(2, '0')
}

/** The task that an item's id belongs to, and the item's number (0 for the task itself). */
export function taskOfItem(id: string): { taskId: string; number: number } {
  return { taskId: `${id.slice(0, -2)}00`, number: Number.parseInt(id.slice(-2), 16) }
}
