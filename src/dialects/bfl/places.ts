import { bfl } from '../../catalog/bfl.ts'
import type { Operation } from '../../catalog/operation.ts'

/** What is served where. */

export const PREFIXES = ['/flux', '/bfl', ''] as const

/** Each at the path of its task type; training is one of them. */
export const MODELS: readonly Operation[] = bfl
