import { Type } from 'typebox'
import { Anything, Text } from '../kit/read-wire.ts'

/** A picture that is not safe has no URL. */
export const Picture = Type.Object({
  url: Type.Optional(Text),
  is_image_safe: Type.Optional(Type.Boolean()),
  seed: Type.Optional(Anything),
})

export const Descriptions = Type.Object({ descriptions: Type.Array(Type.Object({ text: Text })) })
export const Pictures = Type.Object({ data: Type.Array(Picture) })
