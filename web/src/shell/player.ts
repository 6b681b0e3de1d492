import { useSyncExternalStore } from 'react'
import { fileAddress } from '../api/client.ts'

/** The one sound that plays, on whatever page; there is a single audio element, which outlives pages. */

export interface Track {
  /** Unique among tracks. */
  id: string
  title: string
  about: string
  url: string
  /** '' = none. */
  cover: string
  taskId: string
}

interface PlayerState {
  track: Track | null
  isPlaying: boolean
  queue: readonly Track[]
}

export const audio = new Audio()
audio.preload = 'metadata'

let state: PlayerState = { track: null, isPlaying: false, queue: [] }
const listeners = new Set<() => void>()

function set(next: Partial<PlayerState>): void {
  state = { ...state, ...next }
  for (const listener of listeners) listener()
}

audio.addEventListener('play', () => set({ isPlaying: true }))
audio.addEventListener('pause', () => set({ isPlaying: false }))
audio.addEventListener('ended', () => skip(1))

/** Plays a track, and the others of its list after it. A track that plays is paused. */
export function play(track: Track, queue: readonly Track[] = [track]): void {
  if (state.track?.id === track.id) {
    if (audio.paused) start()
    else audio.pause()
    return
  }
  set({ track, queue })
  audio.src = fileAddress(track.url)
  start()
}

export function toggle(): void {
  if (state.track) play(state.track, state.queue)
}

export function skip(by: 1 | -1): void {
  const at = state.queue.findIndex(({ id }) => id === state.track?.id)
  const next = state.queue[at + by]
  if (at !== -1 && next) play(next, state.queue)
}

export function stop(): void {
  audio.pause()
  set({ track: null, queue: [] })
}

/** A browser may refuse to play before the first click or key: then it plays at that. */
function start(): void {
  audio.play().catch((error: unknown) => {
    set({ isPlaying: false })
    if (error instanceof DOMException && error.name === 'NotAllowedError') playAtFirstGesture()
  })
}

function playAtFirstGesture(): void {
  const { track } = state
  const events = ['pointerdown', 'keydown'] as const
  const begin = (): void => {
    for (const event of events) removeEventListener(event, begin)
    // A gesture on the button of the player does it by itself.
    setTimeout(() => {
      if (audio.paused && state.track === track && track) start()
    }, 300)
  }
  for (const event of events) addEventListener(event, begin)
}

export function usePlayer(): PlayerState {
  return useSyncExternalStore(subscribe, () => state)
}

/** Whether a sound of the task plays: drawn again only when that changes. */
export function useIsPlaying(taskId: string): boolean {
  return useSyncExternalStore(subscribe, () => state.isPlaying && state.track?.taskId === taskId)
}

/** The track of the moment, for those who only act on it. */
export function currentTrack(): Track | null {
  return state.track
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
