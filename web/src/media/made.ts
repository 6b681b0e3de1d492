/** What the pages show of outputs, by kind (`src/catalog/outputs.ts` has the shapes). */

export interface Clip {
  id: string
  title: string
  tags: string
  prompt: string
  durationSeconds: number
  audio: string
  image: string
  imageLarge: string
}
export interface Picture {
  file: string
  widthPx: number
  heightPx: number
}
export interface Video extends Picture {
  cover: string
  seconds: number
}
export interface Sound {
  file: string
  seconds: number
}
export interface Made {
  clips: Clip[]
  /** With the grid of them, if there is one, at the end. */
  pictures: Picture[]
  grid: Picture | undefined
  videos: Video[]
  sounds: Sound[]
  model: { file: string; picture: string; turntable: string } | undefined
  lyrics: { title: string; text: string; tags: string[] }[]
  texts: string[]
  /** What has no form of its own. */
  other: unknown
}

export function madeBy({ output }: { output?: unknown }): Made {
  const members = (typeof output === 'object' && output !== null ? output : {}) as Record<string, unknown>
  const list = <Item>(name: string): Item[] => (Array.isArray(members[name]) ? (members[name] as Item[]) : []) // as the kind has it
  const grid = (members.grid as Picture | null | undefined) ?? undefined
  return {
    clips: list('clips'),
    pictures: [...list<Picture>('pictures'), ...(grid ? [grid] : [])],
    grid,
    videos: list('videos'),
    sounds: list('sounds'),
    model: members.model as Made['model'],
    lyrics: list('lyrics'),
    texts: list('texts'),
    other: members.data ?? members.value,
  }
}

/** One thing that a task made, with which something can be done next. */
export interface Item {
  kind: 'clip' | 'picture' | 'video' | 'sound'
  /** Counted from 1. */
  number: number
  url: string
  clipId?: string
  seconds?: number
  /** The style of a clip. */
  tags?: string
  /** The title of a clip. */
  title?: string
  /** A picture that shows the others of its task side by side. */
  isGrid?: boolean
}

export function itemsOf(task: { output?: unknown }): Record<'sounds' | 'pictures' | 'videos', Item[]> {
  const { clips, sounds, pictures, videos, grid } = madeBy(task)
  const all = [
    ...clips.map(({ id, audio, durationSeconds, tags, title }) => ({
      kind: 'clip' as const,
      url: audio,
      seconds: durationSeconds,
      clipId: id,
      tags,
      title,
    })),
    ...sounds.map(({ file, seconds }) => ({ kind: 'sound' as const, url: file, seconds })),
  ]
  return {
    sounds: all.map((item, at) => ({ ...item, number: at + 1 })).filter(({ url }) => url !== ''),
    pictures: pictures.map((picture, at) => ({
      kind: 'picture',
      number: at + 1,
      url: picture.file,
      isGrid: picture === grid,
    })),
    videos: videos.map(({ file }, at) => ({ kind: 'video', number: at + 1, url: file })),
  }
}
