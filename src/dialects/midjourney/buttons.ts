import type { Output } from '../../catalog/outputs.ts'
import { isId } from '../../core/ids.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Task } from '../../core/task.ts'

/**
 * What may follow on a task. A button says so by itself, in the words of Midjourney's bot with the task's id in place of
 * its hash: nothing about it is stored, and a pressed one is read again here.
 */

export interface Button {
  customId: string
  emoji: string
  label: string
  type: 2
  style: 2
}

/** What a task shows; a button belongs to one of them. */
export type Ground = 'grid' | 'picture' | 'description' | 'shortened' | 'videos' | 'other'

/** The follow-up of a pressed button. */
export interface Press {
  on: readonly Ground[]
  taskType: string
  /** The part of the input that the button itself sets. */
  input: JsonObject
  action: string
  /** True where a window opens for more input first; `remix` where it opens only if the caller enables remix. */
  window: boolean | 'remix'
  /** Which of a task's texts becomes the prompt, from 1. */
  text?: number
}

export function groundOf(task: Task): Ground {
  if (task.operation === 'midjourney/describe') return 'description'
  if (task.operation === 'midjourney/shorten') return 'shortened'
  if (task.operation === 'midjourney/video') return 'videos'
  if (!task.operation.startsWith('midjourney/') || task.operation === 'midjourney/seed') return 'other'
  return (task.output as Output['pictures'] | null)?.grid ? 'grid' : 'picture' // what is left makes pictures
}

const button = (customId: string, label: string, emoji = ''): Button => ({ customId, emoji, label, type: 2, style: 2 })

const NUMBERS = [1, 2, 3, 4]
const KEYCAPS = ['1️⃣', '2️⃣', '3️⃣', '4️⃣', '5️⃣']

/** The keycap emoji of a digit, with which the bot numbers its texts. */
export function keycap(number: number): string {
  return KEYCAPS[number - 1] ?? `${number}.`
}

/** What may follow on a completed task, in the bot's order. */
export function buttonsOf(task: Task): Button[] {
  const { id } = task
  switch (groundOf(task)) {
    case 'grid':
      return [
        ...NUMBERS.map((number) => button(`MJ::JOB::upsample::${number}::${id}`, `U${number}`)),
        button(`MJ::JOB::reroll::0::${id}::SOLO`, '', '🔄'),
        ...NUMBERS.map((number) => button(`MJ::JOB::variation::${number}::${id}`, `V${number}`)),
      ]
    case 'picture':
      return [...(isEnlarged(task) ? [] : enlargements(id)), ...changes(id)]
    case 'description':
      return [
        ...NUMBERS.map((number) => button(`MJ::Job::PicReader::${number}`, '', keycap(number))),
        button('MJ::Picread::Retry', '', '🔄'),
      ]
    case 'shortened':
      return KEYCAPS.map((emoji, index) => button(`MJ::Job::PromptAnalyzer::${index + 1}`, '', emoji))
    case 'videos':
      return (task.output as Output['videos']).videos.flatMap((_, index) => [
        button(`MJ::JOB::animate_high_extend::${index + 1}::${id}::SOLO`, `Extend ${index + 1} (High)`),
        button(`MJ::JOB::animate_low_extend::${index + 1}::${id}::SOLO`, `Extend ${index + 1} (Low)`),
      ])
    case 'other':
      return []
  }
}

/** A picture that was enlarged is not enlarged again. */
function isEnlarged({ taskType, input }: Task): boolean {
  return taskType === 'upscale' && !/^[1-4]$/.test(String(input.index))
}

function enlargements(id: string): Button[] {
  return [
    button(`MJ::JOB::upsample_v7_2x_subtle::1::${id}::SOLO`, 'Upscale (Subtle)', '✨'),
    button(`MJ::JOB::upsample_v7_2x_creative::1::${id}::SOLO`, 'Upscale (Creative)', '✨'),
  ]
}

function changes(id: string): Button[] {
  return [
    button(`MJ::JOB::low_variation::1::${id}::SOLO`, 'Vary (Subtle)', '🪄'),
    button(`MJ::JOB::high_variation::1::${id}::SOLO`, 'Vary (Strong)', '🪄'),
    button(`MJ::Inpaint::1::${id}::SOLO`, 'Vary (Region)', '🖌️'),
    button(`MJ::Outpaint::50::1::${id}::SOLO`, 'Zoom Out 2x', '🔍'),
    button(`MJ::Outpaint::75::1::${id}::SOLO`, 'Zoom Out 1.5x', '🔍'),
    button(`MJ::CustomZoom::${id}`, 'Custom Zoom', '🔍'),
    button(`MJ::Outpaint::100::1::${id}::SOLO`, 'Make Square', '↔️'),
    button(`MJ::JOB::pan_left::1::${id}::SOLO`, '', '⬅️'),
    button(`MJ::JOB::pan_right::1::${id}::SOLO`, '', '➡️'),
    button(`MJ::JOB::pan_up::1::${id}::SOLO`, '', '⬆️'),
    button(`MJ::JOB::pan_down::1::${id}::SOLO`, '', '⬇️'),
    button(`MJ::JOB::animate_high::1::${id}::SOLO`, 'Animate (High motion)', '🎞️'),
    button(`MJ::JOB::animate_low::1::${id}::SOLO`, 'Animate (Low motion)', '🎞️'),
  ]
}

const GRID: readonly Ground[] = ['grid']
const PICTURE: readonly Ground[] = ['picture']
const ZOOMS: Record<string, JsonObject> = {
  '50': { zoom_ratio: '2' },
  '75': { zoom_ratio: '1.5' },
  '100': { zoom_ratio: '1', aspect_ratio: '1:1' },
}

/** What is read of a button: those that we offer, and the same of other versions of the bot. */
const PATTERNS: [RegExp, (said: string[]) => Press][] = [
  [/^MJ::JOB::upsample::([1-4])\b/, ([index = '']) => upscaling(GRID, index, 'UPSCALE')],
  [
    /^MJ::JOB::upsample_(?:\w+_)?(subtle|creative|2x|4x|light|beta)\b/,
    ([index = '']) => upscaling(PICTURE, index, 'UPSCALE_HD'),
  ],
  [
    /^MJ::JOB::variation::([1-4])\b/,
    ([index = '']) => ({ on: GRID, taskType: 'variation', input: { index }, action: 'VARIATION', window: 'remix' }),
  ],
  [
    /^MJ::JOB::(high|low)_variation\b/,
    ([strength = '']) => ({
      on: PICTURE,
      taskType: 'variation',
      input: { index: `${strength}_variation` },
      action: `${strength.toUpperCase()}_VARIATION`,
      window: 'remix',
    }),
  ],
  [
    /^MJ::JOB::reroll\b/,
    () => ({ on: ['grid', 'picture'], taskType: 'reroll', input: {}, action: 'REROLL', window: 'remix' }),
  ],
  [
    /^MJ::JOB::pan_(left|right|up|down)\b/,
    ([direction = '']) => ({ on: PICTURE, taskType: 'pan', input: { direction }, action: 'PAN', window: 'remix' }),
  ],
  [
    /^MJ::Outpaint::(50|75|100)\b/,
    ([percent = '']) => ({
      on: PICTURE,
      taskType: 'outpaint',
      input: ZOOMS[percent] ?? {},
      action: 'ZOOM',
      window: false,
    }),
  ],
  [/^MJ::CustomZoom\b/, () => ({ on: PICTURE, taskType: 'outpaint', input: {}, action: 'CUSTOM_ZOOM', window: true })],
  [/^MJ::Inpaint\b/, () => ({ on: PICTURE, taskType: 'inpaint', input: {}, action: 'INPAINT', window: true })],
  [
    /^MJ::JOB::animate_(high|low)(_extend)?::([1-4])\b/,
    ([motion = '', extend, number]) => ({
      on: extend ? ['videos'] : ['grid', 'picture'],
      taskType: 'video',
      input: { motion, index: Number(number) - 1, ...(extend ? { action: 'extend' } : {}) },
      action: 'VIDEO',
      window: 'remix',
    }),
  ],
  [/^MJ::Job::PicReader::([1-4])\b/i, ([number]) => reading('description', Number(number))],
  [/^MJ::Job::PromptAnalyzer::([1-5])\b/i, ([number]) => reading('shortened', Number(number))],
  [
    /^MJ::Picread::Retry\b/i,
    () => ({ on: ['description'], taskType: 'describe', input: {}, action: 'DESCRIBE', window: false }),
  ],
]

function upscaling(on: readonly Ground[], index: string, action: string): Press {
  return { on, taskType: 'upscale', input: { index }, action, window: false }
}

/** A text that is drawn: the window shows it, and lets it be changed. */
function reading(on: Ground, text: number): Press {
  return { on: [on], taskType: 'imagine', input: {}, action: 'IMAGINE', window: true, text }
}

/** The follow-up of a button; undefined for an unknown one. */
export function pressOf(customId: string): Press | undefined {
  for (const [pattern, press] of PATTERNS) {
    const said = pattern.exec(customId)
    if (said) return press(said.slice(1))
  }
  return undefined
}

/** The task that a button names; undefined if it names none. */
export function taskOfButton(customId: string): string | undefined {
  return customId.split('::').find(isId)
}
