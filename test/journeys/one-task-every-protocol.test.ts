import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json.ts'
import type { Task } from '../../src/core/task.ts'
import { sandboxPicture, sandboxSong, sandboxVideo } from '../../src/engines/sandbox-media/sandbox-media.ts'
import type { Result } from '../../src/providers/provider.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { handProvider } from './hand-provider.ts'

/** A task that was submitted in one protocol and is read in all others that have a form for it: same state, times, price, file. */

type State = 'running' | 'done'

interface Reading {
  state: State
  /** Milliseconds, with the precision of the protocol. */
  createdAt?: number
  endedAt?: number
  usd?: number
  file?: string
}

interface Reader {
  protocol: string
  path(id: string): string
  read(body: JsonObject): Reading
}

let gateway: TestGateway
const SONG = 'suno/music'
const VIDEO = 'luma/video_generation'
const KLING = 'kling/video_generation'
const PICTURE = 'bfl/flux-pro-1.1'
const hand = handProvider({ slots: 10, operations: [SONG, VIDEO, KLING, PICTURE] })
beforeAll(async () => {
  gateway = await openGateway({ replaced: { builtIn: [hand] } })
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

/** The value at a path of names in an answer; undefined if there is none. */
function at(value: Json | undefined, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>((inner, name) => (inner as Record<string | number, unknown> | null)?.[name], value)
}

function stateIn(word: unknown, words: Record<string, State>): State {
  const state = words[String(word)]
  if (!state) throw new Error(`"${word}" is no state that is expected here.`)
  return state
}

const time = (text: unknown): number => Date.parse(String(text))
/** A value of the end, read only once the task has ended. */
const ifDone = <Value>(state: State, value: () => Value) => (state === 'done' ? { value: value() } : {})

const piapi: Reader = {
  protocol: 'PiAPI',
  path: (id) => `/api/v1/task/${id}`,
  read(body) {
    const state = stateIn(at(body, 'data', 'status'), { processing: 'running', completed: 'done' })
    const output = at(body, 'data', 'output') as JsonObject | JsonObject[] | null
    const file = ifDone(state, () =>
      String(
        Array.isArray(output)
          ? output[0]?.audio_url
          : (at(output, 'image_url') ?? at(output, 'video_url') ?? at(output, 'video', 'url')),
      ),
    )
    return {
      state,
      createdAt: time(at(body, 'data', 'meta', 'created_at')),
      ...(state === 'done' ? { endedAt: time(at(body, 'data', 'meta', 'ended_at')) } : {}),
      ...(state === 'done' ? { usd: Number(at(body, 'data', 'meta', 'usage', 'consume')) / 10_000_000 } : {}),
      ...('value' in file ? { file: file.value } : {}),
    }
  },
}

const polyphony: Reader = {
  protocol: 'Polyphony',
  path: (id) => `/polyphony/v1/tasks/${id}`,
  read(body) {
    const state = stateIn(body.status, { submitting: 'running', processing: 'running', completed: 'done' })
    const made = at(body, 'output', 'videos', 0) ?? at(body, 'output', 'pictures', 0) ?? at(body, 'output', 'clips', 0)
    const { file, audio } = (made ?? {}) as JsonObject
    return {
      state,
      createdAt: Number(body.created_at),
      ...(state === 'done' ? { endedAt: Number(body.ended_at) } : {}),
      ...(state === 'done' ? { usd: Number(body.consumed_points) / 10_000_000 } : {}),
      ...(state === 'done' ? { file: String(file ?? audio) } : {}),
    }
  },
}

const replicate: Reader = {
  protocol: 'Replicate',
  path: (id) => `/replicate/v1/predictions/${id}`,
  read(body) {
    const state = stateIn(body.status, { starting: 'running', processing: 'running', succeeded: 'done' })
    const { output } = body
    return {
      state,
      createdAt: time(body.created_at),
      ...(state === 'done' ? { endedAt: time(body.completed_at) } : {}),
      ...(state === 'done' ? { file: String(Array.isArray(output) ? output[0] : output) } : {}),
    }
  },
}

const fal: Reader = {
  protocol: 'fal',
  path: (id) => `/fal/queue/any/app/requests/${id}/status`,
  read: (body) => ({ state: stateIn(body.status, { IN_QUEUE: 'running', IN_PROGRESS: 'running', COMPLETED: 'done' }) }),
}

const luma: Reader = {
  protocol: 'Luma',
  path: (id) => `/dream-machine/v1/generations/${id}`,
  read(body) {
    const state = stateIn(body.state, { queued: 'running', dreaming: 'running', completed: 'done' })
    return {
      state,
      createdAt: time(body.created_at),
      ...(state === 'done' ? { file: String(at(body, 'assets', 'video') ?? at(body, 'assets', 'image')) } : {}),
    }
  },
}

const lumaRelay: Reader = {
  protocol: 'Luma relay',
  path: (id) => `/luma/generations/${id}`,
  read(body) {
    const state = stateIn(body.state, { pending: 'running', processing: 'running', completed: 'done' })
    return {
      state,
      createdAt: time(body.created_at),
      ...(state === 'done' ? { file: String(at(body, 'video', 'url')) } : {}),
    }
  },
}

const runway: Reader = {
  protocol: 'Runway',
  path: (id) => `/runwayml/v1/tasks/${id}`,
  read(body) {
    const state = stateIn(body.status, { PENDING: 'running', RUNNING: 'running', SUCCEEDED: 'done' })
    return {
      state,
      createdAt: time(body.createdAt),
      ...(state === 'done' ? { file: String(at(body, 'output', 0)) } : {}),
    }
  },
}

const kling: Reader = {
  protocol: 'Kling',
  path: (id) => `/kling/v1/videos/text2video/${id}`,
  read(body) {
    const state = stateIn(at(body, 'data', 'task_status'), {
      submitted: 'running',
      processing: 'running',
      succeed: 'done',
    })
    return {
      state,
      createdAt: Number(at(body, 'data', 'created_at')),
      ...(state === 'done'
        ? {
            endedAt: Number(at(body, 'data', 'updated_at')),
            usd: Number(at(body, 'data', 'final_unit_deduction')),
            file: String(at(body, 'data', 'task_result', 'videos', 0, 'url')),
          }
        : {}),
    }
  },
}

const bfl: Reader = {
  protocol: 'Flux (BFL)',
  path: (id) => `/flux/v1/get_result?id=${id}`,
  read(body) {
    const state = stateIn(body.status, { Pending: 'running', Ready: 'done' })
    if (state !== 'done') return { state }
    return {
      state,
      endedAt: Number(at(body, 'result', 'end_time')) * 1_000,
      file: String(at(body, 'result', 'sample')),
    }
  },
}

const suno: Reader = {
  protocol: 'Suno relay',
  path: (id) => `/suno/fetch/${id}`,
  read(body) {
    const state = stateIn(at(body, 'data', 'status'), { SUBMITTED: 'running', IN_PROGRESS: 'running', SUCCESS: 'done' })
    return {
      state,
      createdAt: Number(at(body, 'data', 'submit_time')) * 1_000,
      ...(state === 'done'
        ? {
            endedAt: Number(at(body, 'data', 'finish_time')) * 1_000,
            file: String(at(body, 'data', 'data', 0, 'audio_url')),
          }
        : {}),
    }
  },
}

interface Journey {
  title: string
  operation: string
  submit: { path: string; body: JsonObject; id: (created: JsonObject) => unknown }
  result: () => Promise<Result>
  readers: Reader[]
  /** Protocols that have no form for it: a vendor's protocol reads that vendor's models only. */
  strangers: Reader[]
}

async function film(): Promise<Result> {
  const { mp4 } = await sandboxVideo({ widthPx: 320, heightPx: 180, seconds: 2, hasSound: false })
  const video = { file: 'file:film', cover: '', lastFrame: '', widthPx: 320, heightPx: 180, seconds: 2 }
  return { output: { videos: [video] }, files: [{ key: 'film', mediaType: 'video/mp4', content: mp4 }] }
}

const JOURNEYS: Journey[] = [
  {
    title: 'a video that was submitted at PiAPI’s route',
    operation: VIDEO,
    submit: {
      path: '/api/v1/task',
      body: { model: 'luma', task_type: 'video_generation', input: { prompt: 'a fox' } },
      id: (created) => at(created, 'data', 'task_id'),
    },
    result: film,
    readers: [piapi, luma, lumaRelay, replicate, fal, polyphony],
    strangers: [suno, bfl, runway, kling],
  },
  {
    title: 'a video that was submitted in Kling’s protocol',
    operation: KLING,
    submit: {
      path: '/kling/v1/videos/text2video',
      body: { model_name: 'kling-v1-6', prompt: 'a fox' },
      id: (created) => at(created, 'data', 'task_id'),
    },
    result: film,
    readers: [kling, piapi, replicate, fal, polyphony],
    strangers: [suno, bfl, luma, lumaRelay, runway],
  },
  {
    title: 'a picture that was submitted in Flux’s protocol',
    operation: PICTURE,
    submit: { path: '/v1/flux-pro-1.1', body: { prompt: 'a fox' }, id: (created) => created.id },
    async result() {
      const png = await sandboxPicture({ widthPx: 64, heightPx: 64, mediaType: 'image/png' })
      const picture = { file: 'file:picture', widthPx: 64, heightPx: 64 }
      return {
        output: { pictures: [picture], grid: null },
        files: [{ key: 'picture', mediaType: 'image/png', content: png }],
      }
    },
    readers: [bfl, piapi, replicate, fal, polyphony],
    strangers: [suno, kling, luma, runway],
  },
  {
    title: 'a song that was submitted at a relay’s route',
    operation: SONG,
    submit: {
      path: '/suno/submit/music',
      body: { prompt: '[Verse]\nla', tags: 'jazz', mv: 'chirp-v4' },
      id: ({ data }) => data,
    },
    async result() {
      const { mp3 } = await sandboxSong()
      const clip = {
        id: '01234567-89ab-4cde-8f01-23456789ab01',
        title: 'La',
        tags: 'jazz',
        prompt: 'la',
        gptDescriptionPrompt: null,
        mv: 'chirp-v4',
        type: 'gen',
        durationSeconds: 4,
        audio: 'file:song',
        image: '',
        imageLarge: '',
        continueClipId: null,
        continueAt: null,
      }
      return { output: { clips: [clip] }, files: [{ key: 'song', mediaType: 'audio/mpeg', content: mp3 }] }
    },
    readers: [suno, piapi, polyphony],
    strangers: [luma, runway, kling, bfl],
  },
]

describe.concurrent.each(JOURNEYS)('$title', ({ submit, result, readers, strangers }) => {
  it('reads alike in every protocol that has a form for it, while it runs and when it is done', async () => {
    const created = await gateway.send('POST', submit.path, { body: submit.body })
    expect(created.status).toBeLessThan(300)
    const id = String(submit.id(created.body as JsonObject))
    await gateway.until(id, ({ status }) => status === 'submitting' || status === 'processing')
    await expectAlike(id, 'running')
    for (const { path } of strangers) {
      expect((await gateway.send('GET', path(id))).status, path(id)).toBeGreaterThanOrEqual(400)
    }
    hand.finish(id, await result())
    await gateway.until(id, ({ status }) => status === 'completed')
    await expectAlike(id, 'done')
    await gateway.assertBalanced()
  })

  async function expectAlike(id: string, state: State): Promise<void> {
    const task = (await gateway.store.getTask({ id })) as Task
    const files = new Set<string>()
    for (const { protocol, path, read } of readers) {
      const { status, body } = await gateway.send('GET', path(id))
      expect(status, protocol).toBeLessThan(300)
      const reading = read(body as JsonObject)
      expect(reading.state, protocol).toBe(state)
      // Some protocols have seconds, some milliseconds.
      if (reading.createdAt !== undefined)
        expect(Math.abs(reading.createdAt - task.createdAt), protocol).toBeLessThan(1_000)
      if (reading.endedAt !== undefined) {
        expect(Math.abs(reading.endedAt - (task.endedAt ?? 0)), protocol).toBeLessThan(1_000)
      }
      if (reading.usd !== undefined) expect(reading.usd, protocol).toBeCloseTo(task.consumedPoints / 10_000_000, 6)
      if (reading.file !== undefined) files.add(reading.file)
    }
    if (state === 'running') return
    expect([...files]).toEqual([expect.stringMatching(new RegExp(`^${gateway.url}/files/`))])
    expect((await fetch([...files][0] ?? '')).status).toBe(200)
  }
})
