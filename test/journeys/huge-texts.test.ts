import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json } from '../../src/core/json.ts'
import { TEST_KEY } from '../support/gateway.ts'
import { type ServerProcess, serve } from '../support/server-process.ts'

/**
 * Large texts in a server that has run for long. V8 stops optimizing regular expressions in a process that has compiled
 * many, and a repetition over ten million characters then overflows its stack; here it optimizes none from the start.
 */

const LENGTH = 14_400_000
const HUGE: Record<string, string> = {
  'a text that is nearly a data URI': `data:image/png;base64,${'A'.repeat(LENGTH)}%`,
  'a URL of one long word and a space': `https://${'a'.repeat(LENGTH)} a`,
}

const BODIES: [path: string, bodyWith: (text: string) => Json][] = [
  ['/api/v1/task', (image) => ({ model: 'Qubico/image-toolkit', task_type: 'background-remove', input: { image } })],
  ['/mj/submit/describe', (base64) => ({ base64 })],
  ['/mj/submit/simple-change', (content) => ({ content })],
  ['/recraft/v1/images/vectorize', (image_url) => ({ image_url })],
  ['/recraft/v1/styles', (file) => ({ style: 'digital_illustration', image_urls: [file] })],
  ['/runwayml/v1/voice_isolation', (audioUri) => ({ model: 'eleven_voice_isolation', audioUri })],
  ['/v1/predictions', (version) => ({ version, input: { prompt: 'a fox' } })],
  [
    '/v1/chat/completions',
    (url) => ({
      model: 'sandbox-chat',
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }],
    }),
  ],
  [
    '/v1/messages',
    (data) => ({
      model: 'sandbox-chat',
      max_tokens: 10,
      messages: [
        { role: 'user', content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data } }] },
      ],
    }),
  ],
]

let folder: string
let server: ServerProcess

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyphony-huge-'))
  server = await serve({
    env: { DATA_DIR: folder, PORT: '0', POLYPHONY_TEST_KEY: TEST_KEY, POLYPHONY_EGRESS_ALLOW: '' },
    nodeArgs: ['--no-regexp-optimization'],
  })
})
afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

describe('a server whose regular expressions are not optimized', () => {
  it.each(BODIES)('refuses texts of fourteen million characters at %s', async (path, bodyWith) => {
    for (const [what, text] of Object.entries(HUGE)) {
      const answer = await fetch(server.url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify(bodyWith(text)),
      })
      // Suno's and Midjourney's clients find the code of a refusal in an answer of status 200.
      const said = (await answer.text()).slice(0, 300)
      expect({ what, status: answer.status, said }).toEqual({
        what,
        status: expect.toSatisfy((status: number) => status < 500),
        said: expect.not.stringMatching(/internal|our side/),
      })
    }
  })
})
