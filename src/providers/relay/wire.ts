import { Type } from 'typebox'
import { Anything, Id, Text } from '../kit/read-wire.ts'

/** `{code: "success", message, data}`. Some answers have no envelope, and Midjourney's have a number as `code`. */
export const Envelope = Type.Object({
  code: Type.String(),
  message: Type.Optional(Text),
  data: Type.Optional(Anything),
})

/** An error's word, in either of the two forms in which relays write errors. */
export const ErrorBody = Type.Union([Type.Object({ code: Text }), Type.Object({ error: Type.Object({ code: Text }) })])

/** The id that a submission answers with: the data itself, or in Suno's raw object, which two relays show. */
export const Created = Type.Union([Text, Type.Object({ task_id: Text }), Type.Object({ id: Text })])

/** "31%"; some write other words there. */
const Progress = Type.Optional(Type.Union([Text, Type.Number()]))

/** A task of Suno or Udio when it is polled. Its data has the form of its action. */
export const Task = Type.Object({
  status: Text,
  fail_reason: Type.Optional(Text),
  progress: Progress,
  data: Type.Optional(Anything),
})

/** The handle of a relay's task: which protocol it belongs to, and the handle of that protocol. */
export const Handle = Type.Object({ via: Type.String(), of: Anything })

// Suno

/** A task, or the clip whose notes are being written down; a persona has no task. */
export const SunoHandle = Type.Object({
  id: Type.Optional(Type.String()),
  midi: Type.Optional(Type.String()),
  persona: Type.Optional(Type.String()),
  clip: Type.Optional(Type.String()),
})

export const Midi = Type.Object({ state: Type.Optional(Text), instruments: Type.Optional(Type.Array(Anything)) })

/** A result that is kept as it is. */
export const Data = Type.Record(Type.String(), Anything)

/** Suno's own form of a clip has its details under `metadata`, the flat one beside the id. */
export const SunoClip = Type.Object({
  id: Type.Optional(Text),
  clip_id: Type.Optional(Text),
  audio_url: Type.Optional(Text),
  wav_url: Type.Optional(Text),
  video_url: Type.Optional(Text),
  image_url: Type.Optional(Text),
  image_large_url: Type.Optional(Text),
  title: Type.Optional(Text),
  text: Type.Optional(Text),
  tags: Type.Optional(Type.Union([Text, Type.Array(Text)])),
  prompt: Type.Optional(Text),
  duration: Type.Optional(Type.Number()),
  metadata: Type.Optional(
    Type.Object({
      tags: Type.Optional(Text),
      prompt: Type.Optional(Text),
      duration: Type.Optional(Type.Number()),
    }),
  ),
})

export const SunoCallback = Type.Object({
  task_id: Text,
  submit_time: Type.Optional(Anything),
  action: Type.Optional(Text),
})

// Udio

export const UdioHandle = Type.Object({ id: Type.String() })

export const UdioSong = Type.Object({
  id: Type.Optional(Text),
  song_path: Type.Optional(Text),
  image_path: Type.Optional(Text),
  title: Type.Optional(Text),
  tags: Type.Optional(Type.Array(Text)),
  lyrics: Type.Optional(Text),
  duration: Type.Optional(Type.Number()),
})

/** Relays differ in how deep the songs lie. */
export const UdioSongs = Type.Union([
  Type.Object({ songs: Type.Array(UdioSong) }),
  Type.Object({ data: Type.Object({ songs: Type.Array(UdioSong) }) }),
  Type.Array(UdioSong),
])

export const UdioCallback = Type.Object({ task_id: Text, action: Text })

// Midjourney

/** A task, the ids of the buttons that it had in the end, and whether no window took the prompt. */
export const MidjourneyHandle = Type.Object({
  id: Type.String(),
  buttons: Type.Optional(Type.Array(Type.String())),
  isUnprompted: Type.Optional(Type.Boolean()),
})

/** The answer to a submission, and to a question about a seed. */
export const Submission = Type.Object({
  code: Type.Optional(Type.Number()),
  description: Type.Optional(Text),
  result: Type.Optional(Id),
  properties: Type.Optional(
    Type.Object({
      finalPrompt: Type.Optional(Text),
      remix: Type.Optional(Type.Boolean()),
      /** Null while the picture is in progress. */
      imageUrl: Type.Optional(Anything),
      bannedWord: Type.Optional(Text),
    }),
  ),
})

export const MidjourneyTask = Type.Object({
  id: Type.Optional(Id),
  /** '' from new-api until it has asked the proxy, which it does every 15 s. */
  status: Type.String(),
  failReason: Type.Optional(Text),
  progress: Progress,
  buttons: Type.Optional(Type.Array(Type.Object({ customId: Text }))),
  imageUrl: Type.Optional(Text),
  imageUrls: Type.Optional(Type.Array(Type.Union([Text, Type.Object({ url: Text })]))),
  videoUrl: Type.Optional(Text),
  videoUrls: Type.Optional(Type.Array(Type.Object({ url: Text, thumbnail: Type.Optional(Text) }))),
  prompt: Type.Optional(Text),
  promptEn: Type.Optional(Text),
  properties: Type.Optional(Type.Object({ finalPrompt: Type.Optional(Text) })),
})

export const MidjourneyCallback = Type.Object({
  id: Text,
  submitTime: Type.Optional(Anything),
  imageUrl: Type.Optional(Anything),
})
