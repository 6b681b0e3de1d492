import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import type { BrokenRule, Operation } from './operation.ts'
import { type OutputSpec, outputSpecOf, type sizesIn } from './outputs.ts'

/**
 * Fields that make work more expensive, by all the names that vendors use for them. An input may have unknown fields, which
 * are passed on. One that requests more than the price was computed for (more pictures, a longer or larger film, sound, a
 * better mode) is refused, in every spelling that the vendor would read.
 */

const names = (list: string): ReadonlySet<string> => new Set(list.split(' ').map(plainName))

/** Names of the number of outputs. */
const COUNT_NAMES = names(
  'n n_images n_outputs n_samples n_iter num num_images num_outputs num_images_per_prompt num_samples num_results ' +
    'num_videos num_generations num_variations num_return_sequences number_of_images number_of_outputs number_of_videos ' +
    'number_results image_count image_num images_count images_num images_per_prompt output_count outputs_count video_count ' +
    'sample_count samples_count variations_count count quantity batch_size batch_count num_batches n_batches ' +
    'max_images candidate_count candidates_count',
)
/** Names of the number of batches, which multiply the others: sixteen batches of four are sixty-four. */
const BATCH_NAMES = names('batch_count num_batches n_batches n_iter')
/** Names of a length of time in seconds. */
const SECOND_NAMES = names(
  'duration seconds video_duration audio_length audio_duration music_length duration_seconds duration_sec duration_s ' +
    'length_seconds length_in_seconds seconds_total music_length_seconds num_seconds total_seconds video_seconds ' +
    'clip_duration output_duration',
)
/** Names of a number of frames, mostly of a film; some mean its length in seconds. */
const FRAME_NAMES = names('num_frames n_frames frames frame_count number_of_frames frames_number video_length length')
const FRAMES_A_SECOND = 25
const MILLISECOND_NAMES = names('duration_ms length_ms music_length_ms video_length_ms milliseconds')
const SIZE_NAMES = names(
  'resolution video_resolution image_resolution output_resolution target_resolution size video_size image_size ' +
    'output_size',
)
const SOUND_NAMES = names('enable_audio generate_audio with_audio enable_sound generate_sound with_sound sound audio')
const MODE_NAMES = names('mode professional_mode pro_mode quality_mode')
const DEFAULT_MODES: readonly unknown[] = [false, 0, '', 'false', '0', 'off', 'std', 'standard', 'normal']

/** Sizes are only estimated for some operations. */
const SIZE_TOLERANCE = 1.1
const MAX_TEXT = 40
const SIZES_P: Readonly<Record<string, number>> = { '1k': 1_080, '2k': 1_440, '4k': 2_160, '8k': 4_320 }
/** 480p to 4320p, or the like. */
const SHORT_SIDE = /^(\d{3,4})p$/
const SIDES = /^(\d{2,5}) ?[x*×:] ?(\d{2,5})$/

/** `num_images`, `numImages` and `Num-Images` are one name: some vendors read several spellings. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/**
 * Fields that a well-known client of PiAPI sends and that PiAPI ignores for that operation: it makes one picture whatever
 * they are. They are left out of the input, so that no other vendor reads them either. Seen in the client.
 */
const UNREAD: Readonly<Record<string, readonly string[]>> = {
  'Qubico/flux1-dev/txt2img': ['num_outputs'],
}

export function withoutUnread(operation: Operation, input: JsonObject): JsonObject {
  const unread = UNREAD[operation.id]
  if (!unread) return input
  return Object.fromEntries(Object.entries(input).filter(([name]) => !unread.includes(name)))
}

/**
 * The first unknown field that would make the work more expensive than its price. `parent` is for work that has the shape of an
 * earlier task: its sizes, or `unknown` while that task has not been read, which leaves sizes and times unchecked.
 */
export function unpricedField(
  operation: Operation,
  input: JsonObject,
  parent?: Sizes | 'unknown',
): BrokenRule | undefined {
  // The input of a hosted model is one field of the operation, with rules of its own.
  if (operation.produces.kind === 'anything') return undefined
  let spec: OutputSpec | undefined
  for (const [name, value] of Object.entries(input)) {
    if (value === null || Object.hasOwn(operation.input.properties, name)) continue
    const rule = ruleFor(plainName(name))
    if (rule === undefined || (parent === 'unknown' && isOfShape(plainName(name)))) continue
    spec ??= atLeast(outputSpecOf(operation.produces, input), parent)
    const broken = rule(value, spec, operation)
    if (broken !== undefined) return { field: name, rule: `${broken}, since ${operation.id} has no such field` }
  }
  return undefined
}

/** The spec of work on an earlier task, whose output it goes on with. */
function atLeast(spec: OutputSpec, parent: Sizes | 'unknown' | undefined): OutputSpec {
  if (parent === undefined || parent === 'unknown') return spec
  const { widthPx = 0, heightPx = 0, seconds = 0 } = parent
  return {
    ...spec,
    ...('widthPx' in spec && widthPx * heightPx > spec.widthPx * spec.heightPx ? { widthPx, heightPx } : {}),
    ...('seconds' in spec && seconds > spec.seconds ? { seconds } : {}),
  }
}

function isOfShape(name: string): boolean {
  return unitOf(name) !== undefined || SIZE_NAMES.has(name)
}

type Sizes = ReturnType<typeof sizesIn>

type Rule = (value: Json, spec: OutputSpec, operation: Operation) => string | undefined

function ruleFor(name: string): Rule | undefined {
  if (COUNT_NAMES.has(name)) return atMostCount
  const unit = unitOf(name)
  if (unit !== undefined) return (value, spec, operation) => sameSeconds(numberIn(value), unit, { spec, operation })
  if (SIZE_NAMES.has(name)) return atMostSize
  if (SOUND_NAMES.has(name)) return noSound
  return MODE_NAMES.has(name) ? defaultMode : undefined
}

/** How many units of the field make a second; undefined if it is not a time. */
function unitOf(name: string): number | undefined {
  if (SECOND_NAMES.has(name)) return 1
  if (MILLISECOND_NAMES.has(name)) return 1_000
  return FRAME_NAMES.has(name) ? FRAMES_A_SECOND : undefined
}

function atMostCount(value: Json, spec: OutputSpec): string | undefined {
  const limit = 'count' in spec ? spec.count : 1
  return (countIn(value) ?? 0) > limit ? `must be at most ${limit}` : undefined
}

/** A shorter one is refused only where the operation has a length under another name: it would be made and paid as it is. */
function sameSeconds(
  value: number | undefined,
  unit: number,
  { spec, operation }: { spec: OutputSpec; operation: Operation },
): string | undefined {
  const seconds = (value ?? 0) / unit
  if (!('seconds' in spec)) return undefined
  if (seconds > spec.seconds) return `must be at most ${spec.seconds} seconds`
  const isShorter = seconds > 0 && seconds < spec.seconds && unit !== FRAMES_A_SECOND
  return isShorter && hasOneOf(operation, SECOND_NAMES) ? `must be ${spec.seconds} seconds` : undefined
}

function atMostSize(value: Json, spec: OutputSpec): string | undefined {
  if (!('widthPx' in spec)) return undefined
  const { widthPx, heightPx } = spec
  const most = { short: Math.min(widthPx, heightPx) * SIZE_TOLERANCE, area: widthPx * heightPx * SIZE_TOLERANCE }
  const { short = 0, area = 0 } = sizeIn(value)
  return short > most.short || area > most.area ? `must be at most ${widthPx} by ${heightPx} pixels` : undefined
}

/** Applies only if the operation has another switch for sound: elsewhere sound does not change the price. */
function noSound(value: Json, spec: OutputSpec, operation: Operation): string | undefined {
  const isOn = value === true || value === 1 || /^(?:true|on|yes|1)$/i.test(typeof value === 'string' ? value : '')
  const hasSound = 'hasSound' in spec && spec.hasSound
  return isOn && !hasSound && hasOneOf(operation, SOUND_NAMES) ? 'must be off' : undefined
}

function defaultMode(value: Json, _spec: OutputSpec, operation: Operation): string | undefined {
  const mode = typeof value === 'string' ? value.trim().toLowerCase() : value
  return !DEFAULT_MODES.includes(mode) && hasOneOf(operation, MODE_NAMES) ? 'must be left out' : undefined
}

function hasOneOf(operation: Operation, group: ReadonlySet<string>): boolean {
  return Object.keys(operation.input.properties).some((name) => group.has(plainName(name)))
}

/**
 * A count: a number, or the same as plain digits. Texts with other spellings of a number ("1_6", "16.0", digits of other
 * scripts), which some vendors convert, are Infinity: more than any limit. Undefined if the value cannot be a number.
 */
export function countIn(value: Json): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return undefined
  if (/^[0-9]{1,9}$/.test(value)) return Number(value)
  return /\p{N}|infinity/iu.test(value) ? Number.POSITIVE_INFINITY : undefined
}

/** A number as vendors that convert texts would read it: "16", " 16 ", "16.0", "8s". */
function numberIn(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || value.length > MAX_TEXT) return undefined
  const text = value
    .normalize('NFKC')
    .trim()
    .replaceAll('_', '')
    .replace(/ ?s(?:ec(?:onds?)?)?$/i, '')
  const number = text === '' ? Number.NaN : Number(text)
  return Number.isNaN(number) ? undefined : number
}

/** The shorter side in pixels, or the area, if the value states it. */
function sizeIn(value: Json): { short?: number; area?: number } {
  if (isJsonObject(value)) return { area: (numberIn(value.width) ?? 0) * (numberIn(value.height) ?? 0) }
  if (typeof value === 'number') return { short: value }
  if (typeof value !== 'string' || value.length > MAX_TEXT) return {}
  const text = value.normalize('NFKC').trim().toLowerCase()
  const [, wide, high] = SIDES.exec(text) ?? []
  if (wide !== undefined) return { area: Number(wide) * Number(high) }
  const [, side] = SHORT_SIDE.exec(text) ?? []
  const short = side === undefined ? SIZES_P[text] : Number(side)
  return short === undefined ? {} : { short }
}

/** Every top-level field of a hosted model's input that states a number of outputs or batches. */
export function countFields(input: JsonObject): { name: string; count: number; isOfBatches: boolean }[] {
  return Object.entries(input).flatMap(([name, value]) => {
    const bare = plainName(name)
    const count = COUNT_NAMES.has(bare) ? countIn(value) : undefined
    return count === undefined ? [] : [{ name, count, isOfBatches: BATCH_NAMES.has(bare) }]
  })
}

/** The longest time in a top-level field of the input, in seconds; 0 if there is none. */
export function secondsNamed(input: JsonObject): number {
  const lengths = Object.entries(input).map(([name, value]) => {
    const unit = unitOf(plainName(name))
    return unit === undefined ? 0 : (numberIn(value) ?? 0) / unit
  })
  return Math.max(0, ...lengths)
}

/** The largest area in a top-level field of the input, in pixels of a film of 16:9; 0 if there is none. */
export function areaNamed(input: JsonObject): number {
  const areas = Object.entries(input).map(([name, value]) => {
    const { short = 0, area = 0 } = SIZE_NAMES.has(plainName(name)) ? sizeIn(value) : {}
    return Math.max(area, (short * short * 16) / 9)
  })
  return Math.max((numberIn(input.width) ?? 0) * (numberIn(input.height) ?? 0), ...areas)
}
