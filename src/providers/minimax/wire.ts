import { Type } from 'typebox'
import { Anything, Id, Text } from '../kit/read-wire.ts'

/** In every answer, with HTTP 200 as a rule: code 0 means success. */
export const BaseResponse = Type.Object({
  base_resp: Type.Object({
    status_code: Type.Optional(Type.Union([Type.Number(), Text])),
    status_msg: Type.Optional(Text),
  }),
})

export const Created = Type.Object({ task_id: Id })

/** A task when it is polled. The file's id comes with success. */
export const Task = Type.Object({ status: Text, file_id: Type.Optional(Id) })

export const File = Type.Object({
  file: Type.Object({ download_url: Type.Optional(Text), backup_download_url: Type.Optional(Text) }),
})

export const Callback = Type.Object({ challenge: Type.Optional(Anything), task_id: Type.Optional(Id) })
