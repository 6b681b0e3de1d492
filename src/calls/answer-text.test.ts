import { expect, it } from 'vitest'
import { charactersIn } from './answer-text.ts'

it.each([
  ['a chat completion', { choices: [{ message: { role: 'assistant', content: 'four', reasoning_content: 'ab' } }] }, 6],
  [
    'tool calls',
    { choices: [{ message: { content: null, tool_calls: [{ function: { name: 'f', arguments: '{}' } }] } }] },
    2,
  ],
  ['a completion', { choices: [{ text: 'abc' }, { text: 'de' }] }, 5],
  ['a response', { output: [{ type: 'message', content: [{ type: 'output_text', text: 'abc' }] }] }, 3],
  [
    'a message',
    {
      content: [
        { type: 'thinking', thinking: 'ab' },
        { type: 'tool_use', input: { a: 1 } },
      ],
    },
    9,
  ],
  ['Gemini', { candidates: [{ content: { parts: [{ text: 'abc' }, { functionCall: { name: 'f', args: {} } }] } }] }, 5],
  [
    'the parts of a model',
    [
      { type: 'text', text: 'abc' },
      { type: 'reasoning', text: 'd' },
    ],
    4,
  ],
  ['embeddings', { data: [{ embedding: [0.5], index: 0, object: 'embedding' }] }, 0],
])('counts what a model has written in %s', (_name, answer, expected) => {
  expect(charactersIn(answer)).toBe(expected)
})
