import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { getOperation } from '../../catalog/catalog.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { providerContract } from '../contract.ts'
import { anAccount, aSignal, resultOf } from '../kit/provider.testing.ts'
import { aReadableJob, aStoredJob, expectResult } from '../kit/results.testing.ts'
import type { Account, Job, Provider } from '../provider.ts'
import { comfyuiProvider } from './comfyui.ts'
import { comfyui as manifest } from './manifest.ts'
import { readTemplate } from './template.ts'
import { type FakeComfyui, KEY, openComfyui } from './vendor.testing.ts'

/** The machine may be busy with other tests. */
const PATIENCE = { timeout: 10_000 }
const PROMPT = { prompt: 'a little cat', width: 1_024, height: 768 }
const FLUX = 'Qubico/flux1-dev/txt2img'
const ADVANCED = 'Qubico/flux1-dev-advanced'
const IMAGE = 'https://example.com/cat.png'
const PAGE = new URL('../../../docs/providers/comfyui.md', import.meta.url)

describe('the adapter for ComfyUI', () => {
  let comfyui: FakeComfyui
  let provider: Provider
  const account = (given: Record<string, string> = {}, owner: Account['owner'] = 'operator'): Account => ({
    ...anAccount(manifest, { apiKey: KEY, baseUrl: comfyui.url, ...given }),
    owner,
  })

  beforeAll(async () => {
    comfyui = await openComfyui()
  })
  beforeEach(() => {
    provider = comfyuiProvider()
    comfyui.hasJobs = true
  })
  afterEach(() => provider.close?.())
  afterAll(() => comfyui.close())

  const operations = [...comfyuiProvider().operations]
  const lastGraph = () => comfyui.graphs.at(-1) ?? {}
  const made = (job: Job, given = account()) => resultOf(provider, job, given)
  async function graphOf(operation: string, input?: JsonObject) {
    await provider.submit(aReadableJob(operation, input), account(), aSignal())
    return lastGraph()
  }

  it.each(operations)('performs the example of %s to its end', async (operation) => {
    await expectResult(operation, await made(aReadableJob(operation)))
  })

  it.each(operations)('performs %s at an older server, with stored files', async (operation) => {
    comfyui.hasJobs = false
    await expectResult(operation, await made(aStoredJob(operation)))
  })

  it('sends a workflow with the values of the input, under the id of the task', async () => {
    const job = aReadableJob(FLUX, { ...PROMPT, steps: 20, guidance_scale: 3.5, seed: 7 })
    await made(job)
    expect(comfyui.vendor.at('POST', '/prompt').at(-1)?.json).toEqual({
      prompt_id: job.taskId,
      client_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      prompt: {
        model: { class_type: 'UNETLoader', inputs: { unet_name: 'flux1-dev.safetensors', weight_dtype: 'default' } },
        clip: {
          class_type: 'DualCLIPLoader',
          inputs: {
            clip_name1: 'clip_l.safetensors',
            clip_name2: 't5xxl_fp16.safetensors',
            type: 'flux',
            device: 'default',
          },
        },
        vae: { class_type: 'VAELoader', inputs: { vae_name: 'ae.safetensors' } },
        positive: { class_type: 'CLIPTextEncode', inputs: { text: 'a little cat', clip: ['clip', 0] } },
        negative: { class_type: 'CLIPTextEncode', inputs: { text: '', clip: ['clip', 0] } },
        guidance: { class_type: 'FluxGuidance', inputs: { conditioning: ['positive', 0], guidance: 3.5 } },
        latent: { class_type: 'EmptySD3LatentImage', inputs: { width: 1_024, height: 768, batch_size: 1 } },
        sampler: {
          class_type: 'KSampler',
          inputs: {
            seed: 7,
            steps: 20,
            cfg: 1,
            sampler_name: 'euler',
            scheduler: 'simple',
            denoise: 1,
            model: ['model', 0],
            positive: ['guidance', 0],
            negative: ['negative', 0],
            latent_image: ['latent', 0],
          },
        },
        decode: { class_type: 'VAEDecode', inputs: { samples: ['sampler', 0], vae: ['vae', 0] } },
        save: {
          class_type: 'SaveImage',
          inputs: { images: ['decode', 0], filename_prefix: `polyphony/${job.taskId}` },
        },
      },
    })
  })

  it('reads files with the key', async () => {
    const result = await made(aReadableJob('Qubico/flux1-schnell/txt2img', { ...PROMPT, batch_size: 2 }))
    expect(result.output).toMatchObject({ pictures: [{ widthPx: 1_024, heightPx: 768 }, {}] })
    await expectResult('Qubico/flux1-schnell/txt2img', result)
    const { query } = comfyui.vendor.at('GET', '/view').at(-1) ?? {}
    expect(Object.fromEntries(query ?? [])).toMatchObject({ subfolder: 'polyphony', type: 'output' })
  })

  it('uses one random seed for all nodes of a task', async () => {
    const seedOf = async (seed?: number) => {
      const graph = await graphOf(FLUX, { ...PROMPT, ...(seed === undefined ? {} : { seed }) })
      return graph.sampler?.inputs.seed
    }
    expect(await seedOf(0)).toBe(0)
    expect(await seedOf(-1)).not.toBe(await seedOf())
    const wan = await graphOf('Qubico/wanx/wan22-txt2video-14b')
    expect(wan.sampler?.inputs.noise_seed).toEqual(expect.any(Number))
    expect(wan['sampler-low']?.inputs.noise_seed).toBe(wan.sampler?.inputs.noise_seed)
  })

  it('converts ratios and lengths to pixels and frames', async () => {
    const wan = await graphOf('Qubico/wanx/txt2video-14b', { prompt: 'a fox', aspect_ratio: '9:16' })
    expect(wan.latent?.inputs).toMatchObject({ width: 480, height: 848, length: 85 })
    const hunyuan = await graphOf('Qubico/hunyuan/img2video-concat')
    expect(hunyuan.latent?.inputs).toMatchObject({ width: 960, height: 544, length: 85 })
    expect((await graphOf('Qubico/skyreels/img2video')).latent?.inputs).toMatchObject({ length: 97 })
    const framepack = await graphOf('Qubico/framepack/img2video', { start_image: IMAGE, duration: 20 })
    expect(framepack.sampler?.inputs).toMatchObject({ total_second_length: 20 })
  })

  it('uploads each file once, to the folder that nodes read', async () => {
    const before = comfyui.vendor.at('POST', '/upload/image').length
    const job = aReadableJob('Qubico/wanx/img2video-14b-keyframe', { start_image: IMAGE, end_image: IMAGE })
    await provider.submit(job, account(), aSignal())
    const uploads = comfyui.vendor.at('POST', '/upload/image').slice(before)
    expect(uploads).toHaveLength(1)
    const form = await uploads[0]?.form()
    const image = form?.get('image')
    const { name, type } = image instanceof File ? image : {}
    expect({ name, type, folder: form?.get('subfolder'), overwrite: form?.get('overwrite') }).toEqual({
      name: `${job.taskId}-1.png`,
      type: 'image/png',
      folder: 'polyphony',
      overwrite: 'true',
    })
    expect(lastGraph()['picture-last']?.inputs.image).toBe(`polyphony/${job.taskId}-1.png`)
    const song = aReadableJob('Qubico/flux1-dev/img2img', { prompt: 'x', image: 'https://example.com/song.mp3' })
    await expect(provider.submit(song, account(), aSignal())).rejects.toMatchObject({
      code: 'vendor_refused',
      message: 'image must be a file of the kind image, not audio/mpeg.',
    })
  })

  it('removes unused nodes from the graph and links around them', async () => {
    const edit = await graphOf('Qubico/qwen-image/image-edit', { prompt: 'x', image1: IMAGE })
    expect(Object.keys(edit)).not.toContain('picture2')
    expect(edit.positive?.inputs).toEqual({ prompt: 'x', clip: ['clip', 0], vae: ['vae', 0], image1: ['scaled', 0] })

    const control = { control_type: 'canny', control_image: IMAGE }
    const bare = await graphOf(`${ADVANCED}/controlnet-lora`, { prompt: 'x', control_net_settings: [control] })
    expect(Object.keys(bare)).not.toContain('lora')
    expect(Object.keys(bare)).not.toContain('save-read')
    expect(bare.positive?.inputs.clip).toEqual(['clip', 0])
    expect(bare.sampler?.inputs.model).toEqual(['model', 0])
    expect(bare.read?.inputs.preprocessor).toBe('CannyEdgePreprocessor')

    const whole = aReadableJob(`${ADVANCED}/controlnet-lora`, {
      prompt: 'x',
      control_net_settings: [{ ...control, return_preprocessed_image: true }],
      lora_settings: [{ lora_type: 'anime', lora_strength: 0.5 }],
    })
    expect((await made(whole)).output).toMatchObject({ pictures: [{}, {}] })
    expect(lastGraph().lora?.inputs).toMatchObject({
      lora_name: 'flux-anime.safetensors',
      strength_model: 0.5,
      strength_clip: 0.5,
    })
    expect(lastGraph().positive?.inputs.clip).toEqual(['lora', 1])

    const several = await graphOf('Qubico/trellis/image-to-3d', { images: [IMAGE, `${IMAGE}?2`] })
    expect(several.shape?.inputs).toMatchObject({ images: ['views2', 0], mode: 'multi' })
    const single = await graphOf('Qubico/trellis/image-to-3d', { image: IMAGE })
    expect(single.shape?.inputs).toMatchObject({ images: ['view1', 0], mode: 'single' })

    const cut = await graphOf('Qubico/image-toolkit/segment', { image: IMAGE, prompt: 'shoes' })
    expect(cut.around?.inputs.mask).toEqual(['wanted', 1])
    const plain = await graphOf('Qubico/image-toolkit/upscale', { image: IMAGE, scale: 3 })
    expect(plain.save?.inputs.images).toEqual(['sized', 0])
    expect(plain.sized?.inputs.scale_by).toBe(0.75)
  })

  it('uses a negative prompt if there is one', async () => {
    const graph = await graphOf(FLUX, { ...PROMPT, negative_prompt: 'dogs' })
    expect(graph.negative?.inputs.text).toBe('dogs')
    expect(graph.sampler?.inputs.cfg).toBe(2)
  })

  it('maps a camera movement to one pose and a speed', async () => {
    const operation = 'Qubico/wanx/img2video-14b-control-camera'
    const graph = async (config: JsonObject) =>
      (await graphOf(operation, { image: IMAGE, control_camera_settings: [{ type: 'static', config }] })).camera?.inputs
    expect(await graph({ zoom: 0.5, pan: 0 })).toMatchObject({ camera_pose: 'Zoom In', speed: 0.5 })
    expect(await graph({ horizontal: -20 })).toMatchObject({ camera_pose: 'Pan Left', speed: 10 })
    expect(await graph({})).toMatchObject({ camera_pose: 'Static', speed: 1 })
    await expect(graph({ zoom: 1, roll: 1 })).rejects.toMatchObject({
      code: 'vendor_refused',
      details: { field: 'control_camera_settings.0.config' },
    })
  })

  it('lets no value of the input change the graph’s structure', async () => {
    const graph = await graphOf(FLUX, { ...PROMPT, prompt: '["clip",0]', class_type: 'Evil', graph: { evil: {} } })
    expect(graph.positive?.inputs.text).toBe('["clip",0]')
    expect(JSON.stringify(graph)).not.toMatch(/evil/i)
    const lora = (lora_type: string) => ({ prompt: 'x', lora_settings: [{ lora_type }] })
    for (const name of ['../../etc/passwd', 'a/b', 'a\\b', '.hidden', 'a%s\n']) {
      await expect(graphOf('Qubico/wanx/txt2video-14b-lora', lora(name))).rejects.toMatchObject({
        code: 'vendor_refused',
        details: { field: 'lora_settings.0.lora_type' },
      })
    }
    expect((await graphOf('Qubico/wanx/txt2video-14b-lora', lora('pixel-art'))).lora1?.inputs.lora_name).toBe(
      'wan-pixel-art.safetensors',
    )
  })

  it.each<[string, string, JsonObject]>([
    ['rmbg_model', 'Qubico/image-toolkit/background-remove', { image: IMAGE, rmbg_model: 'RMBG-1.4' }],
    [
      'lora_settings.0.lora_image',
      `${ADVANCED}/txt2img-lora`,
      { prompt: 'x', lora_settings: [{ lora_type: 'anime', lora_image: IMAGE }] },
    ],
    [
      'lora_settings.2.lora_type',
      'Qubico/wanx/txt2video-14b-lora',
      { prompt: 'x', lora_settings: ['a', 'b', 'c'].map((lora_type) => ({ lora_type })) },
    ],
    ['negative_prompt', 'Qubico/hunyuan/img2video-concat', { prompt: 'x', image: IMAGE, negative_prompt: 'y' }],
    [
      'control_net_settings.0.control_image',
      `${ADVANCED}/controlnet-lora`,
      { prompt: 'x', control_net_settings: [{ control_type: 'depth' }] },
    ],
    ['images.4', 'Qubico/trellis/image-to-3d', { images: [1, 2, 3, 4, 5].map((number) => `${IMAGE}?${number}`) }],
  ])('refuses a field that the workflow has no place for, by name: %s', async (field, operation, input) => {
    const before = comfyui.vendor.seen.length
    await expect(provider.submit(aReadableJob(operation, input), account(), aSignal())).rejects.toMatchObject({
      code: 'vendor_refused',
      details: { field },
    })
    expect(comfyui.vendor.seen.length).toBe(before)
  })

  const errorOf = (class_type: string, message: string, details: string): Json => ({
    error: { type: 'prompt_outputs_failed_validation', message: 'Prompt outputs failed validation', details: '' },
    node_errors: {
      model: { class_type, dependent_outputs: ['save'], errors: [{ type: 'x', message, details, extra_info: {} }] },
    },
  })

  it.each([
    ['a wrong key', { apiKey: 'wrong' }, undefined, 'account_refused', /No entry/],
    ['a busy proxy', {}, { status: 429, headers: { 'retry-after': '9' }, json: {} }, 'account_busy', /429/],
    [
      'a missing node',
      {},
      {
        status: 400,
        json: {
          error: {
            type: 'invalid_prompt',
            message: 'Cannot execute because node ReActorFaceSwapOpt does not exist.',
            details: 'Node ID #swap',
          },
          node_errors: {},
        },
      },
      'vendor_refused',
      /ReActorFaceSwapOpt does not exist.*Its models: diffusion_models\/flux1-dev\.safetensors/,
    ],
    [
      'a missing model',
      {},
      {
        status: 400,
        json: errorOf(
          'UNETLoader',
          'Value not in list',
          "unet_name: 'flux1-dev.safetensors' not in ['secret.safetensors']",
        ),
      },
      'vendor_refused',
      /UNETLoader \(node model\): Value not in list: unet_name: 'flux1-dev\.safetensors' is not there\. Its models/,
    ],
    [
      'a value that a node refuses',
      {},
      { status: 400, json: errorOf('KSampler', 'Value 999 bigger than max of 100', 'cfg') },
      'vendor_refused',
      /KSampler \(node model\): Value 999 bigger than max of 100: cfg/,
    ],
    ['another fault', {}, { status: 413, json: {} }, 'vendor_refused', /413/],
    ['a breakdown', {}, { status: 500, json: {} }, 'vendor_silent', /500/],
    ['being away', {}, { status: 503, json: {} }, 'vendor_unreachable', /503/],
    ['an answer that names no prompt', {}, { json: { number: 1 } }, 'vendor_silent', /without a usable "prompt_id"/],
    [
      'something else than JSON',
      {},
      { bytes: Buffer.from('<html>'), type: 'text/html' },
      'vendor_silent',
      /other than JSON/,
    ],
    ['silence', {}, 'lost' as const, 'vendor_silent', /broke off/],
  ])('maps %s to its error', async (_, given, answer, code, words) => {
    if (answer !== undefined) comfyui.vendor.next.push(answer)
    const before = comfyui.vendor.seen.length
    const sent = provider.submit(aReadableJob(FLUX, PROMPT), account(given), aSignal())
    await expect(sent).rejects.toMatchObject({
      code,
      message: expect.stringMatching(words),
      ...(code === 'account_busy' ? { details: { retryAfterSeconds: 9 } } : {}),
    })
    await expect(sent).rejects.not.toMatchObject({ message: expect.stringContaining('secret') })
    expect(comfyui.vendor.seen.length).toBe(before + 1) // a call is made once
  })

  it('names the custom nodes that a workflow needs when one is missing', async () => {
    const message = 'Cannot execute because node RMBG does not exist.'
    const answers = [
      { json: { name: 'a.png', subfolder: '', type: 'input' } },
      { status: 400, json: { error: { type: 'invalid_prompt', message, details: '' }, node_errors: {} } },
    ]
    comfyui.vendor.next.push(...answers)
    const job = aReadableJob('Qubico/image-toolkit/background-remove')
    await expect(provider.submit(job, account(), aSignal())).rejects.toMatchObject({
      message: expect.stringMatching(/RMBG does not exist\. It needs the custom nodes ComfyUI-RMBG\./),
    })
  })

  it('reports a server that refuses connections as unreachable', async () => {
    const unreachable = account({ baseUrl: 'http://127.0.0.1:2' })
    await expect(provider.submit(aReadableJob(FLUX, PROMPT), unreachable, aSignal())).rejects.toMatchObject({
      code: 'vendor_unreachable',
    })
  })

  it('reports a failure in the words of the node that failed', async () => {
    const job = aReadableJob(FLUX, PROMPT)
    const handle = { id: job.taskId, outputs: { kind: 'pictures', nodes: ['save'] } }
    const look = (...answers: Json[]) => {
      comfyui.vendor.next.push(...answers.map((json) => ({ json })))
      return provider.poll?.(handle, account(), aSignal(), job)
    }
    const failed = { node_type: 'KSampler', exception_message: 'CUDA out of memory\n', exception_type: 'OOM' }
    await expect(look({ id: job.taskId, status: 'failed', execution_error: failed })).resolves.toEqual({
      status: 'failed',
      reason: 'KSampler: CUDA out of memory',
    })
    const interrupted = { messages: [['execution_interrupted', { node_type: 'KSampler' }]] }
    await expect(look({ id: job.taskId, status: 'cancelled', execution_status: interrupted })).resolves.toMatchObject({
      reason: 'The work was interrupted at ComfyUI.',
    })
    await expect(look({ id: job.taskId, status: 'failed' })).resolves.toMatchObject({
      reason: expect.stringContaining('without a reason'),
    })
    await expect(look({ id: job.taskId, status: 'completed', outputs: {} })).resolves.toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('reported success without'),
    })
    // What a later version may name.
    await expect(look({ id: job.taskId, status: 'dreaming' })).resolves.toMatchObject({ status: 'processing' })
    await expect(provider.poll?.({ other: 1 }, account(), aSignal(), job)).rejects.toMatchObject({ code: 'internal' })

    comfyui.hasJobs = false
    const status = {
      status_str: 'error',
      completed: false,
      messages: [
        ['execution_start', {}],
        ['execution_error', failed],
      ],
    }
    const notFound = { status: 404, bytes: Buffer.from('404: Not Found'), type: 'text/plain' }
    comfyui.vendor.next.push(notFound)
    await expect(
      look({ queue_running: [], queue_pending: [] }, { [job.taskId]: { outputs: {}, status } }),
    ).resolves.toMatchObject({ status: 'failed', reason: 'KSampler: CUDA out of memory' })
  })

  it('reads a job in one call at newer servers, from queue and history at older ones, and reports a job that is gone', async () => {
    const job = aReadableJob(FLUX, PROMPT)
    const handle = { id: '01234567-89ab-4cde-8f01-23456789ab77', outputs: { kind: 'pictures', nodes: ['save'] } }
    const paths = async () => {
      const before = comfyui.vendor.seen.length
      await expect(provider.poll?.(handle, account(), aSignal(), job)).resolves.toMatchObject({
        status: 'failed',
        reason: expect.stringContaining('no longer knows'),
      })
      return comfyui.vendor.seen.slice(before).map(({ path }) => path)
    }
    const old = ['/queue', `/history/${handle.id}`]
    expect(await paths()).toEqual([`/api/jobs/${handle.id}`, ...old])
    comfyui.hasJobs = false
    expect(await paths()).toEqual([`/api/jobs/${handle.id}`, ...old])
    expect(await paths()).toEqual(old)
  })

  it('reports the state of a waiting and of a running task', async () => {
    for (const hasJobs of [true, false]) {
      comfyui.hasJobs = hasJobs
      const job = aReadableJob(FLUX, PROMPT, { taskId: `01234567-89ab-4cde-8f01-23456789a${hasJobs ? 'a' : 'b'}00` })
      const submitted = await provider.submit(job, account(), aSignal())
      const handle: Json = 'handle' in submitted ? (submitted.handle ?? null) : null
      const look = () => provider.poll?.(JSON.parse(JSON.stringify(handle)), account(), aSignal(), job)
      expect(await look()).toMatchObject({ status: 'processing', progress: 0 })
      expect(await look()).toMatchObject({ status: 'processing', progress: 1 })
      expect(await look()).toMatchObject({ status: 'completed' })
    }
  })

  describe('the progress listener', () => {
    const ID = '01234567-89ab-4cde-8f01-23456789ac00'
    const heard = (type: string, data: JsonObject) => ({ type, data: { prompt_id: ID, ...data } })

    async function begin(given = account()): Promise<{ handle: Json; job: Job; clientId: string }> {
      const job = aReadableJob('Qubico/wanx/wan22-txt2video-14b', undefined, { taskId: ID })
      const submitted = await provider.submit(job, given, aSignal())
      await vi.waitFor(() => expect(comfyui.listeners()).toHaveLength(1), PATIENCE)
      return {
        job,
        handle: 'handle' in submitted ? (submitted.handle ?? null) : null,
        clientId: comfyui.listeners()[0] ?? '',
      }
    }
    const running = () => comfyui.vendor.next.push({ json: { id: ID, status: 'in_progress' } })
    async function progressOf({ handle, job }: { handle: Json; job: Job }): Promise<number | undefined> {
      running()
      const progress = await provider.poll?.(handle, account(), aSignal(), job)
      return progress?.status === 'processing' ? progress.progress : undefined
    }

    it('reports the progress of samplers over one socket', async () => {
      const task = await begin()
      expect(comfyui.listeners()).toEqual([task.clientId])
      comfyui.tell(task.clientId, { type: 'status', data: { status: { exec_info: { queue_remaining: 1 } } } })
      comfyui.tell(task.clientId, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 255, 216]))
      comfyui.tell(task.clientId, heard('progress', { node: 'sampler', value: 5, max: 10 }))
      await vi.waitFor(async () => expect(await progressOf(task)).toBe(25), PATIENCE)
      comfyui.tell(
        task.clientId,
        heard('progress_state', {
          nodes: {
            clip: { value: 1, max: 1, state: 'finished' },
            sampler: { value: 1, max: 1, state: 'finished' },
            'sampler-low': { value: 8, max: 10, state: 'running' },
          },
        }),
      )
      await vi.waitFor(async () => expect(await progressOf(task)).toBe(90), PATIENCE)
      comfyui.tell(task.clientId, {
        type: 'progress',
        data: { prompt_id: 'another', node: 'sampler', value: 1, max: 10 },
      })
      expect(await progressOf(task)).toBe(90)
    })

    it('closes its socket when all work has ended', async () => {
      const task = await begin()
      comfyui.vendor.next.push({ json: { id: ID, status: 'failed' } })
      await provider.poll?.(task.handle, account(), aSignal(), task.job)
      await vi.waitFor(() => expect(comfyui.listeners()).toEqual([]), PATIENCE)
      await begin()
      await provider.close?.()
      await vi.waitFor(() => expect(comfyui.listeners()).toEqual([]), PATIENCE)
    })

    it('opens a broken socket again, and does without one that cannot be opened', async () => {
      const task = await begin()
      comfyui.hangUp()
      await vi.waitFor(() => expect(comfyui.listeners()).toEqual([]), PATIENCE)
      await vi.waitFor(async () => {
        expect(await progressOf(task)).toBe(1)
        expect(comfyui.listeners()).toEqual([task.clientId])
      })
    })

    it('opens no socket for an account of a tenant, since a socket does not go through egress', async () => {
      const job = aReadableJob(FLUX, PROMPT)
      await provider.submit(job, account({}, 'tenant'), aSignal())
      expect(comfyui.vendor.at('POST', '/prompt').at(-1)?.json).not.toHaveProperty('client_id')
      expect(comfyui.listeners()).toEqual([])
    })
  })

  it('cancels waiting and running tasks, once and again', async () => {
    const begin = async (taskId: string) => {
      const job = aReadableJob(FLUX, PROMPT, { taskId })
      const submitted = await provider.submit(job, account(), aSignal())
      return { job, handle: 'handle' in submitted ? (submitted.handle ?? null) : null }
    }
    const waiting = await begin('01234567-89ab-4cde-8f01-23456789ad00')
    const before = comfyui.vendor.at('POST', '/interrupt').length
    await provider.cancel?.(waiting.handle, account(), aSignal(), waiting.job)
    await provider.cancel?.(waiting.handle, account(), aSignal(), waiting.job)
    expect(comfyui.vendor.at('POST', '/queue').at(-1)?.json).toEqual({ delete: [waiting.job.taskId] })
    expect(comfyui.vendor.at('POST', '/interrupt')).toHaveLength(before)

    const running = await begin('01234567-89ab-4cde-8f01-23456789ae00')
    await provider.poll?.(running.handle, account(), aSignal(), running.job)
    await provider.cancel?.(running.handle, account(), aSignal(), running.job)
    await provider.cancel?.(running.handle, account(), aSignal(), running.job)
    expect(comfyui.vendor.at('POST', '/interrupt').slice(before)).toMatchObject([
      { json: { prompt_id: running.job.taskId } },
    ])
    await expect(provider.poll?.(running.handle, account(), aSignal(), running.job)).resolves.toMatchObject({
      status: 'failed',
      reason: 'The work was interrupted at ComfyUI.',
    })
  })

  it('finds a lost answer again by the id of the task', async () => {
    for (const hasJobs of [true, false]) {
      comfyui.hasJobs = hasJobs
      const job = aReadableJob(FLUX, PROMPT, { taskId: `01234567-89ab-4cde-8f01-23456789b${hasJobs ? 'c' : 'd'}00` })
      expect(await provider.reconcile?.(job, account(), aSignal())).toBe('absent')
      await provider.submit(job, account(), aSignal())
      const found = await provider.reconcile?.(job, account(), aSignal())
      expect(found).toEqual({ handle: { id: job.taskId, outputs: { kind: 'pictures', nodes: ['save'] } } })
    }
    comfyui.vendor.next.push({ status: 502, json: {} })
    await expect(provider.reconcile?.(aReadableJob(FLUX, PROMPT), account(), aSignal())).rejects.toMatchObject({
      code: 'vendor_unreachable',
    })
  })

  it('polls by the id that an older server gives a prompt', async () => {
    comfyui.vendor.next.push({ json: { prompt_id: 'its own', number: 1, node_errors: {} } })
    const submitted = await provider.submit(aReadableJob(FLUX, PROMPT), account(), aSignal())
    expect(submitted).toMatchObject({ handle: { id: 'its own' } })
  })

  it('keeps the path prefix of the base address in calls and files', async () => {
    const result = await made(aReadableJob(FLUX, PROMPT), account({ baseUrl: `${comfyui.url}/gpu/` }))
    await expectResult(FLUX, result)
    expect(comfyui.vendor.at('POST', '/gpu/prompt')).toHaveLength(1)
    expect(comfyui.vendor.at('GET', '/gpu/view')).toHaveLength(1)
  })

  it('probes the account with a free call', async () => {
    await expect(provider.probe?.(account(), aSignal())).resolves.toBeUndefined()
    await expect(provider.probe?.(account({ apiKey: '' }), aSignal())).rejects.toMatchObject({
      code: 'account_refused',
      details: { lacks: 'credential' },
    })
  })

  it('performs the operations that the account’s settings name', () => {
    expect(provider.performs?.(account())).toEqual(provider.operations)
    expect(provider.performs?.(account({ models: 'Qubico/z-image, Qubico/wanx/txt2video-14b' }))).toEqual(
      new Set(['Qubico/z-image/txt2img', 'Qubico/wanx/txt2video-14b']),
    )
  })

  describe('an operator’s own templates', () => {
    let folder: string
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'polyphony-templates-'))
    })
    afterEach(() => rm(folder, { recursive: true, force: true }))

    const own = (given: JsonObject = {}) => ({
      title: 'Hugs',
      operations: ['Qubico/hug-video/image_to_video'],
      graph: {
        1: { class_type: 'LoadImage', inputs: { image: '' } },
        2: { class_type: 'MyHugs', inputs: { image: ['1', 0], name: '{task}' } },
        3: { class_type: 'SaveVideo', inputs: { video: ['2', 0], filename_prefix: 'mine/{task}' } },
      },
      inputs: [{ field: 'image_url', node: '1', input: 'image', as: 'image-upload' }],
      outputs: { kind: 'videos', nodes: ['3'] },
      needs: { nodes: ['my own'], models: [] },
      ...given,
    })
    const write = (name: string, content: Json | string) =>
      writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))

    it('add operations, and take precedence over built-in templates', async () => {
      await write('hugs.json', own())
      await write(
        'z.json',
        own({
          operations: ['Qubico/framepack/img2video'],
          inputs: [{ field: 'start_image', node: '1', input: 'image', as: 'image-upload' }],
        }),
      )
      const mine = account({ templates: folder })
      expect(provider.performs?.(mine)).toEqual(new Set([...provider.operations, 'Qubico/hug-video/image_to_video']))
      const job = aReadableJob('Qubico/hug-video/image_to_video')
      await expectResult(job.operation, await made(job, mine))
      expect(lastGraph()['2']?.inputs).toEqual({ image: ['1', 0], name: job.taskId })
      await provider.submit(aReadableJob('Qubico/framepack/img2video', { start_image: IMAGE }), mine, aSignal())
      expect(Object.keys(lastGraph())).toEqual(['1', '2', '3'])
      expect(provider.performs?.(account())).toEqual(provider.operations)
    })

    it('are not read for an account of a tenant', async () => {
      await write('hugs.json', own())
      expect(provider.performs?.(account({ templates: folder }, 'tenant'))).toEqual(provider.operations)
    })

    it('are read again when they change', async () => {
      const mine = account({ templates: folder })
      expect(provider.performs?.(mine).has('Qubico/hug-video/image_to_video')).toBe(false)
      await write('hugs.json', own())
      expect(provider.performs?.(mine).has('Qubico/hug-video/image_to_video')).toBe(true)
      await write(
        'hugs.json',
        own({
          operations: ['Qubico/video-toolkit/upscale'],
          inputs: [{ field: 'video', node: '1', input: 'image', as: 'video-upload' }],
        }),
      )
      await utimes(join(folder, 'hugs.json'), new Date(), new Date(Date.now() + 5_000))
      expect(provider.performs?.(mine)).toEqual(provider.operations)
    })

    const graph = own().graph
    it.each<[string, Json | string]>([
      ['hugs.json: the file is no JSON', '{'],
      ['hugs.json: title', own({ title: '' })],
      ['hugs.json: graph.1.class_type', own({ graph: { ...graph, 1: { class_type: 7, inputs: {} } } })],
      [
        'hugs.json: graph.2.inputs.image is linked to "9", which is no node',
        own({ graph: { ...graph, 2: { class_type: 'X', inputs: { image: ['9', 0] } } } }),
      ],
      ['hugs.json: operations.0 names nothing/real', own({ operations: ['nothing/real'] })],
      [
        'hugs.json: operations.0 names Qubico/tts/zero-shot, which makes sounds',
        own({ operations: ['Qubico/tts/zero-shot'] }),
      ],
      [
        'hugs.json: inputs.0.field names picture, which Qubico/hug-video/image_to_video does not have',
        own({ inputs: [{ field: 'picture', node: '1', input: 'image', as: 'text' }] }),
      ],
      [
        'hugs.json: inputs.0.node names no node',
        own({ inputs: [{ field: 'image_url', node: '9', input: 'image', as: 'text' }] }),
      ],
      [
        'hugs.json: inputs.0.input names no input of "1"',
        own({ inputs: [{ field: 'image_url', node: '1', input: 'file', as: 'text' }] }),
      ],
      [
        'hugs.json: inputs.0.input names a link of "2"',
        own({ inputs: [{ field: 'image_url', node: '2', input: 'image', as: 'text' }] }),
      ],
      ['hugs.json: inputs.0.as', own({ inputs: [{ field: 'image_url', node: '1', input: 'image', as: 'spell' }] })],
      [
        'hugs.json: inputs.0.values is required',
        own({ inputs: [{ field: 'image_url', node: '1', input: 'image', as: 'choice' }] }),
      ],
      [
        'hugs.json: inputs.0.absent.remove names "9"',
        own({ inputs: [{ field: 'image_url', node: '1', input: 'image', as: 'text', absent: { remove: ['9'] } }] }),
      ],
      [
        'hugs.json: inputs.0.absent.bypass.2 must be',
        own({
          inputs: [{ field: 'image_url', node: '1', input: 'image', as: 'text', absent: { bypass: { 2: ['name'] } } }],
        }),
      ],
      [
        'hugs.json: inputs.0.present.set.0 names no value',
        own({
          inputs: [
            {
              field: 'image_url',
              node: '1',
              input: 'image',
              as: 'text',
              present: { set: [{ node: '2', input: 'image', value: 1 }] },
            },
          ],
        }),
      ],
      ['hugs.json: outputs.nodes names "9"', own({ outputs: { kind: 'videos', nodes: ['9'] } })],
      ['hugs.json: outputs.nodes must not be empty', own({ outputs: { kind: 'videos', nodes: [] } })],
      ['hugs.json: ignores.0 names sounds', own({ ignores: ['sounds'] })],
    ])('are reported by the probe when one is broken: %s', async (words, content) => {
      await write('hugs.json', content)
      const mine = account({ templates: folder })
      expect([...(provider.performs?.(mine) ?? [])]).toEqual(expect.arrayContaining(operations))
      await expect(provider.probe?.(mine, aSignal())).rejects.toMatchObject({
        code: 'vendor_refused',
        message: expect.stringContaining(words),
      })
    })

    it('fail only the tasks of a broken template', async () => {
      await write('hugs.json', own({ outputs: { kind: 'videos', nodes: ['9'] } }))
      await write('flux-dev-txt2img.json', '{')
      const mine = account({ templates: folder })
      for (const operation of ['Qubico/hug-video/image_to_video', FLUX]) {
        expect(provider.performs?.(mine).has(operation)).toBe(true)
        await expect(provider.submit(aReadableJob(operation), mine, aSignal())).rejects.toMatchObject({
          code: 'vendor_refused',
          message: expect.stringMatching(/template is broken: .*\.json/),
        })
      }
      await expect(made(aReadableJob('Qubico/z-image/txt2img'), mine)).resolves.toBeDefined()
    })

    it('are reported as missing when their folder does not exist', async () => {
      const mine = account({ templates: join(folder, 'nowhere') })
      expect(provider.performs?.(mine)).toEqual(provider.operations)
      await expect(provider.probe?.(mine, aSignal())).rejects.toMatchObject({
        message: expect.stringContaining('nowhere'),
      })
    })
  })

  it('has one workflow for each operation, with the nodes and models that it needs', async () => {
    const folder = join(import.meta.dirname, 'templates')
    const named = new Map<string, string>()
    for (const name of await readdir(folder)) {
      const { operations: ids, needs, graph } = readTemplate(name, await readFile(join(folder, name), 'utf8'))
      for (const id of ids) {
        expect(named.get(id), `${id} in ${name}`).toBeUndefined()
        named.set(id, name)
      }
      const files = Object.values(graph).flatMap(({ inputs }) =>
        Object.values(inputs).filter((value) => /\.(?:safetensors|pth|onnx|pt)$/.test(String(value))),
      )
      for (const file of files) expect(needs.models.join(), `${file} in ${name}`).toContain(String(file))
    }
    expect(new Set(named.keys())).toEqual(provider.operations)
    const page = await readFile(PAGE, 'utf8')
    for (const [id, name] of named) expect(page, `${id} is told of`).toContain(`\`${name.replace(/\.json$/, '')}\``)
  })

  it('accepts the template that its documentation shows', async () => {
    const [, shown = ''] = /```json\n(.*?)```/s.exec(await readFile(PAGE, 'utf8')) ?? []
    expect(readTemplate('shown.json', shown).operations).toEqual(['Qubico/hug-video/image_to_video'])
  })

  it('does not perform operations of closed models', () => {
    for (const id of provider.operations) expect(() => getOperation(id)).not.toThrow()
    expect(provider.operations.has('Wan/wan26-txt2video')).toBe(false)
  })

  providerContract('ComfyUI', {
    provider: () => provider,
    account: () => account(),
    job: (operation) => aReadableJob(operation),
    operations: ['Qubico/flux1-dev/txt2img', 'Qubico/trellis/image-to-3d'],
  })
})
