import { getOperation } from '../../catalog/catalog.ts'
import type { Kind, Lyrics } from '../../catalog/outputs.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import {
  type ClipSources,
  clipsResult,
  imagesResult,
  lyricsResult,
  modelResult,
  type Source,
  soundsResult,
  textsResult,
  type VideoSources,
  videosResult,
} from '../kit/results.ts'
import { fileAt } from '../kit/vendor-files.ts'
import type { Account, Result, TaskRequest } from '../provider.ts'

/**
 * `output` of a completed task, which nearly every family writes in a form of its own, and some in two. One reader for
 * each kind of result, which knows every form that was met: so a family that changes its form is read all the same.
 */
export function resultIn(output: Json, request: TaskRequest, account: Account): Result | undefined {
  const read = READERS[getOperation(request.operation).produces.kind]
  return read?.(output, request, (address) => fileAt(account, address))
}

type At = (address: string) => Source
type Reader = (output: Json, request: TaskRequest, at: At) => Result | undefined

const READERS: Partial<Record<Kind, Reader>> = {
  pictures,
  videos,
  sounds,
  texts,
  model,
  lyrics,
  clips,
}

/**
 * `image_url`, `image_urls`, works with an image each; of Midjourney's four `temporary_image_urls`, with the grid as
 * `image_url`. Flux has `image_base64` beside them.
 */
function pictures(output: Json, request: TaskRequest, at: At): Result | undefined {
  const { temporary_image_urls: four, image_url, image_urls, image_base64 } = objectIn(output)
  const single = textIn(image_url) ?? textIn(objectIn(output).discord_image_url)
  const quarters = textsIn(four)
  if (quarters.length > 0) return imagesResult(request, quarters.map(at), single === undefined ? undefined : at(single))
  const many = textsIn(image_urls)
  const some = many.length > 0 ? many : single === undefined ? resourcesIn(output, 'image') : [single]
  if (some.length > 0) return imagesResult(request, some.map(at))
  const data = textIn(image_base64)
  return data === undefined
    ? undefined
    : imagesResult(request, [Buffer.from(data.replace(/^data:[^,]*,/, ''), 'base64')])
}

/** `video` (an address, or Luma's object), `video_url`, `video_urls`, or Kling's works; those without a mark come first. */
function videos(output: Json, request: TaskRequest, at: At): Result | undefined {
  const made = objectIn(output)
  const works = worksIn(output).flatMap((work): VideoSources[] => {
    const video = resourceOf(work.video)
    return video === undefined ? [] : [{ video: at(video), ...optional('cover', resourceOf(work.cover), at) }]
  })
  if (works.length > 0) return videosResult(request, works)
  const many = textsIn(made.video_urls)
  if (many.length > 1) {
    return videosResult(
      request,
      many.map((one) => ({ video: at(one) })),
    )
  }
  const names = [made.video_raw, made.video, made.video_url, made.download_url, ...many]
  const video = names.map(addressOf).find((one) => one !== undefined)
  if (video === undefined) return undefined
  const cover = addressOf(made.thumbnail) ?? addressOf(made.cover_url)
  const one = {
    video: at(video),
    ...optional('cover', cover, at),
    ...optional('lastFrame', addressOf(made.last_frame), at),
  }
  return videosResult(request, [one])
}

/** `audio_url`, `audio_urls`, or works with a sound each, which is what several clients read of Kling's. */
function sounds(output: Json, request: TaskRequest, at: At): Result | undefined {
  const { audio_urls, audio_url, audio } = objectIn(output)
  const many = textsIn(audio_urls)
  const single = addressOf(audio_url) ?? addressOf(audio)
  const all = many.length > 0 ? many : single === undefined ? resourcesIn(output, 'audio') : [single]
  return all.length === 0 ? undefined : soundsResult(request, all.map(at))
}

/** `text`; Midjourney's `description`, or an array of them, and `seed`, which may be a number. */
function texts(output: Json): Result | undefined {
  const { text, descriptions, prompts, description, seed } = objectIn(output)
  const many = [...textsIn(descriptions), ...textsIn(prompts)]
  if (many.length > 0) return textsResult(many)
  const single = [text, description, seed].map(wordsIn).find((one) => one !== undefined)
  return single === undefined ? undefined : textsResult([single])
}

function model(output: Json, _asked: TaskRequest, at: At): Result | undefined {
  const { model_file, no_background_image, combined_video } = objectIn(output)
  const file = addressOf(model_file)
  if (file === undefined) return undefined
  return modelResult({
    model: at(file),
    ...optional('picture', addressOf(no_background_image), at),
    ...optional('turntable', addressOf(combined_video), at),
  })
}

/** Udio's pairs, or one of Suno's: its form is not documented, and read as that of the route before it. */
function lyrics(output: Json): Result | undefined {
  const pairs = objectIn(output).lyrics_pairs ?? output
  const all = (Array.isArray(pairs) ? pairs : [pairs]).flatMap((one): Lyrics[] => {
    const { title, text, lyric, tags } = objectIn(one)
    const words = textIn(text) ?? textIn(lyric)
    return words === undefined ? [] : [{ title: textIn(title) ?? '', text: words, tags: textsIn(tags) }]
  })
  return all.length === 0 ? undefined : lyricsResult(all)
}

/** Suno's array of clips, or its older map of them; Udio's songs. */
function clips(output: Json, request: TaskRequest, at: At): Result | undefined {
  const inner = objectIn(output)
  const listed = Array.isArray(output) ? output : (inner.songs ?? inner.clips ?? [])
  const all = (Array.isArray(listed) ? listed : Object.values(objectIn(listed))).flatMap((one) => clipIn(one, at) ?? [])
  return all.length === 0 ? undefined : clipsResult(request, all)
}

function clipIn(value: Json, at: At): ClipSources | undefined {
  const clip = objectIn(value)
  const metadata = objectIn(clip.metadata ?? null)
  const audio = addressOf(clip.audio_url) ?? addressOf(clip.song_path)
  if (audio === undefined) return undefined
  const image = addressOf(clip.image_url) ?? addressOf(clip.image_path)
  const large = addressOf(clip.image_large_url)
  const tags = clip.tags ?? metadata.tags
  const seconds = metadata.duration ?? clip.duration
  const id = wordsIn(clip.id)
  return {
    audio: at(audio),
    ...optional('image', image, at),
    ...optional('imageLarge', large, at),
    title: textIn(clip.title),
    tags: textIn(tags) ?? (textsIn(tags).join(', ') || undefined),
    lyrics: textIn(metadata.prompt) ?? textIn(clip.lyrics),
    durationSeconds: typeof seconds === 'number' ? seconds : undefined,
    ...(id === undefined ? {} : { vendorId: id }),
  }
}

/** Kling's own product: `works[].video.resource_without_watermark`. */
function worksIn(output: Json): JsonObject[] {
  const { works } = objectIn(output)
  return Array.isArray(works) ? works.filter(isJsonObject) : []
}

function resourcesIn(output: Json, name: string): string[] {
  return worksIn(output).flatMap((work) => resourceOf(work[name]) ?? [])
}

function resourceOf(value: Json | undefined): string | undefined {
  const { resource_without_watermark: clean, resource } = objectIn(value ?? null)
  return textIn(clean) ?? textIn(resource)
}

function optional<Name extends string>(
  name: Name,
  address: string | undefined,
  at: At,
): { [One in Name]?: Source } | Record<string, never> {
  return address === undefined ? {} : ({ [name]: at(address) } as { [One in Name]: Source }) // a computed name loses its type
}

/** An address by itself, or in an object as its `url`. */
function addressOf(value: Json | undefined): string | undefined {
  return textIn(value) ?? textIn(objectIn(value ?? null).url)
}

function objectIn(value: Json): JsonObject {
  return isJsonObject(value) ? value : {}
}

function textIn(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function wordsIn(value: Json | undefined): string | undefined {
  return typeof value === 'number' ? String(value) : textIn(value)
}

function textsIn(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string' && one !== '').map(String) : []
}
