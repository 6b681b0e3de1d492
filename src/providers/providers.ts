import { aceStep } from './ace-step/card.ts'
import { bfl } from './bfl/card.ts'
import { comfyui } from './comfyui/card.ts'
import { elevenlabs } from './elevenlabs/card.ts'
import { fal } from './fal/card.ts'
import { google } from './google/card.ts'
import { ideogram } from './ideogram/card.ts'
import { kling } from './kling/card.ts'
import { luma } from './luma/card.ts'
import { minimax } from './minimax/card.ts'
import { openai } from './openai/card.ts'
import { piapi } from './piapi/card.ts'
import { polyphony } from './polyphony/card.ts'
import type { ProviderCard } from './provider.ts'
import { recraft } from './recraft/card.ts'
import { relay } from './relay/card.ts'
import { replicate } from './replicate/card.ts'
import { runway } from './runway/card.ts'

/**
 * Every provider that an account can be of, one line each. Where several can do the same, the one further up is asked
 * first, unless the operator says otherwise.
 */
export const PROVIDERS: readonly ProviderCard[] = [
  openai,
  google,
  luma,
  runway,
  kling,
  bfl,
  ideogram,
  recraft,
  replicate,
  fal,
  minimax,
  piapi,
  relay,
  polyphony,
  comfyui,
  aceStep,
  elevenlabs,
]
