import type { Static, TSchema } from 'typebox'
import { getOperation } from '../../catalog/catalog.ts'
import type { Kind } from '../../catalog/outputs.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import { dataUriIn } from '../../core/sent-files.ts'
import { readIfFits } from '../kit/read-wire.ts'
import {
  type ClipSources,
  clipsResult,
  imagesResult,
  lyricsResult,
  modelResult,
  type Source,
  soundsResult,
  textsResult,
  videosResult,
} from '../kit/results.ts'
import { fileAt } from '../kit/vendor-files.ts'
import type { Account, Result, TaskRequest } from '../provider.ts'
import { type File, LyricsPair, Output, type Resource, Song } from './wire.ts'

/**
 * `output` of a completed task, which nearly every family writes in a form of its own, and some in two. There is one reader
 * for each kind of result, and it knows every form that was seen, so a family may change to a form of another one.
 */
export function resultIn(output: Json, request: TaskRequest, account: Account): Result | undefined {
  const read = READERS[getOperation(request.operation).produces.kind]
  const fields = readIfFits(Output, output) ?? {}
  return read?.({ output, fields, request, at: (address) => fileAt(account, address) })
}

interface Read {
  output: Json
  /** The members of the output, if it is an object. */
  fields: Static<typeof Output>
  request: TaskRequest
  at(address: string): Source
}

const READERS: Partial<Record<Kind, (read: Read) => Result | undefined>> = {
  pictures,
  videos,
  sounds,
  texts,
  model,
  lyrics,
  clips,
}

/** Flux has `image_base64` beside its URLs. */
function pictures({ fields, request, at }: Read): Result | undefined {
  const { image_url, discord_image_url, temporary_image_urls: four = [], image_urls: many = [], image_base64 } = fields
  const single = image_url ?? discord_image_url
  if (four.length > 0)
    return imagesResult(request, four.map(at), { grid: single === undefined ? undefined : at(single) })
  const works = (fields.works ?? []).flatMap(({ image }) => resourceOf(image) ?? [])
  const urls = many.length > 0 ? many : single === undefined ? works : [single]
  if (urls.length > 0) return imagesResult(request, urls.map(at))
  if (image_base64 === undefined) return undefined
  return imagesResult(request, [Buffer.from(dataUriIn(image_base64)?.content ?? image_base64, 'base64')])
}

/** Kling's works, several URLs, or one; those without a watermark come first. */
function videos({ fields, request, at }: Read): Result | undefined {
  const works = (fields.works ?? []).flatMap(({ video, cover }) => {
    const address = resourceOf(video)
    return address === undefined ? [] : [{ video: at(address), ...optional('cover', resourceOf(cover), at) }]
  })
  if (works.length > 0) return videosResult(request, works)
  const { video_raw, video, video_url, download_url, video_urls: many = [] } = fields
  if (many.length > 1) {
    const sources = many.map((one) => ({ video: at(one) }))
    return videosResult(request, sources)
  }
  const address = [video_raw, video, video_url, download_url, ...many].map(addressOf).find((one) => one !== undefined)
  if (address === undefined) return undefined
  const cover = addressOf(fields.thumbnail) ?? addressOf(fields.cover_url)
  const sources = {
    video: at(address),
    ...optional('cover', cover, at),
    ...optional('lastFrame', addressOf(fields.last_frame), at),
  }
  return videosResult(request, [sources])
}

/** `audio_url`, `audio_urls`, or works with a sound each, which several clients read of Kling's. */
function sounds({ fields, request, at }: Read): Result | undefined {
  const { audio_urls: many = [], audio_url, audio } = fields
  const single = addressOf(audio_url) ?? addressOf(audio)
  const works = (fields.works ?? []).flatMap((work) => resourceOf(work.audio) ?? [])
  const urls = many.length > 0 ? many : single === undefined ? works : [single]
  return urls.length === 0 ? undefined : soundsResult(request, urls.map(at))
}

/** `text`; Midjourney's `description`, or a list of them, and `seed`, which may be a number. */
function texts({ fields }: Read): Result | undefined {
  const { text, descriptions = [], prompts = [], description, seed } = fields
  const many = [...descriptions, ...prompts]
  if (many.length > 0) return textsResult(many)
  const single = text ?? description ?? seed
  return single === undefined ? undefined : textsResult([String(single)])
}

function model({ fields, at }: Read): Result | undefined {
  const file = addressOf(fields.model_file)
  if (file === undefined) return undefined
  return modelResult({
    model: at(file),
    ...optional('picture', addressOf(fields.no_background_image), at),
    ...optional('turntable', addressOf(fields.combined_video), at),
  })
}

/** Udio's pairs, or one of Suno's: its form is not documented, and read as that of the route before it. */
function lyrics({ output, fields }: Read): Result | undefined {
  const all = listOf(LyricsPair, fields.lyrics_pairs ?? output).flatMap(({ title = '', text, lyric, tags = [] }) => {
    const words = text ?? lyric
    return words === undefined ? [] : [{ title, text: words, tags }]
  })
  return all.length === 0 ? undefined : lyricsResult(all)
}

/** Suno's list of clips, or its older map of them; Udio's songs. */
function clips({ output, fields, request, at }: Read): Result | undefined {
  const listed = Array.isArray(output) ? output : (fields.songs ?? fields.clips ?? [])
  const songs = listOf(Song, isJsonObject(listed) ? Object.values(listed) : listed)
  const all = songs.flatMap((song) => clipSources(song, at) ?? [])
  return all.length === 0 ? undefined : clipsResult(request, all)
}

function clipSources(song: Static<typeof Song>, at: Read['at']): ClipSources | undefined {
  const { id, title, lyrics: words, duration, metadata = {} } = song
  const audio = addressOf(song.audio_url) ?? addressOf(song.song_path)
  if (audio === undefined) return undefined
  const tags = song.tags ?? metadata.tags
  return {
    audio: at(audio),
    ...optional('image', addressOf(song.image_url) ?? addressOf(song.image_path), at),
    ...optional('imageLarge', addressOf(song.image_large_url), at),
    title,
    tags: Array.isArray(tags) ? tags.join(', ') || undefined : tags,
    lyrics: metadata.prompt ?? words,
    durationSeconds: metadata.duration ?? duration,
    ...(id === undefined ? {} : { vendorId: String(id) }),
  }
}

/** The elements of a list that fit, or the one value. */
function listOf<Schema extends TSchema>(schema: Schema, value: Json): Static<Schema>[] {
  return (Array.isArray(value) ? value : [value]).flatMap((one) => readIfFits(schema, one) ?? [])
}

function resourceOf(resource: Static<typeof Resource> | undefined): string | undefined {
  return resource?.resource_without_watermark ?? resource?.resource
}

function addressOf(file: Static<typeof File> | undefined): string | undefined {
  return typeof file === 'string' ? file : file?.url
}

function optional<Name extends string>(
  name: Name,
  address: string | undefined,
  at: Read['at'],
): { [One in Name]?: Source } | Record<string, never> {
  return address === undefined ? {} : ({ [name]: at(address) } as { [One in Name]: Source }) // a computed name loses its type
}
