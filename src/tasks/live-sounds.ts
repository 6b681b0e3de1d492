import { createHmac, timingSafeEqual } from 'node:crypto'
import { once, setMaxListeners } from 'node:events'
import { Readable } from 'node:stream'
import { isId, taskOfItem } from '../core/ids.ts'

/** Sounds that are being made in this process, as far as they are made: callers hear them before their tasks end. */
export interface LiveSounds {
  /** The next bytes of an item's file. */
  publish(itemId: string, bytes: Uint8Array): void
  /** An item's sound is complete: who hears it comes to its end. */
  endOne(itemId: string): void
  /** All sounds of a task are complete. */
  end(taskId: string): void
  /** Whether one of a task's sounds is complete. */
  hasWhole(taskId: string): boolean
  /** Nothing of a task is kept any more. What is heard and was not complete is cut off. */
  forget(taskId: string): void
  /** A name for an item's sound that cannot be guessed; undefined while there is nothing to hear. */
  nameOf(itemId: string): string | undefined
  /** The item that a name stands for, whether or not its sound is being made here; undefined for an invented name. */
  itemOf(name: string): string | undefined
  /** All bytes from the first on, as they come; undefined where nothing is being made here. */
  open(itemId: string): Readable | undefined
}

interface LiveSound {
  pieces: Uint8Array[]
  state: 'growing' | 'complete' | 'cut off'
  /** Hears of every change. */
  changes: EventTarget
}

const EXTENSION = '.mp3'
const CHANGED = 'changed'
/** 128 bits of the digest. */
const TOKEN_BYTES = 16

export function openLiveSounds({ secret }: { secret: string }): LiveSounds {
  const byTask = new Map<string, Map<string, LiveSound>>()
  const tokenOf = (itemId: string): Buffer =>
    createHmac('sha256', secret).update(`live:${itemId}`).digest().subarray(0, TOKEN_BYTES)
  const find = (itemId: string): LiveSound | undefined => byTask.get(taskOfItem(itemId).taskId)?.get(itemId)

  function change(sound: LiveSound, state: LiveSound['state']): void {
    sound.state = state
    sound.changes.dispatchEvent(new Event(CHANGED))
  }

  return {
    publish(itemId, bytes) {
      if (bytes.length === 0) return
      const { taskId } = taskOfItem(itemId)
      const items = byTask.get(taskId) ?? new Map<string, LiveSound>()
      byTask.set(taskId, items)
      const sound = items.get(itemId) ?? newSound()
      items.set(itemId, sound)
      sound.pieces.push(bytes)
      change(sound, sound.state)
    },
    endOne(itemId) {
      const sound = find(itemId)
      if (sound) change(sound, 'complete')
    },
    hasWhole: (taskId) => [...(byTask.get(taskId)?.values() ?? [])].some(({ state }) => state === 'complete'),
    end(taskId) {
      for (const sound of byTask.get(taskId)?.values() ?? []) change(sound, 'complete')
    },
    forget(taskId) {
      for (const sound of byTask.get(taskId)?.values() ?? []) if (sound.state === 'growing') change(sound, 'cut off')
      byTask.delete(taskId)
    },
    nameOf: (itemId) => (find(itemId) ? `${itemId}.${tokenOf(itemId).toString('base64url')}${EXTENSION}` : undefined),
    itemOf(name) {
      const [itemId = '', token = '', ...rest] = name.split('.')
      if (!isId(itemId) || `.${rest.join('.')}` !== EXTENSION) return undefined
      const given = Buffer.from(token, 'base64url')
      return given.length === TOKEN_BYTES && timingSafeEqual(given, tokenOf(itemId)) ? itemId : undefined
    },
    open(itemId) {
      const sound = find(itemId)
      return sound && Readable.from(follow(sound), { objectMode: false })
    },
  }
}

function newSound(): LiveSound {
  const changes = new EventTarget()
  setMaxListeners(0, changes) // a song may have any number of listeners
  return { pieces: [], state: 'growing', changes }
}

async function* follow(sound: LiveSound): AsyncGenerator<Uint8Array> {
  for (let next = 0; ; ) {
    const piece = sound.pieces[next]
    if (piece) {
      next++
      yield piece
    } else if (sound.state === 'complete') return
    else if (sound.state === 'cut off') throw new Error('The work on this sound has ended before the sound did.')
    else await once(sound.changes, CHANGED)
  }
}
