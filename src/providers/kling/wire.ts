import { Type } from 'typebox'
import { Text } from '../kit/read-wire.ts'

/** In every answer; code 0 means success. */
export const Envelope = Type.Object({ code: Type.Optional(Type.Number()), message: Type.Optional(Text) })

export const Created = Type.Object({ data: Type.Object({ task_id: Text }) })

/** Sounds come in two formats. */
const Output = Type.Object({
  id: Type.Optional(Text),
  url: Type.Optional(Text),
  url_mp3: Type.Optional(Text),
  url_wav: Type.Optional(Text),
})

export const TaskResult = Type.Object({
  images: Type.Optional(Type.Array(Output)),
  videos: Type.Optional(Type.Array(Output)),
  audios: Type.Optional(Type.Array(Output)),
})

/** A task when it is polled. */
export const Task = Type.Object({
  data: Type.Object({
    task_status: Text,
    task_status_msg: Type.Optional(Text),
    task_result: Type.Optional(TaskResult),
  }),
})

export const Callback = Type.Object({ task_id: Text })

/** Kling's id of a task, and of the videos that it made. */
export const Handle = Type.Object({ id: Type.String(), videos: Type.Optional(Type.Array(Type.String())) })
