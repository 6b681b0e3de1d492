import { getOperation, listOperations } from '../../catalog/catalog.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { limitToModels } from '../kit/models-field.ts'
import type { Account } from '../provider.ts'

/** Which operations of the catalogue PiAPI has, by its own index. They bear its names: model and task type. */

const WHOLE_MODELS: ReadonlySet<string> = new Set([
  'gemini',
  'seedream',
  'kling-turbo',
  'veo3',
  'veo3.1',
  'hailuo',
  'Wan',
  'music-u',
  'seedance',
  'byteaudio',
  'omni-human',
])

/** Of these families the catalogue has more than PiAPI: tools of Kling's, Luma's, Suno's and Midjourney's own. */
const PARTS: Record<string, readonly string[]> = {
  suno: ['music', 'lyrics'],
  sora2: ['sora2-video', 'sora2-pro-video', 'remove-watermark'],
  luma: ['video_generation', 'extend_video'],
  kling: [
    'video_generation',
    'extend_video',
    'lip_sync',
    'effects',
    'ai_try_on',
    'sound',
    'avatar',
    'motion_control',
    'omni_video_generation',
    'text_to_video',
    'image_to_video',
  ],
  midjourney: ['imagine', 'upscale', 'variation', 'reroll', 'describe', 'seed', 'blend', 'inpaint', 'outpaint', 'pan'],
}

export const OPERATIONS: ReadonlySet<string> = new Set(
  listOperations()
    .filter(
      ({ model, taskType }) =>
        model.startsWith('Qubico/') || WHOLE_MODELS.has(model) || PARTS[model]?.includes(taskType),
    )
    .map(({ id }) => id),
)

/** What PiAPI itself has withdrawn; other gateways of its kind serve it. */
const WITHDRAWN: ReadonlySet<string> = new Set(['suno', 'midjourney'])

/** Fields of other vendors' own APIs, which PiAPI's pages do not have: it would drop them without a word. */
const BEYOND: Record<string, readonly string[]> = {
  'suno/music': ['cover_clip_id', 'persona_id', 'artist_clip_id', 'infill_start_s', 'infill_end_s', 'seed'],
  'music-u/generate_music': [
    'bypass_prompt_optimization',
    'song_section_start',
    'song_section_end',
    'lyrics_placement_start',
    'lyrics_placement_end',
    'prompt_strength',
    'clarity_strength',
    'lyrics_strength',
    'generation_quality',
    'model_type',
  ],
  'kling/video_generation': ['static_mask', 'dynamic_masks'],
  'kling/effects': ['second_image_url'],
  'hailuo/video_generation': ['last_frame_image'],
  'luma/video_generation': ['resolution', 'concepts', 'expand_prompt'],
  'luma/extend_video': ['resolution', 'concepts', 'expand_prompt'],
  'midjourney/imagine': ['bot_type'],
  'midjourney/describe': ['bot_type'],
  'midjourney/blend': ['bot_type'],
}

/** PiAPI as such, and not another gateway that speaks as it does: those may have more, and have withdrawn nothing. */
export function isPiapisOwn({ settings }: Pick<Account, 'settings'>): boolean {
  const host = URL.parse(settings.baseUrl ?? '')?.hostname ?? ''
  return host === 'piapi.ai' || host.endsWith('.piapi.ai')
}

/** A list of models that the account's owner gives wins over what was withdrawn. */
export function performedBy(account: Pick<Account, 'settings'>): ReadonlySet<string> {
  const { models = '' } = account.settings
  if (models !== '' || !isPiapisOwn(account)) return limitToModels(OPERATIONS, models)
  return new Set([...OPERATIONS].filter((id) => !WITHDRAWN.has(getOperation(id).model)))
}

/** Values that its pages do not have, for fields that they have. */
const BEYOND_VALUES: Record<string, Record<string, string>> = { 'sora2/sora2-pro-video': { resolution: '1024p' } }

/** Throws `vendor_refused` for a field that would count for nothing, and for a value that PiAPI does not know. */
export function refuseWhatIsDropped(operation: string, input: JsonObject): void {
  for (const [name, value] of Object.entries(BEYOND_VALUES[operation] ?? {})) {
    if (input[name] === value)
      throw new PolyphonyError('vendor_refused', `PiAPI has no ${name} ${value} for ${operation}.`)
  }
  const field = BEYOND[operation]?.find((name) => isSet(input[name]))
  if (field !== undefined) throw new PolyphonyError('vendor_refused', `PiAPI has no ${field} for ${operation}.`)
}

function isSet(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.length > 0
  return value !== undefined && value !== null && value !== '' && value !== false
}
