import { aceStep } from './ace-step.ts'
import { diffrhythm } from './diffrhythm.ts'
import { faceswap } from './faceswap.ts'
import { flux } from './flux.ts'
import { framepack } from './framepack.ts'
import { gemini } from './gemini.ts'
import { hailuo } from './hailuo.ts'
import { hug } from './hug.ts'
import { hunyuan } from './hunyuan.ts'
import { imageTools } from './image-tools.ts'
import { joycaption } from './joycaption.ts'
import { kling } from './kling.ts'
import { luma } from './luma.ts'
import { midjourney } from './midjourney.ts'
import { mmaudio } from './mmaudio.ts'
import { omniHuman } from './omni-human.ts'
import type { Operation } from './operation.ts'
import { qwenImage } from './qwen-image.ts'
import { seedance } from './seedance.ts'
import { seedream } from './seedream.ts'
import { skyreels } from './skyreels.ts'
import { sora2 } from './sora2.ts'
import { suno } from './suno.ts'
import { trellis } from './trellis.ts'
import { tts } from './tts.ts'
import { udio } from './udio.ts'
import { veo } from './veo.ts'
import { videoTools } from './video-tools.ts'
import { wanx } from './wanx.ts'
import { zImage } from './z-image.ts'

/** Every family, in the order in which they are listed; adding one is a file and a line here. */
const FAMILIES: Operation[][] = [
  suno,
  udio,
  diffrhythm,
  aceStep,
  mmaudio,
  tts,
  flux,
  gemini,
  qwenImage,
  zImage,
  seedream,
  midjourney,
  kling,
  veo,
  sora2,
  hailuo,
  wanx,
  hunyuan,
  skyreels,
  framepack,
  luma,
  seedance,
  omniHuman,
  hug,
  faceswap,
  imageTools,
  videoTools,
  trellis,
  joycaption,
]

const byId = new Map(FAMILIES.flat().map((operation) => [operation.id, operation]))

export function findOperation(id: string): Operation | undefined {
  return byId.get(id)
}

/** Throws when there is none: for ids that we stored ourselves. */
export function getOperation(id: string): Operation {
  const operation = byId.get(id)
  if (!operation) throw new Error(`The catalogue has no operation ${id}.`)
  return operation
}

export function listOperations(): Operation[] {
  return [...byId.values()]
}
