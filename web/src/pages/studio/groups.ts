import { AudioLines, Box, Clapperboard, Image, type LucideIcon, Mic, Wrench } from 'lucide-react'
import type { Operation } from '../../api/queries.ts'

/** What a person wants, in the order in which it is offered. */
export const GROUPS = [
  { id: 'song', icon: AudioLines },
  { id: 'picture', icon: Image },
  { id: 'video', icon: Clapperboard },
  { id: 'voice', icon: Mic },
  { id: 'model', icon: Box },
  { id: 'tool', icon: Wrench },
] as const satisfies { id: string; icon: LucideIcon }[]

export type Group = (typeof GROUPS)[number]['id']

/** Operations that work on something finished, by their names. */
const TOOLS =
  /upscale|remove|segment|face-swap|describe|vectorize|erase|shorten|\/seed$|hdr|isolation|try_on|stems|timing|\/wav|\/mp4|midi|\/tags|concat|\/upload|persona|finetune$/
const VOICES = /tts|speech|voice|seed-audio|dubbing/

/** Where an operation is offered: by what it produces, and by whether it makes something or works on it. */
export function groupOf({ id, produces }: Pick<Operation, 'id' | 'produces'>): Group {
  if (TOOLS.test(id) || produces === 'texts' || produces === 'data' || produces === 'anything') return 'tool'
  if (produces === 'pictures') return 'picture'
  if (produces === 'videos') return 'video'
  if (produces === 'model') return 'model'
  if (produces === 'sounds') return VOICES.test(id) ? 'voice' : 'song'
  return 'song'
}
