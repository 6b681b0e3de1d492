import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { type Blueprint, runScenario } from '../support/make.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'

/** The files of docs/automation, as Make and Zapier run them, against a whole gateway. */

const FOLDER = new URL('../../docs/automation/', import.meta.url)

let gateway: TestGateway
let receiver: Receiver
beforeAll(async () => {
  ;[gateway, receiver] = await Promise.all([openGateway(), openReceiver()])
})
afterAll(() => Promise.all([gateway?.[Symbol.asyncDispose](), receiver?.close()]))

/** A blueprint with the values that its page tells to set. */
async function blueprint(name: string, values: Record<string, string> = {}): Promise<Blueprint> {
  const read: Blueprint = JSON.parse(await readFile(new URL(`${name}.blueprint.json`, FOLDER), 'utf8'))
  const given: Record<string, string> = { gateway: gateway.url, key: TEST_KEY, ...values }
  for (const { mapper } of read.flow.filter(({ module }) => module === 'util:SetVariables')) {
    for (const one of mapper.variables as { name: string; value: string }[]) one.value = given[one.name] ?? one.value
  }
  return read
}

describe('the blueprints for Make', () => {
  it('submit a song, wait for it, and download it', async () => {
    const { bundles, stoppedAt } = await runScenario(await blueprint('make-song'))
    expect(stoppedAt).toBeUndefined()
    expect(bundles.get(4)).toMatchObject({ data: { status: 'completed', operation: 'suno/music' } })
    const file = bundles.get(5) as { fileName: string; data: Uint8Array }
    expect(file.fileName).toMatch(/\.mp3$/)
    expect(file.data.byteLength).toBeGreaterThan(1_000)
  })

  it('go on with a finished song that a webhook reports, and not with a failed one', async () => {
    const submit = async (idea: string): Promise<unknown> => {
      receiver.received.length = 0
      const body = { operation: 'suno/music', input: { gpt_description_prompt: idea }, webhook: receiver.url }
      await gateway.send('POST', '/polyphony/v1/tasks', { key: TEST_KEY, body })
      await receiver.until((received) => received.length === 1)
      return JSON.parse(receiver.received[0]?.body ?? '')
    }
    const scenario = await blueprint('make-song-finished')
    const { bundles } = await runScenario(scenario, await submit('a canal at night'))
    expect(bundles.get(4)).toMatchObject({ fileName: expect.stringMatching(/\.mp3$/) })
    expect(await runScenario(scenario, await submit('sandbox:fail'))).toMatchObject({ stoppedAt: 4 })
  })

  it('stop with the gateway’s own words where the key or the text is wrong', async () => {
    await expect(runScenario(await blueprint('make-song', { key: 'sk-wrong' }))).rejects.toThrow(/^401: .*unauthorized/)
    const long = await blueprint('make-song', { idea: 'a'.repeat(3_001) })
    await expect(runScenario(long)).rejects.toThrow(/^400: .*input\.gpt_description_prompt/)
  })

  it('have what Make needs to import them: ids of their own, versions, and places on the canvas', async () => {
    for (const name of ['make-song', 'make-song-finished']) {
      const { flow } = await blueprint(name)
      expect(new Set(flow.map(({ id }) => id)).size).toBe(flow.length)
      for (const { version, metadata, mapper } of flow) {
        expect({ version, mapper, designer: metadata.designer }).toEqual({
          version: expect.any(Number),
          mapper: expect.any(Object),
          designer: { x: expect.any(Number), y: 0, name: expect.any(String) },
        })
      }
    }
  })
})

describe('the code steps for Zapier', () => {
  /** As "Run JavaScript" runs a step: in an asynchronous function, with `inputData`; the result is `output`. */
  async function runStep(name: string, inputData: Record<string, unknown>): Promise<unknown> {
    const code = await readFile(new URL(`${name}.js`, FOLDER), 'utf8')
    const step = `data:text/javascript,${encodeURIComponent(`export default async (inputData) => { let output\n${code}\nreturn output }`)}`
    const { default: run } = await import(/* @vite-ignore */ step)
    return run(inputData)
  }

  it('submit a song with the address of a hook, and read it when the hook is called', async () => {
    receiver.received.length = 0
    const inputs = { gateway: gateway.url, key: TEST_KEY }
    const submitted = await runStep('zapier-submit', { ...inputs, idea: 'a "night" train', hook: receiver.url })
    expect(submitted).toEqual({ id: expect.any(String), price_usd: expect.any(Number) })
    await receiver.until((received) => received.length === 1)
    const { id } = JSON.parse(receiver.received[0]?.body ?? '')
    expect(submitted).toMatchObject({ id })
    const clip = { title: expect.any(String), audio: expect.stringContaining('.mp3'), image: expect.any(String) }
    expect(await runStep('zapier-finished', { ...inputs, id })).toEqual([clip, clip])
  })

  it('fail with the code and the words of the gateway', async () => {
    const inputs = { gateway: gateway.url, key: TEST_KEY }
    const wrong = runStep('zapier-submit', { ...inputs, idea: 'a'.repeat(3_001), hook: receiver.url })
    await expect(wrong).rejects.toThrow(/^invalid_input: input\.gpt_description_prompt/)
    await expect(runStep('zapier-finished', { ...inputs, id: 'none' })).rejects.toThrow(/^task_not_found: /)
  })
})

it('the descriptions that docs/automation.md names for GPT actions are within the limits of those', async () => {
  const page = await readFile(new URL('../automation.md', FOLDER), 'utf8')
  const named = [...page.matchAll(/`\/openapi\/([a-z-]+)\.json`/g)].map(([, name]) => name ?? '')
  expect(named.length).toBeGreaterThanOrEqual(4)
  for (const name of new Set(named)) {
    const { body } = await gateway.send('GET', `/openapi/${name}.json`)
    const { servers, paths } = body as unknown as { servers: unknown; paths: Record<string, Record<string, Described>> }
    expect(servers).toEqual([{ url: gateway.url }])
    const operations = Object.values(paths).flatMap((ways) => Object.values(ways))
    const ids = operations.map(({ operationId }) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
    expect({ name, count: ids.length > 30 }).toEqual({ name, count: false })
    for (const { operationId, summary = '', description = '', parameters = [] } of operations) {
      expect(operationId).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
      expect(Math.max(summary.length, description.length)).toBeLessThanOrEqual(300)
      for (const parameter of parameters) expect((parameter.description ?? '').length).toBeLessThanOrEqual(700)
    }
  }
})

interface Described {
  operationId: string
  summary?: string
  description?: string
  parameters?: { description?: string }[]
}
