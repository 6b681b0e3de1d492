import { randomUUID } from 'node:crypto'
import type { Disk } from 'flydrive'
import { MINUTE_MS } from '../core/clock.ts'
import type { Store } from '../store/store.ts'

/**
 * A database knows its storage by a file in it, `polyphony-storage/ID`. The file also has the last turn that was taken at looking
 * for files without rows. The database knows that turn too, so a copy of it, made by other means than a restore, finds a turn
 * that is not its own (docs/decisions/0014-fingerprints.md).
 */

/** The folder of the names of databases that keep files here: an empty file for each. */
export const OWNERS = '.owners'
const FOLDER = 'polyphony-storage'
const CONTENT = 'A Polyphony recognises its storage by this file. Move it together with the others.\n'
const TURN = /^turn (\S+)$/m
const NO_TURN = '-'
/** In place of a turn, once a copy was found. */
const CONTESTED = 'contested'
const contentOf = (turn: string): string => `${CONTENT}turn ${turn}\n`
/** Far longer than a process takes from naming its turn in the database to naming it in the storage. */
const TURNS_APART_MS = 10 * MINUTE_MS

export const markOf = (id: string): string => `${FOLDER}/${id}`
export const isMark = (key: string): boolean => key.startsWith(`${FOLDER}/`)

/** Writes a new mark, and returns its id. */
export async function markStorage(disk: Disk): Promise<string> {
  const id = randomUUID()
  await disk.put(markOf(id), CONTENT)
  return id
}

export interface ReadOptions {
  disk: Disk
  store: Pick<Store, 'listFingerprints'>
  /** The id of the mark. */
  storage: string
}

export interface TurnOptions extends ReadOptions {
  store: Pick<Store, 'listFingerprints' | 'changeFingerprint'>
  now: number
}

/** Whether a process of another copy of the database took the last turn. Changes nothing. */
export async function isSharedWithCopy(options: ReadOptions): Promise<boolean> {
  return !(await readTurns(options)).isOurs
}

/** `soon`: another process of this database has just taken one. */
export async function takeTurn(options: TurnOptions): Promise<'taken' | 'soon' | 'copy'> {
  const { disk, store, storage, now } = options
  const { isOurs, stored, marked, takenAt } = await readTurns(options)
  if (!isOurs) {
    // So that the other one stops, too: which of them is the original cannot be told from here.
    await disk.put(markOf(storage), contentOf(CONTESTED))
    return 'copy'
  }
  if (now - takenAt < TURNS_APART_MS) return 'soon'
  const turn = randomUUID()
  // The database first: if the process dies in between, the mark has the turn before, which the database still knows.
  const to = [storage, turn, marked, now].join(' ')
  if ((await store.changeFingerprint({ name: 'storage_turn', from: stored, to })) !== to) return 'soon'
  await disk.put(markOf(storage), contentOf(turn))
  return 'taken'
}

interface Turns {
  isOurs: boolean
  stored: string | null
  marked: string
  takenAt: number
}

async function readTurns({ disk, store, storage }: ReadOptions): Promise<Turns> {
  // The mark first: it is at most one turn behind what the database says afterwards.
  const marked = TURN.exec(await disk.get(markOf(storage)))?.[1] ?? NO_TURN
  const { storage_turn: stored = null } = await store.listFingerprints({})
  const [of, last = NO_TURN, before = NO_TURN, takenAt = '0'] = stored?.split(' ') ?? []
  if (of !== storage) return { isOurs: marked === NO_TURN, stored, marked, takenAt: Number.NEGATIVE_INFINITY }
  return { isOurs: marked === last || marked === before, stored, marked, takenAt: Number(takenAt) }
}
