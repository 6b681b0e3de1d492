import { getOperation } from '../../catalog/catalog.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { blobOf } from '../kit/input-files.ts'
import type { Job } from '../provider.ts'

/** The paths of the operations. Those of the older API have their fields in `image_request`. */
export const PATHS: Record<string, { path: string; isNested?: boolean; isJson?: boolean }> = {
  'ideogram/generate': { path: 'generate', isNested: true },
  'ideogram/remix': { path: 'remix', isNested: true },
  'ideogram/edit': { path: 'edit' },
  'ideogram/upscale': { path: 'upscale', isNested: true },
  'ideogram/describe': { path: 'describe' },
  'ideogram/reframe': { path: 'reframe' },
  'ideogram/v3-generate': { path: 'v1/ideogram-v3/generate' },
  'ideogram/v3-remix': { path: 'v1/ideogram-v3/remix' },
  'ideogram/v3-edit': { path: 'v1/ideogram-v3/edit' },
  'ideogram/v3-reframe': { path: 'v1/ideogram-v3/reframe' },
  'ideogram/v3-replace-background': { path: 'v1/ideogram-v3/replace-background' },
  'ideogram/v3-generate-transparent': { path: 'v1/ideogram-v3/generate-transparent' },
  'ideogram/v4-generate': { path: 'v1/ideogram-v4/generate' },
  'ideogram/v4-generate-transparent': { path: 'v1/ideogram-v4/generate-transparent' },
  'ideogram/v4-remix': { path: 'v1/ideogram-v4/remix' },
  'ideogram/v4-describe': { path: 'v1/ideogram-v4/describe' },
  'ideogram/v4-magic-prompt': { path: 'v1/ideogram-v4/magic-prompt', isJson: true },
  'ideogram/v3-layerize-text': { path: 'v1/ideogram-v3/layerize-text' },
  'ideogram/v45-generate': { path: 'v2/image/generate/ideogram-4-5' },
  'ideogram/v45-precise-edit': { path: 'v2/image/precise-edit/ideogram-4-5' },
}

const FILES = [
  ...['image', 'image_file', 'mask', 'images', 'reference_images'],
  ...['style_reference_images', 'character_reference_images', 'character_reference_images_mask'],
]

/** As it is sent: JSON where a path takes that alone, and where there is no file to go along; else a form. */
export type Body = { json: JsonObject } | { form: FormData }

export async function bodyOf(job: Job, signal: AbortSignal): Promise<Body> {
  const { isNested = false, isJson = false } = PATHS[job.operation] ?? {}
  const given = fieldsOf(job)
  if (isJson) return { json: Object.fromEntries(given) }
  const files = given.filter(([name]) => FILES.includes(name))
  const plain = given.filter(([name]) => !FILES.includes(name))
  if (isNested && files.length === 0) return { json: { image_request: Object.fromEntries(plain) } }
  const form = new FormData()
  if (isNested) form.set('image_request', JSON.stringify(Object.fromEntries(plain)))
  else for (const [name, value] of plain) addTo(form, name, value)
  for (const [name, value] of files) {
    // One after the other, since the order of a list has a meaning.
    for (const reference of [value].flat()) form.append(name, blobOf(await job.file(String(reference), signal)))
  }
  return { form }
}

/** What the operation knows, which is what its path takes. Clients send '' for what they do not use. */
function fieldsOf({ operation, input }: Job): [string, Json][] {
  const known = getOperation(operation).input.properties
  return Object.entries(input).filter(([name, value]) => name in known && value !== '' && value !== null)
}

/** In a form a list is its name again and again, and an object JSON. */
function addTo(form: FormData, name: string, value: Json): void {
  if (Array.isArray(value)) for (const one of value) form.append(name, String(one))
  else form.append(name, typeof value === 'object' ? JSON.stringify(value) : String(value))
}
