import { expect } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { download, openGateway, type PiapiTask, TEST_KEY, type TestGateway } from './gateway.ts'

/** Two gateways in a row: the near one uses the far one, with its sandbox, as a vendor. */
export interface TwoGateways extends AsyncDisposable {
  near: TestGateway
  far: TestGateway
  /** A task of the near one that must be accepted, once it has ended. */
  made(model: string, taskType: string, input: JsonObject): Promise<PiapiTask>
  /** Runs `work`, and expects that it costs exactly `points` at the near one. */
  costing<Made>(points: number, work: () => Promise<Made>): Promise<Made>
}

/** `variables` are of the near gateway's environment; `{far}` in them is the far one's address. */
export async function openTwoGateways(variables: Record<string, string>): Promise<TwoGateways> {
  const far = await openGateway()
  const env = Object.fromEntries(
    Object.entries(variables).map(([name, text]) => [name, text.replace('{far}', far.url)]),
  )
  const near = await openGateway({ env })
  return {
    near,
    far,
    async made(model, taskType, input) {
      const { task_id } = await near.piapi.create(taskType, input, { model })
      return near.piapi.ended(task_id)
    },
    async costing(points, work) {
      const before = await near.balance()
      const result = await work()
      const after = await near.balance()
      expect({ spent: before.available - after.available, held: after.held }).toEqual({
        spent: points,
        held: before.held,
      })
      return result
    },
    async [Symbol.asyncDispose]() {
      await near[Symbol.asyncDispose]()
      await far[Symbol.asyncDispose]()
    },
  }
}

/** Every address in an answer of the near gateway is its own, and leads to a file of that type. */
export async function expectOwnFiles({ near }: TwoGateways, answer: unknown, mediaType: RegExp): Promise<void> {
  const urls = [...JSON.stringify(answer).matchAll(/"(https?:[^"]+)"/g)].map(([, url = '']) => url)
  expect(urls).not.toEqual([])
  for (const url of new Set(urls)) {
    expect(url.startsWith(`${near.url}/files/`), url).toBe(true)
    const { headers, bytes } = await download(url)
    expect(headers.get('content-type')).toMatch(mediaType)
    expect(bytes.byteLength).toBeGreaterThan(100)
  }
}

/** The far gateway as the near one's environment names it. */
export const FAR_KEY = TEST_KEY
