import { anthropic } from './anthropic/routes.ts'
import { bfl } from './bfl/routes.ts'
import type { Dialect } from './dialect.ts'
import { fal } from './fal/routes.ts'
import { gemini } from './gemini/routes.ts'
import { ideogram } from './ideogram/routes.ts'
import { kling } from './kling/routes.ts'
import { luma } from './luma/routes.ts'
import { mcp } from './mcp/routes.ts'
import { midjourney } from './midjourney/routes.ts'
import { minimax } from './minimax/routes.ts'
import { oneApi } from './one-api/routes.ts'
import { openai } from './openai/routes.ts'
import { openaiImages } from './openai-images/routes.ts'
import { openaiVideos } from './openai-videos/routes.ts'
import { piapi } from './piapi/routes.ts'
import { polyphony } from './polyphony/routes.ts'
import { recraft } from './recraft/routes.ts'
import { replicate } from './replicate/routes.ts'
import { runway } from './runway/routes.ts'
import { suno } from './suno/routes.ts'
import { udio } from './udio/routes.ts'

/** Every protocol that we speak; adding one is a folder and a line here. */
export const dialects: readonly Dialect[] = [
  piapi,
  suno,
  midjourney,
  luma,
  kling,
  minimax,
  udio,
  replicate,
  fal,
  bfl,
  ideogram,
  recraft,
  openai,
  openaiImages,
  openaiVideos,
  anthropic,
  gemini,
  runway,
  oneApi,
  polyphony,
  mcp,
]
