import { Type } from 'typebox'
import { Text } from '../kit/read-wire.ts'

/** A task when it is polled. */
export const Task = Type.Object({
  status: Text,
  /** 0 to 1. */
  progress: Type.Optional(Type.Number()),
  output: Type.Optional(Type.Array(Text)),
  failure: Type.Optional(Text),
  failureCode: Type.Optional(Text),
  /** What was charged in the end; a credit is 0.01 USD. */
  cost: Type.Optional(Type.Object({ credits: Type.Optional(Type.Number()) })),
})

export const UploadTarget = Type.Object({
  uploadUrl: Text,
  runwayUri: Text,
  fields: Type.Optional(Type.Record(Type.String(), Type.String())),
})
