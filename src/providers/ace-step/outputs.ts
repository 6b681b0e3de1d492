import type { Static } from 'typebox'
import { getOperation } from '../../catalog/catalog.ts'
import type { JsonObject } from '../../core/json.ts'
import { clipsResult, lyricsResult, outputSpecFor, type Source, soundsResult } from '../kit/results.ts'
import { fileOfVendor } from '../kit/vendor-call.ts'
import { type Account, FILE_SCHEME, type Result, type TaskRequest } from '../provider.ts'
import { keyOf } from './account.ts'
import type { Section, SongFacts } from './engine-request.ts'
import { sectionOf } from './section.ts'
import type { Entries } from './wire.ts'

type Entry = Static<typeof Entries>[number]

/** Undefined when nothing in the answer can be used. */
export function resultOf(
  entries: Static<typeof Entries>,
  request: TaskRequest,
  account: Account,
  made: SongFacts,
): Result | undefined {
  const { kind } = getOperation(request.operation).produces
  if (kind === 'lyrics') return lyricsIn(entries)
  const files = entries.flatMap(({ file }) => (file === undefined ? [] : [fileAt(account, file)]))
  if (files.length === 0) return undefined
  return kind === 'clips' ? songs(files, entries[0] ?? {}, request, made) : soundsResult(request, files)
}

function lyricsIn([entry]: Static<typeof Entries>): Result | undefined {
  const text = textIn(entry?.lyrics)
  const caption = textIn(entry?.prompt)
  return text === '' ? undefined : lyricsResult([{ title: titleOf(text), text, tags: caption === '' ? [] : [caption] }])
}

function songs(files: readonly Source[], entry: Entry, request: TaskRequest, made: SongFacts): Result {
  const { song } = outputSpecFor(request, 'clips')
  const lyrics = made.lyrics || (song.instrumental ? '' : textIn(entry.lyrics))
  const tags = made.tags || textIn(entry.prompt)
  const title = made.title || titleOf(lyrics || song.description || tags)
  const { section } = made
  const durationSeconds = section ? section.toSeconds - section.fromSeconds : secondsIn(entry)
  const result = clipsResult(
    request,
    files.map((file) => ({ audio: section ? cut(file, section) : file, title, tags, lyrics, durationSeconds })),
  )
  return section ? withWholes(result, files, section) : result
}

/** Each clip with the song that it is a part of: joining the clip gives that song, and the next clip continues it. */
function withWholes(result: Result, files: readonly Source[], section: Section): Result {
  const { clips } = result.output as { clips: JsonObject[] } // as clipsResult made them
  const kept = clips.map((clip, index) => ({
    ...clip,
    continueAt: section.continueAt,
    whole: `${FILE_SCHEME}whole-${index + 1}`,
    beginsAt: section.fromSeconds,
    endsAt: section.hasRest ? null : section.toSeconds,
  }))
  const wholes = files.map((content, index) => ({ key: `whole-${index + 1}`, content }))
  return { ...result, output: { clips: kept }, files: [...result.files, ...wholes] }
}

/** `/v1/audio?path=…` below the base address; a whole URL only where an operator put the files elsewhere. */
function fileAt(account: Account, file: string): Source {
  const url = URL.parse(file)
  if (url && url.origin !== URL.parse(account.settings.baseUrl ?? '')?.origin) return { url: file }
  return {
    read: async (signal) => (await fileOfVendor(account, { path: file, headers: keyOf(account), signal })).bytes,
  }
}

function cut(source: Source, { fromSeconds, toSeconds }: Section): Source {
  if (!('read' in source)) return source
  return { read: async (signal) => sectionOf(await source.read(signal), fromSeconds, toSeconds) }
}

function secondsIn({ metas }: Entry): number {
  const duration = Number(metas?.duration)
  return Number.isFinite(duration) && duration > 0 ? duration : 0
}

function textIn(value = ''): string {
  const text = value.trim()
  return /^\[inst(?:rumental)?\]$/i.test(text) || text === 'N/A' ? '' : text
}

/** The first words, as the title of a song that has none. */
function titleOf(text: string): string {
  const line = text.split('\n').find((one) => one.trim() !== '' && !one.startsWith('['))
  return line?.trim().split(/\s+/).slice(0, 5).join(' ') || 'Untitled'
}
