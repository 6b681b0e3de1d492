import { Type } from 'typebox'
import { Text } from '../kit/read-wire.ts'

export const Dub = Type.Object({ dubbing_id: Text })

/** A dub when it is polled. */
export const DubStatus = Type.Object({ status: Text, error: Type.Optional(Text) })

export const DubList = Type.Object({
  dubs: Type.Array(Type.Object({ dubbing_id: Text, name: Type.Optional(Text), created_at: Type.Optional(Text) })),
  has_more: Type.Optional(Type.Boolean()),
})

export const Voice = Type.Object({ voice_id: Text })

const suggestion = Type.Optional(Text)

/** An error's `detail` is text for some errors. */
export const ErrorBody = Type.Object({
  detail: Type.Object({
    status: Type.Optional(Text),
    code: Type.Optional(Text),
    prompt_suggestion: suggestion,
    data: Type.Optional(Type.Object({ prompt_suggestion: suggestion })),
  }),
})

/** A dub, and the language in which its sound is fetched. */
export const Handle = Type.Object({ id: Type.String(), language: Type.String() })
