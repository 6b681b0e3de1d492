/** What each operation is at Recraft: the last part of its path, and the fields that it takes there. */
export interface Tool {
  path: string
  fields: readonly string[]
}

const DRAWN = [
  ...[
    'prompt',
    'negative_prompt',
    'model',
    'n',
    'style',
    'substyle',
    'style_match',
    'style_id',
    'controls',
    'text_layout',
  ],
  ...['random_seed', 'image_format', 'creativity', 'block_nsfw', 'calculate_features'],
]
const ENLARGED = ['image_url', 'image_format', 'upscale']

export const TOOLS: Record<string, Tool> = {
  'recraft/generate': { path: 'generations', fields: [...DRAWN, 'size', 'upscale', 'style_reference_urls'] },
  'recraft/image-to-image': { path: 'imageToImage', fields: [...DRAWN, 'image_url', 'strength'] },
  'recraft/inpaint': { path: 'inpaint', fields: [...DRAWN, 'image_url', 'mask_url'] },
  'recraft/replace-background': { path: 'replaceBackground', fields: [...DRAWN, 'image_url'] },
  'recraft/generate-background': { path: 'generateBackground', fields: [...DRAWN, 'image_url', 'mask_url'] },
  'recraft/outpaint': {
    path: 'outpaint',
    fields: [
      ...DRAWN,
      ...['image_url', 'expand_top', 'expand_bottom', 'expand_left', 'expand_right', 'zoom_out_percentage', 'size'],
    ],
  },
  'recraft/variate-image': {
    path: 'variateImage',
    fields: ['model', 'image_url', 'size', 'n', 'random_seed', 'image_format'],
  },
  'recraft/vectorize': {
    path: 'vectorize',
    fields: [
      ...['image_url', 'svg_compression', 'limit_num_shapes', 'max_num_shapes', 'color_reduction'],
      ...['strict_color_palette', 'shape_stacking', 'return_gradients', 'small_shape_filter'],
    ],
  },
  'recraft/erase-region': { path: 'eraseRegion', fields: ['image_url', 'mask_url', 'image_format'] },
  'recraft/remove-background': { path: 'removeBackground', fields: ['image_url', 'image_format'] },
  'recraft/crisp-upscale': { path: 'crispUpscale', fields: ENLARGED },
  'recraft/creative-upscale': { path: 'creativeUpscale', fields: ENLARGED },
}
