import { bfl } from '../../catalog/bfl.ts'
import type { Operation } from '../../catalog/operation.ts'

/** What is served where. */

export const PREFIXES = ['/flux', '/bfl', ''] as const

/** Each at the path of its task type; training is one of them. */
export const MODELS: readonly Operation[] = bfl

/** Of tasks that are made, and of the finetunes that training makes. */
const FINETUNES = ['finetune_details', 'my_finetunes', 'delete_finetune'] as const

export const PATHS = [
  '/flux',
  '/bfl',
  ...[...MODELS.map(({ taskType }) => taskType), 'get_result', 'credits', ...FINETUNES].map(
    (name) => `/v1/${name}` as const,
  ),
] as const
