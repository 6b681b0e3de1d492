import { Type } from 'typebox'
import { Text } from '../kit/read-wire.ts'

const Part = Type.Object({
  text: Type.Optional(Text),
  /** Pictures that a model draws while it thinks are no part of the result. */
  thought: Type.Optional(Type.Boolean()),
  inlineData: Type.Optional(Type.Object({ data: Text, mimeType: Type.Optional(Text) })),
})

export const Candidate = Type.Object({
  content: Type.Optional(Type.Object({ parts: Type.Optional(Type.Array(Part)) })),
  finishReason: Type.Optional(Text),
  finishMessage: Type.Optional(Text),
})

/** The answer of `generateContent`: a prompt that is blocked has no candidates. */
export const Content = Type.Union([
  Type.Object({ promptFeedback: Type.Object({ blockReason: Text }) }),
  Type.Object({ candidates: Type.Array(Candidate) }),
])

export const Started = Type.Object({ name: Text })

export const VideoFile = Type.Object({ uri: Type.Optional(Text), encodedVideo: Type.Optional(Text) })

/** An operation when it is polled. One that is running has no `done`. */
export const LongRunning = Type.Object({
  name: Text,
  done: Type.Optional(Type.Boolean()),
  error: Type.Optional(Type.Object({ message: Type.Optional(Text), code: Type.Optional(Type.Number()) })),
  response: Type.Optional(
    Type.Object({
      generateVideoResponse: Type.Optional(
        Type.Object({
          generatedSamples: Type.Optional(Type.Array(Type.Object({ video: VideoFile }))),
          raiMediaFilteredReasons: Type.Optional(Type.Array(Text)),
          raiMediaFilteredCount: Type.Optional(Type.Number()),
        }),
      ),
    }),
  ),
})

export const Handle = Type.Object({ name: Type.String() })

/** The body of an error. Its `details` are of several kinds, told apart by their members. */
export const ErrorBody = Type.Object({
  error: Type.Object({
    status: Type.Optional(Text),
    details: Type.Optional(Type.Array(Type.Object({ reason: Type.Optional(Text), retryDelay: Type.Optional(Text) }))),
  }),
})
