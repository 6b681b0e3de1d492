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

/** The second version: the task, with its video's URL at the end. */
export const SecondTask = Type.Object({
  task: Type.Object({
    status: Text,
    content: Type.Optional(Type.Object({ url: Type.Optional(Text) })),
    error: Type.Optional(Type.Object({ code: Type.Optional(Id), message: Type.Optional(Text) })),
  }),
})

export const Callback = Type.Object({
  challenge: Type.Optional(Anything),
  task_id: Type.Optional(Id),
  task: Type.Optional(Type.Object({ id: Type.Optional(Id) })),
})

/** Speech and music: a URL, or the file in hexadecimal. */
export const Sound = Type.Object({
  data: Type.Object({ audio: Text }),
  extra_info: Type.Optional(Type.Object({ music_duration: Type.Optional(Type.Number()) })),
})

/** How many pictures were held back is a number or the same as text. */
export const Images = Type.Object({
  data: Type.Object({ image_urls: Type.Optional(Type.Array(Text)) }),
  metadata: Type.Optional(Type.Object({ failed_count: Type.Optional(Id) })),
})
