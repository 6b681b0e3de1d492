import { describe, expect, it } from 'vitest'
import { magicOf } from './magic.ts'

const USUAL = { ending: 'complete', refuse: false, lostAnswer: false, unreachable: false, seconds: 2 }

describe('magic words', () => {
  it.each([
    ['a song', {}],
    ['sandbox:fail', { ending: 'fail' }],
    ['sandbox:moderation', { ending: 'moderation' }],
    ['sandbox:fail and sandbox:moderation', { ending: 'moderation' }],
    ['sandbox:refuse', { refuse: true }],
    ['sandbox:lost-answer', { lostAnswer: true }],
    ['sandbox:unreachable', { unreachable: true }],
    ['sandbox:fast', { seconds: 0 }],
    ['sandbox:slow=30', { seconds: 30 }],
    ['sandbox:slow=0.5', { seconds: 0.5 }],
    ['sandbox:slow=99999', { seconds: 600 }],
    ['sandbox:slow', {}],
    ['sandbox:dance', {}],
    ['[Verse]\nsandbox:fail,sandbox:slow=1.', { ending: 'fail', seconds: 1 }],
  ])('in "%s" give %o', (text, expected) => {
    expect(magicOf({ prompt: text })).toEqual({ ...USUAL, ...expected })
  })

  it('are found in any text of the input, at any depth', () => {
    expect(magicOf({ a: [{ b: 'sandbox:fail' }], c: null, d: 5, e: true })).toEqual({ ...USUAL, ending: 'fail' })
  })
})
