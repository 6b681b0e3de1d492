import { Type } from 'typebox'
import { Anything, Text } from '../kit/read-wire.ts'

/** The answer to a request. A training is named by its finetune. */
export const Created = Type.Object({
  id: Type.Optional(Text),
  finetune_id: Type.Optional(Text),
  polling_url: Type.Optional(Text),
  /** In credits, of which 100 are 1 USD. */
  cost: Type.Optional(Type.Number()),
})

/** A task when it is polled. */
export const Task = Type.Object({
  status: Text,
  /** 0 to 1. */
  progress: Type.Optional(Type.Number()),
  result: Type.Optional(Type.Object({ sample: Type.Optional(Text), seed: Type.Optional(Anything) })),
  details: Type.Optional(Type.Record(Type.String(), Anything)),
})

export const Handle = Type.Object({
  id: Type.String(),
  pollingUrl: Type.Optional(Type.String()),
  /** What the answer said that the task costs. */
  credits: Type.Optional(Type.Number()),
})
