/** An operation, with those of its fields that the AI SDK's settings can fill. */
export interface OperationRow {
  id: string
  kind: 'pictures' | 'videos'
  required: readonly string[]
  /** How many results one task may have. */
  maxCount: number
  fields: Readonly<Record<string, Form>>
}

/** The values that a field takes, where they are few, or the type of its value. */
type Form = string | readonly (string | number | boolean)[]
type Value = string | number | boolean | string[]

/** What a call of the AI SDK asks for, in one form for pictures and videos. Files are URLs. */
export interface Settings {
  prompt?: string | undefined
  n?: number | undefined
  size?: string | undefined
  aspectRatio?: string | undefined
  resolution?: string | undefined
  seed?: number | undefined
  duration?: number | undefined
  fps?: number | undefined
  generateAudio?: boolean | undefined
  images?: readonly string[] | undefined
  lastFrame?: string | undefined
  mask?: string | undefined
}

export interface Filled {
  input: Record<string, unknown>
  /** Settings that the operation has no field for, or does not take this value of. */
  unsupported: string[]
}

/** A setting's fields: the first that the operation has and whose values fit is filled. */
type Way = (value: never) => readonly Fitting[]
type Fitting = readonly [field: string, value: Value]

const SIDES = /^(\d+)x(\d+)$/

function sides(size: string): [number, number] | undefined {
  const [, width, height] = SIDES.exec(size) ?? []
  return width && height ? [Number(width), Number(height)] : undefined
}

function ratioOf([width, height]: [number, number]): string {
  const divisor = greatestCommon(width, height)
  return `${width / divisor}:${height / divisor}`
}

function greatestCommon(a: number, b: number): number {
  return b === 0 ? a : greatestCommon(b, a % b)
}

const shapes = (ratio: string): [string, Value][] => [
  ['aspect_ratio', ratio],
  ['ratio', ratio],
  ['aspect_ratio', ratio.replace(':', 'x')],
]

const WAYS: Record<Exclude<keyof Settings, 'size' | 'images'>, Way> = {
  prompt: (text: string) => ['prompt', 'promptText', 'text_prompt'].map((name) => [name, text] as const),
  n: (count: number) => ['n', 'num_images', 'batch_size'].map((name) => [name, count] as const),
  aspectRatio: (ratio: string) => shapes(ratio),
  resolution: (size: string) => {
    const both = sides(size)
    return both
      ? [
          ['resolution', `${Math.min(...both)}p`],
          ['resolution', size],
          ['ratio', `${both[0]}:${both[1]}`],
        ]
      : [['resolution', size]]
  },
  seed: (seed: number) => ['seed', 'random_seed'].map((name) => [name, seed] as const),
  duration: (seconds: number) => [
    ['duration', seconds],
    ['duration', `${seconds}`],
    ['duration', `${seconds}s`],
  ],
  fps: (fps: number) => [['fps', fps]],
  generateAudio: (is: boolean) => ['generate_audio', 'enable_audio'].map((name) => [name, is] as const),
  lastFrame: (url: string) => ['image_tail_url', 'end_image'].map((name) => [name, url] as const),
  mask: (url: string) => [['mask', url]],
}

const ONE_IMAGE = ['image', 'image_url', 'input_image', 'start_image', 'promptImage', 'image_file']
const MANY_IMAGES = ['images', 'image_urls']

/** The input of an operation for settings. */
export function fill(row: OperationRow, { size, images = [], ...settings }: Settings): Filled {
  const input: Record<string, unknown> = {}
  const unsupported: string[] = []
  const put = (ways: ReturnType<Way>): boolean => {
    const way = ways.find(([field, value]: Fitting) => takes(row.fields[field], value))
    if (way) input[way[0]] = way[1]
    return way !== undefined
  }
  for (const [name, value] of Object.entries(settings)) {
    const ways = WAYS[name as keyof typeof WAYS] // the names of the settings
    if (value !== undefined && !put(ways(value as never)) && !isUsual(name, value)) unsupported.push(name)
  }
  if (size !== undefined && !fillSize(row, size, input, put)) unsupported.push('size')
  if (images.length > 0 && !fillImages(images, put)) unsupported.push('files')
  return { input, unsupported }
}

/** One result is what every operation makes. */
function isUsual(name: string, value: unknown): boolean {
  return name === 'n' && value === 1
}

function fillSize(
  { fields }: OperationRow,
  size: string,
  input: Record<string, unknown>,
  put: (ways: ReturnType<Way>) => boolean,
): boolean {
  const both = sides(size)
  if (!both) return false
  if ('width' in fields && 'height' in fields) {
    Object.assign(input, { width: both[0], height: both[1] })
    return true
  }
  return put([['size', size], ['ratio', `${both[0]}:${both[1]}`], ...shapes(ratioOf(both))])
}

function fillImages(images: readonly string[], put: (ways: ReturnType<Way>) => boolean): boolean {
  const [first = ''] = images
  const one = ONE_IMAGE.map((name) => [name, first] as const)
  const many = MANY_IMAGES.map((name) => [name, [...images]] as const)
  if (images.length > 1) return put(many)
  return put([...one, ...many])
}

function takes(form: Form | undefined, value: Value): boolean {
  if (form === undefined) return false
  if (typeof form !== 'string') return !Array.isArray(value) && form.includes(value as string | number | boolean)
  if (form === 'any') return true
  if (Array.isArray(value)) return form === 'array'
  if (typeof value === 'number') return form === 'number' || (form === 'integer' && Number.isInteger(value))
  return form === typeof value
}

/** The operations that a name means: an id, a model, or the last part of either. */
export function rowsFor(rows: readonly OperationRow[], kind: OperationRow['kind'], modelId: string): OperationRow[] {
  const own = rows.filter((row) => row.kind === kind)
  const exact = own.filter(({ id }) => id === modelId)
  if (exact.length > 0) return exact
  const name = modelId.toLowerCase()
  const named = own.filter(({ id }) => {
    const model = id.slice(0, id.lastIndexOf('/')).toLowerCase()
    return model === name || model.split('/').at(-1) === name
  })
  return named.length > 0 ? named : own.filter(({ id }) => id.toLowerCase().endsWith(`/${name}`))
}

/** The operation among several that the settings are for: the first that lacks nothing and leaves least out. */
export function choose(
  rows: readonly OperationRow[],
  settings: Settings,
  more: Record<string, unknown>,
): { row: OperationRow; filled: Filled } | { lacks: string[] } {
  const tried = rows.map((row) => {
    const filled = fill(row, settings)
    const lacks = row.required.filter((name) => !(name in filled.input) && !(name in more))
    return { row, filled, lacks }
  })
  const [best] = tried
    .filter(({ lacks }) => lacks.length === 0)
    .sort((one, other) => one.filled.unsupported.length - other.filled.unsupported.length)
  return best ? { row: best.row, filled: best.filled } : { lacks: tried[0]?.lacks ?? [] }
}
