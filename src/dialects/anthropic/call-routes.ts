import type { CallRoute } from '../kit/calls.ts'
import { statusOf } from '../shared/anthropic-errors.ts'
import { messagesFormat } from './messages-format.ts'

export const COUNTED = {
  model: { kind: 'text', isRequired: true },
  messages: { kind: 'objects', isRequired: true },
  system: { kind: 'text or list' },
  tools: { kind: 'objects' },
} as const

/** `/v1/messages`, as it is called by itself and in a batch. */
export const MESSAGES: CallRoute = {
  endpoint: 'messages',
  format: messagesFormat,
  fields: {
    ...COUNTED,
    max_tokens: { kind: 'count', isRequired: true },
    stream: { kind: 'flag' },
    'tools[].max_uses': { kind: 'count' },
  },
  statusOf,
}
