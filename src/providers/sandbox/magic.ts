import type { Json, JsonObject } from '../../core/json.ts'

/**
 * Magic words in any text of the input steer the sandbox:
 *
 *   sandbox:fail         accepted, then fails
 *   sandbox:moderation   accepted, then refused by content moderation
 *   sandbox:refuse       refused at once
 *   sandbox:slow=30      takes that many seconds
 *   sandbox:fast         is done at once
 *   sandbox:lost-answer  the answer to the call is lost; the task is found again
 *   sandbox:unreachable  the first two calls never arrive
 */
export interface Magic {
  ending: 'complete' | 'fail' | 'moderation'
  refuse: boolean
  lostAnswer: boolean
  unreachable: boolean
  seconds: number
}

const MAX_SECONDS = 600

export function magicOf(input: JsonObject, defaultSeconds = 2): Magic {
  const words = new Map<string, string>()
  for (const text of textsOf(input)) {
    for (const [, word = '', value = ''] of text.matchAll(/sandbox:([a-z-]+)(?:=(\d+(?:\.\d+)?))?/g))
      words.set(word, value)
  }
  const slow = words.get('slow')
  return {
    ending: words.has('moderation') ? 'moderation' : words.has('fail') ? 'fail' : 'complete',
    refuse: words.has('refuse'),
    lostAnswer: words.has('lost-answer'),
    unreachable: words.has('unreachable'),
    seconds: slow ? Math.min(MAX_SECONDS, Number(slow)) : words.has('fast') ? 0 : defaultSeconds,
  }
}

function textsOf(value: Json, texts: string[] = []): string[] {
  if (typeof value === 'string') texts.push(value)
  else if (value !== null && typeof value === 'object') for (const inner of Object.values(value)) textsOf(inner, texts)
  return texts
}
