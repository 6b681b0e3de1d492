import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { sentFile } from '../core/sent-files.ts'
import { isPlaceholder } from '../core/sent-values.ts'
import { findOperation } from './catalog.ts'
import { filesIn } from './media.ts'
import type { BrokenRule, Operation } from './operation.ts'
import { type OutputSpec, outputSpecOf } from './outputs.ts'
import { plainName } from './price-aliases.ts'

/**
 * Fields that say what is made, under names that the operation does not have: something else would be made and paid. Files
 * and shapes are refused by name; what an unknown field means besides is for the vendor.
 *
 * Also where an account's vendor might read them. PiAPI, another Polyphony and, for songs, a relay are sent unknown fields,
 * but an input is read before its account is chosen, and the next account may be of a vendor that drops them. And a file of
 * an unknown field is neither checked nor stored: base64 and the files of the asset library would reach no vendor.
 */

const names = (list: string): ReadonlySet<string> => new Set(list.split(' ').map(plainName))

/** What files are called at vendors and in clients; each also as a list, and with the form of the file after it. */
const FILES = names(
  'image img picture photo input_image init_image source_image prompt_image start_image start_frame start_frame_image ' +
    'first_frame first_frame_image first_image end_image end_frame end_frame_image last_frame last_frame_image last_image ' +
    'tail_image image_tail reference_image ref_image video input_video source_video reference_video ref_video audio ' +
    'input_audio source_audio reference_audio ref_audio mask mask_image image_mask inpaint_mask',
)
const FORMS = ['', 's', 'url', 'urls', 'uri', 'uris', 'base64', 'b64', 'file', 'files', 'list']
const FILE_NAMES: ReadonlySet<string> = new Set([...FILES].flatMap((file) => FORMS.map((form) => file + form)))
/** How a file begins: a URL, a data URI, one of the asset library, or bare base64, which no word is as long as. */
const FILE = /^\s*(?:https?:\/\/|data:|asset:\/\/|[\w+/-]{40})/i

/** Names of a last frame. */
const AT_END = /^(?:end|last)|tail|frame1/

/** Fields that a vendor reads and the catalogue does not have yet: its adapter passes them on. */
const PASSED: Readonly<Record<string, readonly string[]>> = {
  'hailuo/video_generation': ['last_frame_image'],
}

const RATIO_NAMES = names('aspect_ratio aspect ratio image_ratio video_ratio image_aspect_ratio video_aspect_ratio')
const SIDES_NAMES = names('size image_size video_size output_size dimensions dimension resolution')
const ORIENTATION_NAMES = names('orientation dimensions dimension')
const ORIENTATIONS: Readonly<Record<string, (ratio: number) => boolean>> = {
  landscape: (ratio) => ratio > 1,
  portrait: (ratio) => ratio < 1,
  square: (ratio) => ratio === 1,
}

/** Sizes are multiples of some pixels, and only near their ratio: 1366 by 768 is 16:9. */
const TOLERANCE = 1.06
const MAX_TEXT = 40
const PAIR = /^(?:ASPECT_)?(\d{1,5}(?:\.\d{1,3})?) ?[:x×/*_] ?(\d{1,5}(?:\.\d{1,3})?)$/i

type Field = readonly [name: string, value: Json | undefined]

/** The first unknown field that says what is made, and that nothing reads. */
export function unreadField(operation: Operation, input: JsonObject): BrokenRule | undefined {
  // The input of a hosted model is one field of the operation.
  if (operation.produces.kind === 'anything') return undefined
  const passed = PASSED[operation.id] ?? []
  const unknown = Object.entries(input).filter(
    ([name, value]) => value !== null && !Object.hasOwn(operation.input.properties, name) && !passed.includes(name),
  )
  if (unknown.length === 0) return undefined
  const file = unreadFile(operation, input, unknown)
  if (file) return { field: file[0], rule: `is a file, and ${operation.id} has no such field${instead(operation)}` }
  return otherShape(operation, input, unknown) ?? misspelt(operation, input, unknown)
}

/** The first unknown field that is a known one in other letters (`negativePrompt`), unless that says the same. */
function misspelt(
  { input: { properties } }: Operation,
  input: JsonObject,
  unknown: readonly Field[],
): BrokenRule | undefined {
  for (const [name, value] of unknown) {
    const plain = plainName(name)
    // Whether a shape is another one is known above: it may be the one of an earlier task.
    if (isPlaceholder(value) || RATIO_NAMES.has(plain) || SIDES_NAMES.has(plain)) continue
    const known = Object.keys(properties).find((one) => plainName(one) === plain)
    if (known !== undefined && JSON.stringify(input[known]) !== JSON.stringify(value)) {
      return { field: name, rule: (nameOf) => `is not read in these letters; send ${nameOf(known)}` }
    }
  }
  return undefined
}

/** Where the operation takes files, as a hint. */
function instead({ input }: Operation): string {
  const fields = Object.entries(input.properties)
    .filter(([name]) => FILE_NAMES.has(plainName(name)))
    .map(([name]) => name)
  return fields.length === 0 ? '' : `; it has ${fields.join(', ')}`
}

/** The first unknown field with a file that no known field has: clients send one file under the names of several vendors. */
function unreadFile(operation: Operation, input: JsonObject, unknown: readonly Field[]): Field | undefined {
  const sent = unknown.filter(([name]) => FILE_NAMES.has(plainName(name)))
  if (sent.length === 0) return undefined
  const read = filesIn(operation.input, input)
  return sent.find(([name, value]) => {
    // The first frame again as the last one is a film that ends as it began.
    const alike = read.filter(({ field }) => isAtEnd(field) === isAtEnd(name))
    return filesOf(value).some((file) => !alike.some(({ value: own }) => own === file))
  })
}

function isAtEnd(field: string): boolean {
  return AT_END.test(plainName(field))
}

/** The files in a field that the catalogue does not know, spelt as those in known fields are. */
function filesOf(value: Json | undefined, levels = 3): string[] {
  if (typeof value === 'string') return FILE.test(value) ? [sentFile(value)] : []
  if (levels === 0 || typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap((one) => filesOf(one, levels - 1))
}

function otherShape(operation: Operation, input: JsonObject, unknown: readonly Field[]): BrokenRule | undefined {
  const shapes = unknown.flatMap(([name, value]) => {
    const fits = value === undefined ? undefined : shapeIn(plainName(name), value)
    return fits ? [{ name, fits }] : []
  })
  const sides = Object.fromEntries(unknown)
  const { width, height } = sides
  if (typeof width === 'number' && typeof height === 'number' && width > 0 && height > 0)
    shapes.push({ name: 'width', fits: isNear(width / height) })
  if (shapes.length === 0) return undefined
  // A film of a picture has the shape of the picture, which only the vendor sees.
  if (filesIn(operation.input, input).some(({ media }) => media !== 'audio')) return undefined
  if (hasShapeOfParent(operation, input)) return undefined
  const spec: OutputSpec = outputSpecOf(operation.produces, input)
  if (!('widthPx' in spec)) return undefined
  const { widthPx, heightPx } = spec
  const other = shapes.find(({ fits }) => !fits(widthPx / heightPx))
  if (!other) return undefined
  const rule = `is not read by ${operation.id}, which would make ${widthPx} by ${heightPx} pixels`
  return { field: other.name, rule }
}

/** Work on an earlier task has that task's shape, apart from work with a trained model, which has none. */
export function hasShapeOfParent({ follows, followsModels }: Operation, input: JsonObject): boolean {
  if (follows(input) === undefined) return false
  return !followsModels.every((id) => findOperation(id)?.produces.kind === 'data')
}

/** Whether a ratio is the one that a value states; undefined where it states none. */
function shapeIn(name: string, value: Json): ((ratio: number) => boolean) | undefined {
  if (isJsonObject(value)) {
    const { width, height } = value
    const hasSides = typeof width === 'number' && typeof height === 'number' && width > 0 && height > 0
    return SIDES_NAMES.has(name) && hasSides ? isNear(width / height) : undefined
  }
  if (typeof value !== 'string' || value.length > MAX_TEXT) return undefined
  const orientation = ORIENTATION_NAMES.has(name) ? ORIENTATIONS[value.trim().toLowerCase()] : undefined
  if (orientation) return orientation
  if (!RATIO_NAMES.has(name) && !SIDES_NAMES.has(name)) return undefined
  const [, wide, high] = PAIR.exec(value.trim()) ?? []
  const ratio = Number(wide) / Number(high)
  return Number.isFinite(ratio) && ratio > 0 ? isNear(ratio) : undefined
}

function isNear(stated: number): (ratio: number) => boolean {
  return (ratio) => ratio <= stated * TOLERANCE && ratio >= stated / TOLERANCE
}
