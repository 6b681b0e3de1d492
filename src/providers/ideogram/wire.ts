import { Type } from 'typebox'
import { Anything, Text } from '../kit/read-wire.ts'

/** A picture that is not safe has no URL. */
export const Picture = Type.Object({
  url: Type.Optional(Text),
  is_image_safe: Type.Optional(Type.Boolean()),
  seed: Type.Optional(Anything),
})

/** A prompt in the structure of Ideogram 4, as its own objects. */
export const Prompt = Type.Object({ json_prompt: Anything, aspect_ratio: Type.Optional(Text) })

const TextBlock = Type.Object({
  text: Text,
  x: Type.Number(),
  y: Type.Number(),
  width: Type.Number(),
  height: Type.Number(),
  role: Type.Optional(Text),
  angle: Type.Optional(Type.Number()),
  alignment: Type.Optional(Text),
  color: Type.Optional(Text),
  font_name: Type.Optional(Text),
  font_size: Type.Optional(Type.Number()),
  font_alternatives: Type.Optional(Type.Array(Text)),
  line_height: Type.Optional(Type.Number()),
  formatting: Type.Optional(Type.Array(Text)),
})

/** A picture without its texts. */
export const Layers = Type.Object({
  base_image_url: Text,
  seed: Type.Optional(Anything),
  text_blocks: Type.Array(TextBlock),
})

export const Descriptions = Type.Object({ descriptions: Type.Array(Type.Object({ text: Text })) })
export const Pictures = Type.Object({ data: Type.Array(Picture) })
