import { Type } from 'typebox'
import { Anything, Id, Text } from '../kit/read-wire.ts'

/** An error may come with the status 200. */
export const Envelope = Type.Object({ code: Type.Optional(Type.Number()), message: Type.Optional(Text) })

/** Envelopes differ: with `code` and `message`, or with `timestamp` alone, as webhooks are. */
export const Created = Type.Object({ data: Type.Object({ task_id: Text }) })

/** What the task took, in points of which 10,000,000 are 1 USD. */
const Usage = Type.Object({ consume: Type.Optional(Type.Number()) })

/** A task when it is polled. Its output has the form of its family. */
export const Task = Type.Object({
  data: Type.Object({
    status: Text,
    output: Type.Optional(Anything),
    error: Type.Optional(Type.Object({ message: Type.Optional(Text), raw_message: Type.Optional(Text) })),
    logs: Type.Optional(Type.Array(Type.String())),
    meta: Type.Optional(Type.Object({ usage: Type.Optional(Usage) })),
    /** In older answers. */
    task_result: Type.Optional(Type.Object({ reason: Type.Optional(Text) })),
  }),
})

/** How far a task is, as Midjourney and Hailuo report it. */
export const Percent = Type.Object({
  progress: Type.Optional(Type.Number()),
  task_progress: Type.Optional(Type.Number()),
  percent: Type.Optional(Type.Number()),
})

export const Upload = Type.Object({ data: Type.Object({ url: Text }) })

/** A file: its URL by itself, or in an object. */
export const File = Type.Union([Text, Type.Object({ url: Text })])

/** A file of Kling's works. */
export const Resource = Type.Object({
  resource_without_watermark: Type.Optional(Text),
  resource: Type.Optional(Text),
})

const Texts = Type.Array(Text)

/** One song of Suno or Udio. */
export const Song = Type.Object({
  id: Type.Optional(Id),
  audio_url: Type.Optional(File),
  song_path: Type.Optional(File),
  image_url: Type.Optional(File),
  image_path: Type.Optional(File),
  image_large_url: Type.Optional(File),
  title: Type.Optional(Text),
  tags: Type.Optional(Type.Union([Text, Texts])),
  lyrics: Type.Optional(Text),
  duration: Type.Optional(Type.Number()),
  metadata: Type.Optional(
    Type.Object({
      tags: Type.Optional(Type.Union([Text, Texts])),
      prompt: Type.Optional(Text),
      duration: Type.Optional(Type.Number()),
    }),
  ),
})

export const LyricsPair = Type.Object({
  title: Type.Optional(Text),
  text: Type.Optional(Text),
  lyric: Type.Optional(Text),
  tags: Type.Optional(Texts),
})

/** The members that are read of any family's output: each family has some of them. */
export const Output = Type.Object({
  image_url: Type.Optional(Text),
  image_urls: Type.Optional(Texts),
  image_base64: Type.Optional(Text),
  /** Midjourney's four pictures, with their grid as `image_url`. */
  temporary_image_urls: Type.Optional(Texts),
  discord_image_url: Type.Optional(Text),
  video: Type.Optional(File),
  video_raw: Type.Optional(File),
  video_url: Type.Optional(File),
  video_urls: Type.Optional(Texts),
  download_url: Type.Optional(File),
  thumbnail: Type.Optional(File),
  cover_url: Type.Optional(File),
  last_frame: Type.Optional(File),
  audio: Type.Optional(File),
  audio_url: Type.Optional(File),
  audio_urls: Type.Optional(Texts),
  text: Type.Optional(Id),
  description: Type.Optional(Id),
  descriptions: Type.Optional(Texts),
  prompts: Type.Optional(Texts),
  seed: Type.Optional(Id),
  model_file: Type.Optional(File),
  no_background_image: Type.Optional(File),
  combined_video: Type.Optional(File),
  /** Kling's own form. */
  works: Type.Optional(
    Type.Array(
      Type.Object({
        video: Type.Optional(Resource),
        cover: Type.Optional(Resource),
        image: Type.Optional(Resource),
        audio: Type.Optional(Resource),
      }),
    ),
  ),
  /** Suno's clips are a list by themselves, or a list or a map here; Udio's songs are a list. */
  songs: Type.Optional(Anything),
  clips: Type.Optional(Anything),
  lyrics_pairs: Type.Optional(Anything),
})
