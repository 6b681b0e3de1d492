import { type Static, Type } from 'typebox'
import type { BrokenRule } from './operation.ts'

/** Fields and rules that several Kling operations share. */

export const RATIOS = ['16:9', '9:16', '1:1'] as const
const MAX_PROMPT = 2_500
const MAX_SHOTS = 6
/** The longest video from version 3.0 on, over all of its shots. */
export const MAX_SECONDS = 15

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
      duration: Type.Integer({ minimum: 1, maximum: 14, default: 3, description: 'Seconds of the shot.' }),
    }),
    {
      maxItems: MAX_SHOTS,
      description: `Shots, one after the other, in place of prompt and duration; ${MAX_SECONDS} seconds in all.`,
    },
  ),
)

interface Shots {
  prompt?: string
  duration: number
  multi_shots?: Static<typeof multi_shots>
}

/** The length of a video from version 3.0 on: the sum of its shots, or its duration if it has none. */
export function secondsOf({ multi_shots: shots, duration }: Shots): number {
  return shots?.length ? sum(shots) : duration
}

/** From version 3.0 on, a video needs a prompt or shots. */
export function brokenShots({ prompt: text, multi_shots: shots }: Shots): BrokenRule | undefined {
  if (!shots?.length)
    return text ? undefined : { field: 'prompt', rule: (nameOf) => `is needed without ${nameOf('multi_shots')}` }
  const seconds = sum(shots)
  if (seconds <= MAX_SECONDS) return undefined
  return { field: 'multi_shots', rule: `must last at most ${MAX_SECONDS} seconds in all, not ${seconds}` }
}

function sum(shots: { duration: number }[]): number {
  return shots.reduce((seconds, { duration }) => seconds + duration, 0)
}

/** USD a second of version 3.0 and Omni: `pixels` is the shorter side. */
export function usdPerSecond(pixels: 720 | 1080, hasSound: boolean): number {
  if (pixels === 720) return hasSound ? 0.15 : 0.1
  return hasSound ? 0.2 : 0.15
}
