import { randomFillSync } from 'node:crypto'

/**
 * Ids are UUIDs, lower case with dashes. The first 48 bits are the millisecond of creation, so that rows arrive at the
 * right edge of every index; the version digit says 4, because clients check for v4.
 *
 * The last byte of a task's id is zero: its items (the two clips of a song, the four pictures of a grid) carry the
 * item's number there. So an item's id is known before the work is done, and leads back to its task without a look-up.
 * Its first eight digits, by which some clients name files, are mixed with the rest of it: else they would be the same for
 * all items of a minute. Their highest bit says so; no time has it. Items of former versions begin as their task does.
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

/** Milliseconds UTC of 2025-01-01, before which there was no gateway that made ids. */
const FIRST_TIME = '01941f29-7c00'

/** Whether a text is an id as `newId` makes them: a UUID of another source has hardly ever such a time and such an end. */
export function isOwnId(value: string): boolean {
  return isId(value) && value >= FIRST_TIME && value.startsWith('0') && value[14] === '4' && value.endsWith('00')
}

/** Sorts before all ids that are made from this millisecond on. */
export function idBefore(ms: number): string {
  const time = Math.max(0, ms).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-4000-8000-000000000000`
}

/** The id of item `number` (1 to 255) of a task; item 0 is the task itself. */
export function itemId(taskId: string, number: number): string {
  if (!Number.isInteger(number) || number < 0 || number > 255) throw new RangeError(`No item ${number} in a task.`)
  if (number === 0) return taskId
  const rest = taskId.slice(BEGIN, -2) + number.toString(16).padStart(2, '0')
  return beginMixed(taskId.slice(0, BEGIN), rest, MIXED_BIT) + rest
}

/** The task that an item's id belongs to, and the item's number (0 for the task itself). */
export function taskOfItem(id: string): { taskId: string; number: number } {
  const number = Number.parseInt(id.slice(-2), 16)
  const begin = id.slice(0, BEGIN)
  const rest = id.slice(BEGIN)
  const isMixed = number !== 0 && Number.parseInt(begin, 16) >= MIXED_BIT
  return { taskId: `${isMixed ? beginMixed(begin, rest, 0) : begin}${rest.slice(0, -2)}00`, number }
}

/** Whether two ids name the same item, in the form of today or of former versions. */
export function isSameItem(a: string, b: string): boolean {
  const [one, other] = [taskOfItem(a), taskOfItem(b)]
  return one.taskId === other.taskId && one.number === other.number
}

/** Digits of an id before its first dash. */
const BEGIN = 8
const MIXED_BIT = 0x8000_0000

/** Mixes the begin of an id with the rest, or undoes it; its highest bit becomes `bit`. */
function beginMixed(begin: string, rest: string, bit: number): string {
  const mixed = (Number.parseInt(begin, 16) ^ hashOf(rest)) & 0x7fff_ffff
  return (mixed + bit).toString(16).padStart(BEGIN, '0')
}

/** FNV-1a, without its lowest bit. */
function hashOf(text: string): number {
  let hash = 0x811c_9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x0100_0193)
  return hash >>> 1
}
