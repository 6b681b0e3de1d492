import type { LanguageModelV4Prompt } from '@ai-sdk/provider'

/** Words in the last message of a user that steer the sandbox's language models, and what each does. */
export const CALL_MAGIC = {
  'sandbox:rate-limit': 'the call fails with 429, and may be repeated after a second',
  'sandbox:overloaded': 'the call fails with 503',
  'sandbox:refuse': 'the call fails with 400',
  'sandbox:moderation': 'the call is refused by content moderation',
  'sandbox:broken': 'the call fails in a way that nothing foresees: 504',
  'sandbox:slow': 'each word of a stream takes 500 ms; sandbox:slow=N takes N ms, at most 10,000',
  'sandbox:cut': 'a stream breaks off in its middle, and a whole answer fails with 504',
  'sandbox:long': 'the answer has 2,000 words; sandbox:long=N has N, at most 50,000',
  'sandbox:tool': 'the first tool is called, though the model may choose',
  'sandbox:think': 'reasoning comes before the answer',
} as const

const FAILURES = ['rate-limit', 'overloaded', 'refuse', 'moderation', 'broken'] as const

export interface CallMagic {
  failure: (typeof FAILURES)[number] | undefined
  wordMs: number
  isCut: boolean
  words: number | undefined
  callsTool: boolean
  thinks: boolean
}

export function callMagicOf(prompt: LanguageModelV4Prompt): CallMagic {
  return callMagicIn(lastUserText(prompt))
}

/** The same for what has no conversation, such as a text to embed. */
export function callMagicIn(text: string): CallMagic {
  const words = new Map<string, number | undefined>()
  for (const [, word = '', value] of text.matchAll(/sandbox:([a-z-]+)(?:=(\d{1,9}))?/g))
    words.set(word, value === undefined ? undefined : Number(value))
  const numberOf = (word: string, fallback: number, most: number) =>
    words.has(word) ? Math.min(most, words.get(word) ?? fallback) : undefined
  return {
    failure: FAILURES.find((word) => words.has(word)),
    wordMs: numberOf('slow', 500, 10_000) ?? 0,
    isCut: words.has('cut'),
    words: numberOf('long', 2_000, 50_000),
    callsTool: words.has('tool'),
    thinks: words.has('think'),
  }
}

export function lastUserText(prompt: LanguageModelV4Prompt): string {
  const message = prompt.findLast(({ role }) => role === 'user')
  if (message?.role !== 'user') return ''
  return message.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n')
}
