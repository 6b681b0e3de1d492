import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeModels, openFakeModels, WORDS } from '../support/fake-models.ts'
import { LIVE_KEY, openGateway } from '../support/gateway.ts'

const root = new URL('../../', import.meta.url)
/** Inside the project, so that the snippet finds the packages that it imports. */
const folder = new URL(`.cache/quick-starts-${process.pid}/`, root)

let vendor: FakeModels
let page = ''
beforeAll(async () => {
  vendor = await openFakeModels()
  page = await readFile(new URL('docs/calls.md', root), 'utf8')
  await mkdir(folder, { recursive: true })
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
  await vendor[Symbol.asyncDispose]()
})

/** The variables of the command that starts with `first`, as the page has them. */
function variablesOf(first: string): Record<string, string> {
  const line = page.split('\n').find((one) => one.startsWith(`${first}=`) && one.includes('npm start'))
  if (!line) throw new Error(`docs/calls.md starts nothing with ${first}.`)
  const [command = ''] = line.split(' npm start')
  const variables = command.split(' ').map((one) => one.split(/=(.*)/s).slice(0, 2))
  return Object.fromEntries(variables.map(([name, value = '']) => [name, value.replace('…', 'the-rest-of-the-key')]))
}

/** The snippet of the page, at another address and for another model, as a module that exports its answer. */
async function snippet(url: string, model: string, name: string): Promise<string> {
  const [, code = ''] = /```ts\n(import OpenAI[\s\S]*?)```/.exec(page) ?? []
  expect(code).toContain('http://127.0.0.1:8080')
  const changed = code.replace('http://127.0.0.1:8080', url).replace('claude-haiku-4-5', model)
  const path = new URL(`${name}.ts`, folder)
  await writeFile(path, `${changed}\nexport { answer }\n`)
  return path.href
}

describe('the quick start of docs/calls.md', () => {
  it.each([
    ['OPENAI_API_KEY', { OPENAI_BASE_URL: '/openai/v1' }, 'gpt-5-mini', '/openai/v1/chat/completions'],
    ['ANTHROPIC_API_KEY', { ANTHROPIC_BASE_URL: '/anthropic' }, 'claude-haiku-4-5', '/anthropic/v1/messages'],
    ['OPENAI_COMPATIBLE_BASE_URL', { OPENAI_COMPATIBLE_BASE_URL: '/v1' }, 'local-model', '/v1/chat/completions'],
    ['AZURE_OPENAI_API_KEY', { AZURE_OPENAI_ENDPOINT: '' }, 'gpt-5-mini', '/openai/v1/chat/completions'],
  ])('with %s answers the official client', async (first, addresses, model, path) => {
    vendor.seen.length = 0
    const written = variablesOf(first)
    for (const name of Object.keys(addresses)) if (name.startsWith('AZURE')) expect(written).toHaveProperty(name)
    // The vendor is a fake one; every other variable is that of the page.
    const fake = Object.entries(addresses).map(([name, at]) => [name, vendor.url + at])
    await using test = await openGateway({ env: { ...written, ...Object.fromEntries(fake) } })
    process.env.POLYPHONY_KEY = LIVE_KEY
    await expect
      .poll(async () => JSON.stringify((await test.send('GET', '/v1/models')).body))
      .toContain(model === 'local-model' || first.startsWith('AZURE') ? model : 'suno')
    const { answer } = await import(/* @vite-ignore */ await snippet(test.url, model, first))
    expect(answer.choices[0].message.content).toBe(WORDS.join(''))
    expect(vendor.seen.map((seen) => seen.path)).toContain(path)
  })

  it('names the port of Ollama, which is looked for without it', () => {
    expect(variablesOf('OPENAI_COMPATIBLE_BASE_URL')).toEqual({
      OPENAI_COMPATIBLE_BASE_URL: 'http://127.0.0.1:11434/v1',
    })
  })
})
