import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { type FakeComfyui, KEY, openComfyui } from '../../src/providers/comfyui/vendor.testing.ts'
import { download, openGateway, type PiapiTask, type TestGateway } from '../support/gateway.ts'

/** A gateway with its operator's ComfyUI at a private address. */

let comfyui: FakeComfyui
let gateway: TestGateway

beforeAll(async () => {
  comfyui = await openComfyui()
  gateway = await openGateway({ env: { COMFYUI_BASE_URL: comfyui.url, COMFYUI_API_KEY: KEY } })
})
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await comfyui?.close()
})

const PIXEL = `data:image/png;base64,${'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='}`

async function made(model: string, taskType: string, input: JsonObject): Promise<PiapiTask> {
  const { task_id } = await gateway.piapi.create(taskType, input, { model })
  return gateway.piapi.ended(task_id)
}

describe('a gateway with ComfyUI', { timeout: 60_000 }, () => {
  it.each<[string, string, JsonObject, string]>([
    ['Qubico/flux1-dev', 'txt2img', { prompt: 'a cat', width: 512, height: 512 }, 'image/png'],
    ['Qubico/flux1-dev', 'img2img', { prompt: 'a cat', image: PIXEL }, 'image/png'],
    ['Qubico/wanx', 'img2video-14b', { prompt: 'a fox', image: PIXEL }, 'video/mp4'],
    ['Qubico/ace-step', 'txt2audio', { style_prompt: 'raga', duration: 20 }, 'audio/mpeg'],
    ['Qubico/trellis', 'image-to-3d', { image: PIXEL }, 'model/gltf-binary'],
  ])('performs %s / %s, stores the files and charges the price', async (model, taskType, input, mediaType) => {
    const before = await gateway.balance()
    const task = await made(model, taskType, input)
    expect(task).toMatchObject({ status: 'completed', error: { code: 0 } })
    const [, url = ''] = /"(https?:[^"]+)"/.exec(JSON.stringify(task.output)) ?? []
    expect(url.startsWith(`${gateway.url}/files/`)).toBe(true)
    expect((await download(url)).bytes.byteLength).toBeGreaterThan(20)
    expect(await gateway.store.getTask({ id: task.task_id })).toMatchObject({ provider: 'comfyui' })
    const stored = JSON.stringify((await gateway.store.getTask({ id: task.task_id }))?.output)
    expect(stored).toContain(
      { 'image/png': '.png', 'video/mp4': '.mp4', 'audio/mpeg': '.mp3', 'model/gltf-binary': '.glb' }[mediaType],
    )
    const after = await gateway.balance()
    expect(before.available - after.available).toBe(task.meta.usage.consume)
    expect(task.meta.usage.consume).toBeGreaterThan(0)
  })

  it('releases the hold for a field that the workflow has no place for, and names the field', async () => {
    const before = await gateway.balance()
    const task = await made('Qubico/image-toolkit', 'background-remove', { image: PIXEL, rmbg_model: 'RMBG-1.4' })
    expect(task).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('rmbg_model') } })
    expect(await gateway.balance()).toEqual(before)
    await gateway.assertBalanced()
  })
})
