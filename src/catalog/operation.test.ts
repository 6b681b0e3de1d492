import { describe, expect, it } from 'vitest'
import { bflFinetune } from './bfl.ts'
import { inputOf } from './operation.ts'
import { readInput } from './read-input.ts'

const FILE = 'https://client.example/pictures.zip'

describe('the typed input of an operation', () => {
  const input = readInput(bflFinetune, { finetune_comment: 'my dog', file_data: FILE, mode: 'general' })

  it('is read from a task of that operation, with its defaults', () => {
    const typed = inputOf(bflFinetune, { operation: bflFinetune.id, input })
    const words: [string, number] = [typed.trigger_word, typed.iterations]
    expect(words).toEqual(['TOK', 300])
    // @ts-expect-error The compiler knows the fields of the operation, and has none of this name.
    expect(typed.trigger_words).toBeUndefined()
  })

  it('is refused for a task of another operation', () => {
    expect(() => inputOf(bflFinetune, { operation: 'suno/music', input })).toThrow(
      'The task is one of suno/music, not of bfl/finetune.',
    )
  })
})
