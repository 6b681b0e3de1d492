import { type Static, Type } from 'typebox'
import type { BrokenRule } from './operation.ts'

/** Fields and rules that several Kling operations share. */

export const RATIOS = ['16:9', '9:16', '1:1'] as const
const MAX_PROMPT = 2_500
const MAX_SHOTS = 6
/** The longest video of version 3.0, over all of its shots. */
const MAX_SECONDS = 15
/** Version 4 (PiAPI's pages of autumn 2026) makes longer ones. */
const MAX_SECONDS_OF: Record<string, number> = { '4.0': 30, '4.0-flash': 20 }
export const LONGEST_SECONDS = 30
export const LEAST_SECONDS = 3
/** The versions with a task type for each way to begin, and a resolution in place of a mode. */
export const VERSIONS_4 = ['4.0', '4.0-flash']

export function isVersion4(version: string): boolean {
  return VERSIONS_4.includes(version)
}

export const MINUTE_MS = 60_000
export const VIDEO_TIMEOUT_MS = 30 * MINUTE_MS

export const prompt = Type.Optional(Type.String({ maxLength: MAX_PROMPT, description: 'What the video shows.' }))
export const negative_prompt = Type.Optional(
  Type.String({ maxLength: MAX_PROMPT, description: 'What the video must not show.' }),
)
export const aspect_ratio = Type.Enum([...RATIOS], {
  default: '16:9',
  description: 'Width to height; a first frame has its own.',
})
export const origin_task_id = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'A finished task whose video is used.',
})

export const multi_shots = Type.Optional(
  Type.Array(
    Type.Object({
      prompt: Type.String({ minLength: 1, maxLength: MAX_PROMPT, description: 'What the shot shows.' }),
      duration: Type.Integer({ minimum: 1, maximum: LONGEST_SECONDS, default: 3, description: 'Seconds of the shot.' }),
    }),
    {
      maxItems: MAX_SHOTS,
      description: `Shots, one after the other, in place of prompt and duration; ${MAX_SECONDS} seconds in all, with version 4 more.`,
    },
  ),
)

interface Shots {
  version: string
  prompt?: string
  duration: number
  multi_shots?: Static<typeof multi_shots>
}

/** The length of a video from version 3.0 on: the sum of its shots, or its duration if it has none. */
export function secondsOf({ multi_shots: shots, duration }: Shots): number {
  return shots?.length ? sum(shots) : duration
}

/** From version 3.0 on, a video needs a prompt or shots, and is as long as its version allows. */
export function brokenShots({ version, prompt: text, multi_shots: shots, duration }: Shots): BrokenRule | undefined {
  const most = MAX_SECONDS_OF[version] ?? MAX_SECONDS
  if (!shots?.length) {
    if (!text) return { field: 'prompt', rule: (nameOf) => `is needed without ${nameOf('multi_shots')}` }
    if (duration <= most) return undefined
    return { field: 'duration', rule: `must be at most ${most}, not ${duration}` }
  }
  const seconds = sum(shots)
  if (seconds <= most) return undefined
  return { field: 'multi_shots', rule: `must last at most ${most} seconds in all, not ${seconds}` }
}

function sum(shots: { duration: number }[]): number {
  return shots.reduce((seconds, { duration }) => seconds + duration, 0)
}

const PER_SECOND: Record<string, Partial<Record<720 | 1080, number>>> = {
  '3.0-turbo': { 720: 0.13, 1080: 0.19 },
  '4.0': { 720: 0.1667, 1080: 0.25 },
  '4.0-flash': { 720: 0.1 },
}

/** Whether a version makes videos of this shorter side. */
export function makesSide(version: string, pixels: 720 | 1080): boolean {
  return !(version in PER_SECOND) || PER_SECOND[version]?.[pixels] !== undefined
}

/** USD a second from version 3.0 on, and of Omni: `pixels` is the shorter side. Later versions cost the same with sound. */
export function usdPerSecond(version: string, pixels: 720 | 1080, hasSound: boolean): number {
  const usd = PER_SECOND[version]?.[pixels]
  if (usd !== undefined) return usd
  if (pixels === 720) return hasSound ? 0.15 : 0.1
  return hasSound ? 0.2 : 0.15
}
