import type { Operation, Task } from '../../api/queries.ts'
import { router } from '../../router.tsx'
import type { FieldSchema, Values } from './schema.ts'

export interface FollowUp {
  operation: Operation
  /** A key of the texts, or the operation's own title. */
  label: string
  input: Values
}

/** One thing that a task made. */
export interface Item {
  kind: 'clip' | 'picture' | 'video' | 'sound'
  /** Counted from 1. */
  number: number
  url: string
  clipId?: string
  seconds?: number
}

const propertiesOf = ({ input_schema }: Operation): Record<string, FieldSchema> =>
  (input_schema as FieldSchema).properties ?? {}

/** What can be done with an item: operations of its model that build on tasks or clips, and tools that take its file. */
export function followUpsOf(task: Task, item: Item, operations: readonly Operation[]): FollowUp[] {
  const made = operations.find(({ id }) => id === task.operation)
  const usable = operations.filter(({ available }) => available)
  return [
    ...(item.clipId ? clipFollowUps(task, item, usable) : []),
    ...usable.filter(({ model }) => model === made?.model).flatMap((operation) => taskFollowUp(operation, task, item)),
    ...usable.flatMap((operation) => fileFollowUp(operation, item)),
  ]
}

function clipFollowUps(task: Task, { clipId, seconds }: Item, operations: readonly Operation[]): FollowUp[] {
  const music = operations.find(({ id }) => id === 'suno/music')
  const ofClip = operations.filter(
    (operation) =>
      operation.id.startsWith('suno/') && 'clip_id' in propertiesOf(operation) && operation.id !== 'suno/concat',
  )
  const again: FollowUp[] = music
    ? [
        {
          operation: music,
          label: 'follow.extend',
          input: {
            task: 'extend',
            task_id: task.id,
            continue_clip_id: clipId,
            ...(seconds ? { continue_at: Math.max(1, Math.floor(seconds) - 2) } : {}),
          },
        },
        { operation: music, label: 'follow.cover', input: { task: 'cover', task_id: task.id, cover_clip_id: clipId } },
      ]
    : []
  return [
    ...again,
    ...ofClip.map((operation) => ({ operation, label: labelOf(operation), input: { clip_id: clipId } })),
  ]
}

/** An operation that names the task on which it builds, and perhaps the number of its item. */
function taskFollowUp(operation: Operation, task: Task, { number }: Item): FollowUp[] {
  const fields = propertiesOf(operation)
  if (!('origin_task_id' in fields)) return []
  const index = 'index' in fields ? { index: indexOf(fields.index, number) } : {}
  return [{ operation, label: labelOf(operation), input: { origin_task_id: task.id, ...index } }]
}

function indexOf(schema: FieldSchema | undefined, number: number): unknown {
  if (schema?.enum) return schema.enum.find((one) => String(one) === String(number))
  return schema?.type === 'string' ? String(number) : number
}

/** Tools that need one file of the item's kind and nothing else to begin with. */
const FILE_TOOLS: Record<string, string> = {
  'Qubico/image-toolkit/upscale': 'follow.upscale',
  'Qubico/image-toolkit/background-remove': 'follow.background',
  'Qubico/flux1-dev-advanced/kontext': 'follow.edit',
  'kling/video_generation': 'follow.animate',
  'Qubico/trellis/image-to-3d': 'follow.model',
  'Qubico/video-toolkit/upscale': 'follow.upscale',
  'Qubico/video-toolkit/background-remove': 'follow.background',
  'Qubico/mmaudio/video2audio': 'follow.sound',
}
const MEDIA = { clip: 'audio', sound: 'audio', picture: 'image', video: 'video' } as const

function fileFollowUp(operation: Operation, { kind, url }: Item): FollowUp[] {
  const label = FILE_TOOLS[operation.id]
  if (!label) return []
  const fields = Object.entries(propertiesOf(operation))
  const single = fields.find(([, schema]) => schema['x-media'] === MEDIA[kind])
  if (single) return [{ operation, label, input: { [single[0]]: url } }]
  const list = fields.find(([, schema]) => schema.items?.['x-media'] === MEDIA[kind])
  return list ? [{ operation, label, input: { [list[0]]: [url] } }] : []
}

const SHORT: Record<string, string> = {
  stems: 'follow.stems',
  wav: 'follow.wav',
  mp4: 'follow.mp4',
  midi: 'follow.midi',
  timing: 'follow.timing',
  persona: 'follow.persona',
  upscale: 'follow.upscale',
  variation: 'follow.variation',
  reroll: 'follow.reroll',
  extend_video: 'follow.extend',
  upscale_video: 'follow.upscale',
  add_audio: 'follow.sound',
}

const labelOf = ({ task_type, title }: Operation): string => SHORT[task_type] ?? title

/** What the studio begins with when it is opened by a button of a result. */
let prefill: { id: string; operation: string; input: Values } | undefined

export function openStudio(operation: string, input: Values): void {
  const id = crypto.randomUUID().slice(0, 8)
  prefill = { id, operation, input }
  void router.navigate({ to: '/studio', search: { op: operation, from: id } })
}

export function prefilled(id: string | undefined, operation: string): Values | undefined {
  return prefill && prefill.id === id && prefill.operation === operation ? prefill.input : undefined
}
