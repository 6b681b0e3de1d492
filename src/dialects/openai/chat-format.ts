import type { Format } from '../../calls/format.ts'
import { metersOf } from '../shared/formats/meter.ts'
import { boundOfChat } from './bounds.ts'
import { errorBody } from './errors.ts'
import { namedInChat, soundsOfChat } from './named-items.ts'
import { readChat } from './read-chat.ts'
import { chatUsage } from './usage.ts'
import { writeChat } from './write-chat.ts'
import { streamChat } from './write-chat-stream.ts'

/** Chat Completions (https://platform.openai.com/docs/api-reference/chat). */
export const chatFormat: Format = {
  id: 'openai-chat',
  // Of answers in sound, which later messages name: https://platform.openai.com/docs/guides/audio.
  kept: {
    idOf: () => undefined,
    streamedId: () => undefined,
    itemsOf: soundsOfChat,
    streamedItems: (meter) => meter.itemIds(),
    namedIn: namedInChat,
  },
  read: readChat,
  answer: writeChat,
  openStream: streamChat,
  failure: errorBody,
  usageOf: (answer) => chatUsage(answer.usage, answer.service_tier),
  meter: metersOf({
    // Groq has its usage at the second place, Moonshot at the third.
    usage: ['usage', 'x_groq.usage', 'choices.usage'],
    text: [
      'choices.delta.content',
      'choices.delta.refusal',
      'choices.delta.reasoning_content',
      'choices.delta.reasoning',
      'choices.delta.tool_calls.function.arguments',
      'choices.text',
    ],
    words: ['service_tier', 'choices.delta.audio.id'],
    itemIds: ['choices.delta.audio.id'],
    choices: { each: 'choices', index: 'choices.index', reason: 'choices.finish_reason' },
    closing: { text: 'data: [DONE]\n\n', isIn: (_words, isDone) => isDone },
    endsOnce: true,
    errors: ['error'],
    read: (found, words) =>
      chatUsage(found.usage, words.last('service_tier')) ??
      chatUsage(found['x_groq.usage']) ??
      chatUsage(found['choices.usage']),
  }),
  boundOf: boundOfChat,
}
