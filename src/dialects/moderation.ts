import type { PolyphonyError } from '../core/errors.ts'
import type { TaskError } from '../core/task.ts'

/**
 * Whether a provider refused the content. It has no code of its own: a provider says it in words, and so these are read.
 */
export function isModerated({ code, message }: Pick<TaskError | PolyphonyError, 'code' | 'message'>): boolean {
  return code === 'vendor_refused' && /moderat|nsfw|safety|(?:content|usage)[ _-]polic/i.test(message)
}
