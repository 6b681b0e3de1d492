import { listOperations } from '../catalog/catalog.ts'

/**
 * Names under which new-api prices and limits tasks, by the operation that is meant: `defaultModelPrice` of its
 * `setting/ratio_setting/model_ratio.go`, and the actions of its Midjourney and Suno routes.
 */
const OPERATIONS: Record<string, string> = {
  suno_music: 'suno/music',
  suno_lyrics: 'suno/lyrics',
  mj_imagine: 'midjourney/imagine',
  mj_variation: 'midjourney/variation',
  mj_reroll: 'midjourney/reroll',
  mj_blend: 'midjourney/blend',
  mj_describe: 'midjourney/describe',
  mj_upscale: 'midjourney/upscale',
  mj_pan: 'midjourney/pan',
  mj_inpaint: 'midjourney/inpaint',
  mj_zoom: 'midjourney/outpaint',
  mj_shorten: 'midjourney/shorten',
  mj_edits: 'midjourney/edits',
  mj_video: 'midjourney/video',
  swap_face: 'Qubico/image-toolkit/face-swap',
}

/** The operation or model of the catalogue that a name of theirs means; undefined for a model of calls. */
export function catalogueName(name: string): string | undefined {
  const meant = OPERATIONS[name] ?? name
  return listOperations().some(({ id, model }) => id === meant || model === meant) ? meant : undefined
}

/** The name by which a key is limited to it: keys are limited to models, not to operations. */
export function modelOfKey(name: string): { model: string; isWider: boolean } {
  const meant = OPERATIONS[name]
  const operation = listOperations().find(({ id }) => id === meant)
  if (operation) return { model: operation.model, isWider: true }
  // Other actions of theirs, such as mj_modal, which belong to operations of the same model.
  if (name.startsWith('mj_')) return { model: 'midjourney', isWider: true }
  return { model: name, isWider: false }
}
