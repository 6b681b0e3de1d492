import { aceStep } from './ace-step.ts'
import { bfl } from './bfl.ts'
import { diffrhythm } from './diffrhythm.ts'
import { faceswap } from './faceswap.ts'
import { flux } from './flux.ts'
import { framepack } from './framepack.ts'
import { gemini } from './gemini.ts'
import { gptImage } from './gpt-image.ts'
import { hailuo } from './hailuo.ts'
import { hosted } from './hosted.ts'
import { hug } from './hug.ts'
import { hunyuan } from './hunyuan.ts'
import { ideogram } from './ideogram.ts'
import { imageTools } from './image-tools.ts'
import { joycaption } from './joycaption.ts'
import { kling } from './kling.ts'
import { klingImages } from './kling-images.ts'
import { luma } from './luma.ts'
import { lumaTools } from './luma-tools.ts'
import { midjourney } from './midjourney.ts'
import { minimax } from './minimax.ts'
import { minimaxH3 } from './minimax-h3.ts'
import { mmaudio } from './mmaudio.ts'
import { omniHuman } from './omni-human.ts'
import type { Operation } from './operation.ts'
import { qwenImage } from './qwen-image.ts'
import { recraft } from './recraft.ts'
import { runway } from './runway.ts'
import { seedAudio } from './seed-audio.ts'
import { seedance } from './seedance.ts'
import { seedream } from './seedream.ts'
import { skyreels } from './skyreels.ts'
import { sora2 } from './sora2.ts'
import { suno } from './suno.ts'
import { sunoTools } from './suno-tools.ts'
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
  sunoTools,
  udio,
  diffrhythm,
  aceStep,
  mmaudio,
  tts,
  seedAudio,
  flux,
  gemini,
  qwenImage,
  zImage,
  seedream,
  bfl,
  gptImage,
  ideogram,
  recraft,
  midjourney,
  kling,
  klingImages,
  veo,
  sora2,
  hailuo,
  minimaxH3,
  minimax,
  wanx,
  hunyuan,
  skyreels,
  framepack,
  luma,
  lumaTools,
  runway,
  seedance,
  omniHuman,
  hug,
  faceswap,
  imageTools,
  videoTools,
  trellis,
  joycaption,
  hosted,
]

const byId = new Map(FAMILIES.flat().map((operation) => [operation.id, operation]))

export function findOperation(id: string): Operation | undefined {
  return byId.get(id)
}

/** Throws an Error for an unknown id: for ids from the database, which are known to exist. */
export function getOperation(id: string): Operation {
  const operation = byId.get(id)
  if (!operation) throw new Error(`The catalogue has no operation ${id}.`)
  return operation
}

export function listOperations(): Operation[] {
  return [...byId.values()]
}
