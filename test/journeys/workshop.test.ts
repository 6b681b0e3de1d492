import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { translatedBy } from '../../web/src/i18n/templates.ts'
import { zhMessages } from '../../web/src/i18n/zh-messages.ts'
import { download, LIVE_KEY, openGateway, type TestGateway } from '../support/gateway.ts'

/** A gateway with nothing beside it: live keys, and no account anywhere. */
let gateway: TestGateway
beforeAll(async () => {
  gateway = await openGateway()
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

const DOT = '<ellipse cx="24" cy="24" rx="12" ry="15" fill="#d2452d"/>'

async function dataUri(svg: string, side = 48): Promise<string> {
  const whole = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 48 48">${svg}</svg>`
  const png = await sharp(Buffer.from(whole)).removeAlpha().png().toBuffer()
  return `data:image/png;base64,${png.toString('base64')}`
}

const picture = (side?: number): Promise<string> => dataUri(`<rect width="48" height="48" fill="#e9e4d8"/>${DOT}`, side)
const mask = (): Promise<string> => dataUri('<rect width="48" height="48"/><circle cx="24" cy="24" r="6" fill="#fff"/>')

interface Made {
  image: { url: string }
}

async function edited(path: string, body: JsonObject): Promise<{ headers: Headers; bytes: Uint8Array }> {
  const answer = await gateway.send('POST', `/v1/images/${path}`, { key: LIVE_KEY, body })
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  return download((answer.body as unknown as Made).image.url)
}

function refused(path: string, body: JsonObject): Promise<{ status: number; body: Json }> {
  return gateway.send('POST', `/v1/images/${path}`, { key: LIVE_KEY, body })
}

describe('a live key without any account', { timeout: 60_000 }, () => {
  it('gets a drawing of a picture through Recraft’s path', async () => {
    const { headers, bytes } = await edited('vectorize', { image_url: await picture() })
    expect(headers.get('content-type')).toMatch(/^image\/svg\+xml/)
    expect(Buffer.from(bytes).toString()).toMatch(/<svg [^>]*width="48" height="48"[\s\S]*<path/)
  })

  it.each(['removeBackground', 'crispUpscale', 'clarityUpscale'])('gets a real picture of %s', async (path) => {
    const { bytes } = await edited(path, { image_url: await picture(), image_format: 'png' })
    const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true })
    const side = path === 'removeBackground' ? 48 : 96
    expect(info).toMatchObject({ width: side, height: side, channels: path === 'removeBackground' ? 4 : 3 })
    const middle = info.channels * ((side / 2) * side + side / 2)
    expect(data[middle]).toBeGreaterThan(180) // the red of the dot
    expect(data[middle + 1]).toBeLessThan(110)
    if (info.channels === 4) expect([data[3], data[middle + 3]]).toEqual([0, 255])
  })

  it('gets a region erased, filled with what is around it', async () => {
    const files = { image_url: await picture(), mask_url: await mask() }
    const { headers, bytes } = await edited('eraseRegion', files)
    expect(headers.get('content-type')).toMatch(/^image\/webp/)
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 48, height: 48 })
  })

  it('enlarges through PiAPI’s route, is told who did it, and is priced by the pixels that there are', async () => {
    const input = { image: await picture(16), scale: 3 }
    const { data } = (await gateway.piapi.post({ model: 'Qubico/image-toolkit', task_type: 'upscale', input })).body
    const task = await gateway.piapi.ended(data.task_id)
    expect(task.status).toBe('completed')
    const stored = await gateway.store.getTask({ id: data.task_id })
    expect(stored).toMatchObject({
      provider: 'workshop',
      // One started megapixel, since the size of a picture that comes along is known.
      pricePoints: 10_000,
      consumedPoints: 10_000,
      logs: expect.arrayContaining([
        'enlarged by Anime4K, or beyond twice the sides by ESRGAN in the embedded workshop',
      ]),
      output: { pictures: [{ widthPx: 48, heightPx: 48 }] },
    })
  })

  it('cuts out through PiAPI’s route', async () => {
    const input = { image: await picture() }
    const { data } = (
      await gateway.piapi.post({ model: 'Qubico/image-toolkit', task_type: 'background-remove', input })
    ).body
    const task = await gateway.piapi.ended(data.task_id)
    expect(task).toMatchObject({ status: 'completed', output: { image_url: expect.stringMatching(/\.png$/) } })
  })

  it.each([
    ['background-remove', { rmbg_model: 'BEN2' }, 'The workshop has no BEN2 (rmbg_model)'],
    ['upscale', { face_enhance: true }, 'The workshop restores no faces (face_enhance).'],
    ['upscale', { scale: 8 }, 'The workshop enlarges at most 4 times (scale).'],
  ])('is refused %s with %j, by the name of the field, and nothing is held', async (taskType, fields, reason) => {
    const before = await gateway.balance()
    const input = { image: await picture(), ...fields }
    const answer = await gateway.piapi.post({ model: 'Qubico/image-toolkit', task_type: taskType, input })
    expect(answer).toMatchObject({ status: 503, body: { error: { type: 'no_provider' } } })
    expect(JSON.stringify(answer.body)).toContain(reason)
    expect(await gateway.balance()).toEqual(before)
  })

  describe('is refused a picture that is too large by the name of its field, with nothing stored or held', () => {
    const state = async () => ({
      tasks: await gateway.store.countTasks({ tenantId: gateway.tenantId }),
      balance: await gateway.balance(),
      files: (await gateway.store.listExpiredAssets({ now: Number.MAX_SAFE_INTEGER, limit: 1_000 })).length,
    })

    it.each([
      ['crispUpscale', { upscale: 'upscale16mp' }, 'grow 85.3 times, and at most 4 times is possible'],
      ['clarityUpscale', { upscale: 'upscale4mp' }, 'grow 42.7 times, and at most 4 times is possible'],
    ])('%s with %j', async (path, fields, reason) => {
      const body = { image_url: await picture(48), ...fields }
      const before = await state()
      const answer = await refused(path, body)
      expect(answer.status).toBe(400)
      expect(JSON.stringify(answer.body)).toContain(`has 48x48 pixels; for`)
      expect(JSON.stringify(answer.body)).toContain(reason)
      expect(await state()).toEqual(before)
    })

    it('sent along, or uploaded before, through PiAPI’s route', async () => {
      const image = await picture(1_100)
      const file_data = image.slice(image.indexOf(',') + 1)
      const uploaded = await gateway.send('POST', '/api/ephemeral_resource', {
        key: LIVE_KEY,
        body: { file_name: 'large.png', file_data },
      })
      const { url } = (uploaded.body as unknown as { data: { url: string } }).data
      const before = await state()
      for (const named of [image, url]) {
        const input = { image: named, scale: 4 }
        const answer = await gateway.piapi.post({ model: 'Qubico/image-toolkit', task_type: 'upscale', input })
        expect(answer.status).toBe(400)
        expect(JSON.stringify(answer.body)).toContain(
          'input.image has 1100x1100 pixels; enlarged 4 times it would have 4400x4400, and at most 4,194,304 are possible',
        )
      }
      expect(await state()).toEqual(before)
    })

    it('a mask of another size', async () => {
      const files = { image_url: await picture(), mask_url: await dataUri('<rect width="48" height="48"/>', 50) }
      const before = await state()
      const answer = await refused('eraseRegion', files)
      expect(answer.status).toBe(400)
      expect(JSON.stringify(answer.body)).toMatch(
        /mask\S* must have the size of the picture; it has 50x50 pixels, not 48x48/,
      )
      expect(await state()).toEqual(before)
    })
  })

  it('is told the price of enlarging a picture that comes along by its own size', async () => {
    const input = { image: await picture(1_100), scale: 2 }
    const body = { model: 'Qubico/image-toolkit', task_type: 'upscale', input }
    const answer = await gateway.send('POST', '/api/v1/task?dry_run=true', { key: LIVE_KEY, body })
    expect(answer.status).toBe(200)
    expect(JSON.stringify(answer.body)).toContain('0.005') // 2200x2200: five started megapixels
  })

  it('is refused the swap of faces with the name of the setting, and nothing is held', async () => {
    const before = await gateway.balance()
    const input = { target_image: await picture(), swap_image: await picture() }
    for (const task_type of ['face-swap', 'multi-face-swap']) {
      const answer = await gateway.piapi.post({ model: 'Qubico/image-toolkit', task_type, input })
      expect(answer).toMatchObject({ status: 503, body: { error: { type: 'no_provider' } } })
      const { message } = (answer.body as unknown as { error: { message: string } }).error // of a refusal
      expect(message).toMatch(
        /^No configured provider performs \S+ for live keys \(configured: .+sets POLYPHONY_WORKSHOP_FACES=on\.$/,
      )
      expect(translatedBy(zhMessages, message)).toMatch(/^已配置的服务商.*才会换脸。$/)
    }
    expect(await gateway.balance()).toEqual(before)
  })

  it('is refused what would be pretended: gradients, and detail that is not in the picture', async () => {
    const body = { image_url: await picture() }
    expect(await refused('vectorize', { ...body, return_gradients: 'on' })).toMatchObject({ status: 503 })
    expect(await refused('generativeUpscale', body)).toMatchObject({ status: 503 })
  })

  it('has the hold back when its files cannot be worked on, and reads why', async () => {
    const before = await gateway.balance()
    const files = { image_url: await picture(), mask_url: await dataUri('<rect width="48" height="48"/>') }
    const answer = await refused('eraseRegion', files)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(JSON.stringify(answer.body)).toContain('The mask in mask_url has no white area')
    expect(await gateway.balance()).toEqual(before)
    await gateway.assertBalanced()
  })
})

describe('a live key where the operator switched faces on', { timeout: 60_000 }, () => {
  let withFaces: TestGateway
  /** Two faces beside each other, of the gallery's astronaut (NASA, in the public domain). */
  let pair: string
  beforeAll(async () => {
    withFaces = await openGateway({ env: { POLYPHONY_WORKSHOP_FACES: 'on' } })
    const gallery = new URL('../../docs/images/workshop/enlarge.webp', import.meta.url).pathname
    const png = await sharp(gallery).resize(504, 250, { fit: 'fill' }).png().toBuffer()
    pair = `data:image/png;base64,${png.toString('base64')}`
  })
  afterAll(() => withFaces?.[Symbol.asyncDispose]())

  async function swapped(task_type: string, input: JsonObject) {
    const { data } = (await withFaces.piapi.post({ model: 'Qubico/image-toolkit', task_type, input })).body
    return withFaces.piapi.ended(data.task_id)
  }

  it.each([
    ['face-swap', {}],
    ['multi-face-swap', { swap_faces_index: '0,1', target_faces_index: '1, 0' }],
  ])('gets a picture of %s in the size of the target, and reads who made it', async (taskType, fields) => {
    const task = await swapped(taskType, { target_image: pair, swap_image: pair, ...fields })
    expect(task).toMatchObject({ status: 'completed', output: { image_url: expect.stringMatching(/\.png$/) } })
    const { bytes } = await download((task.output as { image_url: string }).image_url)
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 504, height: 250 })
    const stored = await withFaces.store.getTask({ id: task.task_id })
    expect(stored?.logs).toContain('swapped by BlazeFace and FaceMesh in the embedded workshop')
  })

  it.each([
    [{ swap_faces_index: '7' }, 'swap_faces_index names face 7, and the picture in swap_image has 2, counted from 0.'],
    [{ swap_image: 'plain' }, 'No face was found in the picture in swap_image.'],
  ])('has its money back where %j cannot be done, and reads why', async (fields, reason) => {
    const before = await withFaces.balance()
    const changed = 'swap_image' in fields ? { swap_image: await picture() } : fields
    const task = await swapped('multi-face-swap', { target_image: pair, swap_image: pair, ...changed })
    expect(task.status).toBe('failed')
    expect(JSON.stringify(task.error)).toContain(reason)
    expect(await withFaces.balance()).toEqual(before)
  })

  it.each([
    [{ target_faces_index: '0, 1,0' }, 'target_faces_index names face 0 more than once'],
    [{ swap_faces_index: '0,1', target_faces_index: '0' }, 'swap_faces_index names 2 faces and target_faces_index 1'],
  ])('is refused %j before anything is held', async (fields, reason) => {
    const input = { target_image: pair, swap_image: pair, ...fields }
    const body = { model: 'Qubico/image-toolkit', task_type: 'multi-face-swap', input }
    const answer = await withFaces.piapi.post(body)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(JSON.stringify(answer.body)).toContain(reason)
  })
})
