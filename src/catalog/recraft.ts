import { Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalText, requiredText, sizeOf } from './fields.ts'
import { type BrokenRule, type Operation, operation } from './operation.ts'

/**
 * Recraft: pictures and vector drawings in styles, and tools for pictures. Fields are those of its API. Prices are
 * estimates from its list; other estimates are marked "inferred".
 */

export const RECRAFT = 'recraft'
const MEGAPIXEL = 2 ** 20
/** The longest side that anything here may have. */
const MAX_SIDE_PX = 16_384

const RATIOS = [
  ...['1:1', '2:1', '1:2', '3:2', '2:3', '4:3', '3:4', '5:4', '4:5'],
  ...['6:10', '14:10', '10:14', '16:9', '9:16'],
]
const SIZE = {
  pattern: `^(?:[1-9][0-9]{2,3}x[1-9][0-9]{2,3}|${RATIOS.join('|')})$`,
  description: 'Width and height in pixels, such as 1820x1024, or a ratio, such as 16:9.',
  'x-rule': `must be a size such as "1024x1024" or one of ${RATIOS.join(', ')}`,
}

const prompt = requiredText(10_000, 'What the picture shows; models before V4 read 1,000 characters.')
const negative_prompt = optionalText(10_000, 'What the picture must not show.') // limit inferred
const model = Type.String({
  pattern: '^recraft(?:20b|v[0-9]+)(?:_[a-z0-9]+)*$',
  maxLength: 64,
  default: 'recraftv4_1',
  description: 'A model of Recraft; with _vector at its end it draws SVG.',
  'x-rule': 'must be a model of Recraft such as "recraftv3" or "recraftv4_vector"',
})
const n = Type.Integer({ minimum: 1, maximum: 6, default: 1, description: 'How many pictures.' })
const image_format = Type.Enum(['webp', 'png'], {
  default: 'webp',
  description: 'Format of pictures that are not vector drawings.',
}) // default inferred
const random_seed = Type.Optional(
  Type.Integer({ minimum: 0, maximum: 2 ** 32 - 1, description: 'The same seed gives the same picture.' }),
)
const upscale = Type.Optional(
  Type.Enum(['upscale4mp', 'upscale16mp'], { description: 'Enlarge the result to that many megapixels.' }),
)
const image_url = mediaFile('image', 'The picture.')
const mask_url = mediaFile('image', 'White where the picture is changed.')

const colour = (name: string) =>
  Type.Object(
    {
      rgb: Type.Array(Type.Integer({ minimum: 0, maximum: 255 }), {
        minItems: 3,
        maxItems: 3,
        description: 'Red, green, blue.',
      }),
    },
    { description: `${name}.` },
  )
const controls = Type.Optional(
  Type.Object(
    {
      artistic_level: Type.Optional(
        Type.Integer({ minimum: 0, maximum: 5, description: 'From plain to artful.' }), // limits inferred
      ),
      colors: Type.Optional(
        Type.Array(colour('A colour'), { maxItems: 100, description: 'Colours to prefer.' }), // limit inferred
      ),
      background_color: Type.Optional(colour('Colour of the background')),
      no_text: Type.Optional(Type.Boolean({ description: 'Write no letters into the picture.' })),
    },
    { description: 'Colours and the like.' },
  ),
)
const text_layout = Type.Optional(
  Type.Array(
    Type.Object({
      text: Type.String({ maxLength: 1_000, description: 'A word.' }), // limit inferred
      bbox: Type.Array(Type.Array(Type.Number(), { minItems: 2, maxItems: 2 }), {
        minItems: 4,
        maxItems: 4,
        description: 'Its corners; 0 is left or above, 1 right or below.',
      }),
    }),
    { maxItems: 100, description: 'Words and their places in the picture.' }, // limit inferred
  ),
)

const STYLED = {
  style: optionalText(64, 'A style, such as realistic_image or vector_illustration.'),
  substyle: optionalText(64, 'A style within the style.'),
  style_match: Type.Optional(
    Type.Enum(['regular', 'precise', 'flexible'], { description: 'How closely the style is kept.' }),
  ),
  style_id: optionalText(64, 'A style of your own; not together with style.'),
  style_reference_urls: Type.Optional(
    Type.Array(mediaFile('image', 'A picture.'), { maxItems: 10, description: 'Pictures whose style is copied.' }), // limit inferred
  ),
}

const drawing = {
  prompt,
  negative_prompt,
  model,
  n,
  ...STYLED,
  controls,
  text_layout,
  random_seed,
  image_format,
  upscale,
  creativity: Type.Optional(
    Type.Enum(['simple', 'standard', 'eccentric'], { description: 'How freely the prompt is read.' }),
  ),
  block_nsfw: Type.Optional(Type.Boolean({ description: 'Deliver nothing indecent.' })),
  calculate_features: Type.Optional(Type.Boolean({ description: 'Rate the result, too.' })),
}

interface Drawing {
  model: string
  n: number
  image_format: string
  style?: string
  upscale?: string
}

/** Whether the output is a vector drawing, which is delivered as SVG. */
function isVector({ model: name, style }: Pick<Drawing, 'model' | 'style'>): boolean {
  if (name.endsWith('_raster')) return false
  return name.endsWith('_vector') || style === 'vector_illustration' || (style === 'icon' && name === 'recraftv2')
}

function mediaTypeOf(input: Pick<Drawing, 'model' | 'style' | 'image_format'>) {
  if (isVector(input)) return 'image/svg+xml'
  return input.image_format === 'png' ? 'image/png' : 'image/webp'
}

interface Size {
  widthPx: number
  heightPx: number
}

const square: Size = { widthPx: 1_024, heightPx: 1_024 }

function sizeIn(size: string, name: string): Size {
  if (size.includes(':')) return sizeOf(size, name.includes('_pro') ? 4 * MEGAPIXEL : MEGAPIXEL)
  const [widthPx = 0, heightPx = 0] = size.split('x').map(Number)
  return { widthPx, heightPx }
}

/** The same ratio, with as many pixels as the upscaler makes. */
function enlarged({ widthPx, heightPx }: Size, mode: string | undefined): Size {
  if (mode === undefined) return { widthPx, heightPx }
  const scale = Math.sqrt(((mode === 'upscale16mp' ? 16 : 4) * MEGAPIXEL) / (widthPx * heightPx))
  const side = (px: number): number => Math.min(MAX_SIDE_PX, Math.max(16, Math.round(px * scale)))
  return { widthPx: side(widthPx), heightPx: side(heightPx) }
}

function picturesOf(input: Drawing, size: Size) {
  const isDrawn = isVector(input)
  return {
    ...(isDrawn ? size : enlarged(size, input.upscale)),
    count: input.n,
    mediaType: mediaTypeOf(input),
  } as const
}

/** USD a picture, and a drawing. */
function priceOf({ model: name, n: count, upscale: mode, ...input }: Drawing): number {
  const drawn = isVector({ model: name, ...input })
  const one = name.startsWith('recraftv2') ? [0.022, 0.044] : name.includes('_pro') ? [0.25, 0.3] : [0.04, 0.08]
  return ((drawn ? one[1] : one[0]) ?? 0) * count + (mode === undefined || drawn ? 0 : 0.004 * count)
}

function styledTwice({ style, style_id }: { style?: string; style_id?: string }): BrokenRule | undefined {
  if (!style || !style_id) return undefined
  return { field: 'style_id', rule: 'cannot be set together with style' }
}

const generate = operation({
  model: RECRAFT,
  taskType: 'generate',
  title: 'Make a picture or a vector drawing with Recraft',
  input: Type.Object({ ...drawing, size: Type.String({ ...SIZE, default: '1024x1024' }) }), // default inferred
  produces: { kind: 'pictures', of: (input) => picturesOf(input, sizeIn(input.size, input.model)) },
  rules: styledTwice,
  price: (input) => usdToPoints(priceOf(input)),
  example: {
    prompt: 'a lighthouse keeper and his cat',
    model: 'recraftv3',
    style: 'realistic_image',
    size: '1365x1024',
  },
})

const imageToImage = operation({
  model: RECRAFT,
  taskType: 'image-to-image',
  title: 'Make a picture from a picture with Recraft',
  input: Type.Object({
    ...drawing,
    image_url,
    strength: Type.Number({ minimum: 0, maximum: 1, description: 'How far the result may go from the picture.' }),
  }),
  produces: { kind: 'pictures', of: (input) => picturesOf(input, square) },
  rules: styledTwice,
  price: (input) => usdToPoints(priceOf(input)),
  example: { prompt: 'the same street in winter', image_url: 'https://example.com/street.png', strength: 0.4 },
})

/** An operation that changes the masked area, or the background. */
function masked(taskType: string, title: string): Operation {
  return operation({
    model: RECRAFT,
    taskType,
    title,
    input: Type.Object({ ...drawing, image_url, mask_url }),
    produces: { kind: 'pictures', of: (input) => picturesOf(input, square) },
    rules: styledTwice,
    price: (input) => usdToPoints(priceOf(input)),
    example: {
      prompt: 'a window with shutters',
      image_url: 'https://example.com/house.png',
      mask_url: 'https://example.com/mask.png',
    },
  })
}

const replaceBackground = operation({
  model: RECRAFT,
  taskType: 'replace-background',
  title: 'Put another background behind what a picture shows with Recraft',
  input: Type.Object({ ...drawing, image_url }),
  produces: { kind: 'pictures', of: (input) => picturesOf(input, square) },
  rules: styledTwice,
  price: (input) => usdToPoints(priceOf(input)),
  example: { prompt: 'a beach at dusk', image_url: 'https://example.com/deckchair.png' },
})

const edge = (name: string) =>
  Type.Integer({ minimum: 0, maximum: 2_048, default: 0, description: `Pixels to add ${name}.` }) // limit inferred

const outpaint = operation({
  model: RECRAFT,
  taskType: 'outpaint',
  title: 'Grow a picture beyond its edges with Recraft',
  input: Type.Object({
    ...drawing,
    image_url,
    expand_top: edge('above'),
    expand_bottom: edge('below'),
    expand_left: edge('at the left'),
    expand_right: edge('at the right'),
    zoom_out_percentage: Type.Optional(
      Type.Number({ minimum: 0, maximum: 100, description: 'How much smaller the picture is in the new one.' }), // limits inferred
    ),
    size: Type.Optional(Type.String(SIZE)),
  }),
  produces: {
    kind: 'pictures',
    of({ expand_top, expand_bottom, expand_left, expand_right, size, ...input }) {
      const grown = {
        widthPx: square.widthPx + expand_left + expand_right,
        heightPx: square.heightPx + expand_top + expand_bottom,
      }
      return picturesOf(input, size === undefined ? grown : sizeIn(size, input.model))
    },
  },
  rules: styledTwice,
  price: (input) => usdToPoints(priceOf(input)),
  example: { prompt: 'a wide meadow', image_url: 'https://example.com/tree.png', expand_left: 256, expand_right: 256 },
})

const variate = operation({
  model: RECRAFT,
  taskType: 'variate-image',
  title: 'Make variations of a picture with Recraft',
  input: Type.Object({ model, image_url, size: Type.String(SIZE), n, random_seed, image_format }),
  // Named one by one: a style or an upscale in the input has no effect here.
  produces: {
    kind: 'pictures',
    of: ({ model: name, n: count, image_format: format, size }) =>
      picturesOf({ model: name, n: count, image_format: format }, sizeIn(size, name)),
  },
  price: ({ model: name, n: count, image_format: format }) =>
    usdToPoints(priceOf({ model: name, n: count, image_format: format })),
  example: { image_url: 'https://example.com/logo.png', size: '1:1', n: 2 },
})

export const recraftErase = operation({
  model: RECRAFT,
  taskType: 'erase-region',
  title: 'Erase the masked area of a picture',
  input: Type.Object({ image_url, mask_url, image_format }),
  produces: {
    kind: 'pictures',
    of: (input) => ({ ...square, mediaType: mediaTypeOf({ model: '', image_format: input.image_format }) }),
  },
  price: () => usdToPoints(0.002),
  example: { image_url: 'https://example.com/wall.png', mask_url: 'https://example.com/mask.png' },
})

export const recraftCutOut = operation({
  model: RECRAFT,
  taskType: 'remove-background',
  title: 'Remove the background of a picture with Recraft',
  input: Type.Object({ image_url, image_format }),
  produces: {
    kind: 'pictures',
    of: (input) => ({
      ...square,
      mediaType: mediaTypeOf({ model: '', image_format: input.image_format }),
      isTransparent: true,
    }),
  },
  price: () => usdToPoints(0.01),
  example: { image_url: 'https://example.com/shoe.png', image_format: 'png' },
})

function upscaler(taskType: string, title: string, usd: number) {
  return operation({
    model: RECRAFT,
    taskType,
    title,
    input: Type.Object({ image_url, image_format, upscale }),
    produces: {
      kind: 'pictures',
      of: ({ upscale: mode = 'upscale4mp', ...input }) => ({
        ...enlarged(square, mode),
        mediaType: mediaTypeOf({ model: '', image_format: input.image_format }),
      }),
    },
    price: () => usdToPoints(usd),
    example: { image_url: 'https://example.com/stamp.png' },
  })
}

export const recraftCrispUpscale = upscaler('crisp-upscale', 'Enlarge a picture and keep it crisp', 0.004)

const onOff = (description: string) => Type.Optional(Type.Enum(['on', 'off'], { description }))

export const recraftVectorize = operation({
  model: RECRAFT,
  taskType: 'vectorize',
  title: 'Turn a picture into a vector drawing',
  input: Type.Object({
    image_url,
    svg_compression: onOff('Write a smaller file.'),
    limit_num_shapes: onOff('Draw at most max_num_shapes shapes.'),
    max_num_shapes: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 ** 32 - 1, description: 'How many shapes.' })),
    color_reduction: onOff('Draw with fewer colours.'),
    strict_color_palette: Type.Optional(
      Type.Array(Type.Array(Type.Integer({ minimum: 0, maximum: 255 }), { minItems: 3, maxItems: 3 }), {
        maxItems: 256, // inferred
        description: 'The only colours: red, green, blue of each.',
      }),
    ),
    shape_stacking: Type.Optional(
      Type.Enum(['cut_out', 'hierarchical'], { description: 'Shapes side by side or one over another.' }),
    ),
    return_gradients: onOff('Draw gradients, too.'),
    small_shape_filter: onOff('Leave small shapes out.'),
  }),
  produces: { kind: 'pictures', of: () => ({ ...square, mediaType: 'image/svg+xml' }) },
  price: () => usdToPoints(0.01),
  example: { image_url: 'https://example.com/logo.png', svg_compression: 'on' },
})

export const recraft: Operation[] = [
  generate,
  imageToImage,
  masked('inpaint', 'Change the masked area of a picture with Recraft'),
  replaceBackground,
  masked('generate-background', 'Draw a background into the masked area of a picture'),
  outpaint,
  variate,
  recraftVectorize,
  recraftErase,
  recraftCutOut,
  recraftCrispUpscale,
  upscaler('creative-upscale', 'Enlarge a picture and add detail with Recraft', 0.25),
]
