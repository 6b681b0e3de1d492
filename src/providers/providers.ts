import { aceStep } from './ace-step/manifest.ts'
import { anthropic } from './anthropic/manifest.ts'
import { azure } from './azure/manifest.ts'
import { bedrock } from './bedrock/manifest.ts'
import { bfl } from './bfl/manifest.ts'
import { comfyui } from './comfyui/manifest.ts'
import { elevenlabs } from './elevenlabs/manifest.ts'
import { fal } from './fal/manifest.ts'
import { google } from './google/manifest.ts'
import { ideogram } from './ideogram/manifest.ts'
import { kling } from './kling/manifest.ts'
import { luma } from './luma/manifest.ts'
import { minimax } from './minimax/manifest.ts'
import { openai } from './openai/manifest.ts'
import { openaiCompatible } from './openai-compatible/manifest.ts'
import { compatibleVendors } from './openai-compatible/presets.ts'
import { piapi } from './piapi/manifest.ts'
import { polyphony } from './polyphony/manifest.ts'
import type { ProviderManifest } from './provider.ts'
import { recraft } from './recraft/manifest.ts'
import { relay } from './relay/manifest.ts'
import { replicate } from './replicate/manifest.ts'
import { runway } from './runway/manifest.ts'

/**
 * Every provider that an account can be of, one line each. Where several perform the same operation, the earlier one is
 * preferred, unless the operator sets another order.
 */
export const PROVIDERS: readonly ProviderManifest[] = [
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
  anthropic,
  azure,
  bedrock,
  ...compatibleVendors,
  openaiCompatible,
]
