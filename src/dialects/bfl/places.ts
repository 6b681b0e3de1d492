import { bfl } from '../../catalog/bfl.ts'
import type { Operation } from '../../catalog/operation.ts'

/** What is served where. */

export const PREFIXES = ['/flux', '/bfl', ''] as const

/** Models that draw with a finetune; there are none here. */
export const FINETUNED = [
  'flux-pro-finetuned',
  'flux-pro-1.0-fill-finetuned',
  'flux-pro-1.0-canny-finetuned',
  'flux-pro-1.0-depth-finetuned',
  'flux-pro-1.1-ultra-finetuned',
] as const

/** Each at the path of its task type. */
export const MODELS: readonly Operation[] = bfl
