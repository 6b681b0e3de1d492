import type { Routes } from '../../api/routes.ts'
import type { Item } from '../../media/made.ts'
import type { FieldSchema, Values } from './field-schema.ts'

type Task = Pick<Routes['GET /polyphony/v1/tasks/{id}']['answer'], 'id' | 'operation' | 'input'>
type Operation = Routes['GET /polyphony/v1/operations']['answer']['operations'][number]

export interface FollowUp {
  operation: Operation
  /** A key of the texts, or the operation's own title. */
  label: string
  input: Values
}

const propertiesOf = ({ input_schema }: Operation): Record<string, FieldSchema> =>
  (input_schema as FieldSchema).properties ?? {}

/** What can be done with an item: operations of its model that build on tasks or clips, and tools that take its file. */
export function followUpsOf(task: Task, item: Item, operations: readonly Operation[]): FollowUp[] {
  const made = operations.find(({ id }) => id === task.operation)
  const usable = operations.filter(({ available }) => available)
  return [
    ...(item.clipId && made?.model === 'suno' ? clipFollowUps(task, item, usable) : []),
    ...usable
      .filter(({ model }) => model === made?.model || model === SISTERS[made?.model ?? ''])
      .flatMap((operation) => [...taskFollowUp(operation, task, item), ...songFollowUp(operation, item)]),
    ...usable.flatMap((operation) => fileFollowUp(operation, item)),
  ]
}

/** Models whose tasks those of another model build on. */
const SISTERS: Readonly<Record<string, string>> = { 'kling-turbo': 'kling' }

function clipFollowUps(
  task: Task,
  { clipId, seconds, tags, title }: Item,
  operations: readonly Operation[],
): FollowUp[] {
  const music = operations.find(({ id }) => id === 'suno/music')
  const isExtension = (task.input as Values).task === 'extend'
  const ofClip = operations.filter(
    (operation) =>
      operation.model === 'suno' &&
      'clip_id' in propertiesOf(operation) &&
      (operation.id !== 'suno/concat' || isExtension),
  )
  const persona = operations.filter((operation) => 'root_clip_id' in propertiesOf(operation))
  const style = tags ? { tags } : {}
  // Without one, what is made of a song is called by its style, or not at all.
  const named = title ? { title } : {}
  const again: FollowUp[] = music
    ? [
        {
          operation: music,
          label: 'follow.extend',
          input: {
            task: 'extend',
            task_id: task.id,
            continue_clip_id: clipId,
            ...named,
            ...style,
            ...(seconds ? { continue_at: Math.max(1, Math.floor(seconds) - 2) } : {}),
          },
        },
        {
          operation: music,
          label: 'follow.cover',
          input: { task: 'cover', task_id: task.id, cover_clip_id: clipId, ...named, ...style },
        },
      ]
    : []
  return [
    ...again,
    ...ofClip.map((operation) => ({
      operation,
      label: labelOf(operation),
      input: { clip_id: clipId, ...('title' in propertiesOf(operation) ? named : {}) },
    })),
    ...persona.map((operation) => ({
      operation,
      label: labelOf(operation),
      input: { root_clip_id: clipId, clips: [clipId] },
    })),
  ]
}

/** An operation that names the task on which it builds, and perhaps the number of its item. */
function taskFollowUp(operation: Operation, task: Task, { number, isGrid }: Item): FollowUp[] {
  const fields = propertiesOf(operation)
  if (!('origin_task_id' in fields)) return []
  // Of a grid, one picture has to be chosen first.
  if ('index' in fields && isGrid) return []
  const index = 'index' in fields ? { index: indexOf(fields.index, number) } : {}
  return [{ operation, label: labelOf(operation), input: { origin_task_id: task.id, ...index } }]
}

/** An operation that goes on with a song of its own model. */
function songFollowUp(operation: Operation, { clipId }: Item): FollowUp[] {
  if (!clipId || !('continue_song_id' in propertiesOf(operation))) return []
  return [{ operation, label: 'follow.extend', input: { continue_song_id: clipId } }]
}

/** The number of an item as a field has it: counted from 1, or from 0 where that is its least. */
function indexOf(schema: FieldSchema | undefined, number: number): unknown {
  if (schema?.enum) return schema.enum.find((one) => String(one) === String(number))
  const value = schema?.minimum === 0 ? number - 1 : number
  return schema?.type === 'string' ? String(value) : value
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
  sound: 'follow.sound',
  lip_sync: 'follow.lipSync',
  concat: 'follow.concat',
  inpaint: 'follow.inpaint',
  outpaint: 'follow.outpaint',
  pan: 'follow.pan',
  video: 'follow.animate',
  seed: 'follow.seed',
}

const labelOf = ({ task_type, title }: Operation): string => SHORT[task_type] ?? title
