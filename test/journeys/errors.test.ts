import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listOperations } from '../../src/catalog/catalog.ts'
import { PolyphonyError } from '../../src/core/errors.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import type { Store } from '../../src/store/store.ts'
import { type Answer, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

/** Every protocol's errors, each in its own form and status, for comparison. */

const UNKNOWN_ID = '01234567-89ab-4cde-8f01-23456789ab00'
const ANY = expect.anything() as unknown as Json // vitest's matchers take the place of a value
const saying = (text: string): Json => expect.stringContaining(text) as unknown as Json

interface ErrorAnswer {
  status: number
  body: JsonObject
}

interface Case {
  protocol: string
  path: string
  body(prompt: string): JsonObject
  /** A body that breaks a rule, and a field that the error must name. */
  bad: { body: JsonObject; field: string }
  /** The request for an unknown id; null if the protocol has no ids. */
  unknown: { method: string; path: string; body?: JsonObject } | null
  /** The read of a failed task, by the answer to its creation. null = the creation itself waits, and fails. */
  failed: ((created: Json) => { method: string; path: string; body?: JsonObject }) | null
  answers: {
    badKey: ErrorAnswer
    badBody: ErrorAnswer
    unknown?: ErrorAnswer
    noCredit: ErrorAnswer
    rateLimited: ErrorAnswer
    overloaded: ErrorAnswer
    vendorFailure: ErrorAnswer
    moderation: ErrorAnswer
  }
}

const at = (value: Json, ...path: string[]): string =>
  String(path.reduce<unknown>((inner, name) => (inner as Record<string, unknown>)[name], value))
const get = (path: string) => ({ method: 'GET', path })

const piapi = (code: number, type: string): ErrorAnswer => ({
  status: code,
  body: { code, data: null, message: ANY, error: { type } },
})
const relay = (status: number, code: string): ErrorAnswer => ({
  status,
  body: { code, message: ANY, data: null, error: { message: ANY, code } },
})
const relayFailed = (reason: string): ErrorAnswer => ({
  status: 200,
  body: { code: 'success', data: { status: 'FAILURE', progress: '100%', fail_reason: saying(reason) } },
})
const mj = (status: number, code: number, description: Json = ANY): ErrorAnswer => ({
  status,
  body: { code, description, type: 'upstream_error' },
})
const openAiForm = (status: number, more: JsonObject): ErrorAnswer => ({
  status,
  body: { error: { message: ANY, ...more } },
})
const kling = (status: number, code: number): ErrorAnswer => ({
  status,
  body: { code, message: ANY, request_id: ANY, data: null },
})
const polyphony = (status: number, code: string): ErrorAnswer => ({ status, body: { error: { code, message: ANY } } })
const minimax = (code: number): ErrorAnswer => ({
  status: 200,
  body: { base_resp: { status_code: code, status_msg: ANY } },
})

const CASES: Case[] = [
  {
    protocol: 'PiAPI',
    path: '/api/v1/task',
    body: (prompt) => ({ model: 'suno', task_type: 'lyrics', input: { prompt } }),
    bad: { body: { model: 'suno', task_type: 'lyrics', input: {} }, field: 'input.prompt' },
    unknown: get(`/api/v1/task/${UNKNOWN_ID}`),
    failed: (created) => get(`/api/v1/task/${at(created, 'data', 'task_id')}?wait=20`),
    answers: {
      badKey: piapi(401, 'unauthorized'),
      badBody: piapi(400, 'invalid_input'),
      unknown: piapi(404, 'task_not_found'),
      noCredit: piapi(402, 'insufficient_points'),
      rateLimited: piapi(429, 'rate_limited'),
      overloaded: piapi(429, 'overloaded'),
      vendorFailure: {
        status: 200,
        body: { code: 200, data: { status: 'failed', error: { message: saying('failed') } } },
      },
      moderation: {
        status: 200,
        body: { code: 200, data: { status: 'failed', error: { message: saying('moderation') } } },
      },
    },
  },
  {
    protocol: 'Suno relay',
    path: '/suno/submit/lyrics',
    body: (prompt) => ({ prompt }),
    bad: { body: { prompt: 7 }, field: 'prompt' },
    unknown: get(`/suno/fetch/${UNKNOWN_ID}`),
    failed: (created) => get(`/suno/fetch/${at(created, 'data')}?wait=20`),
    answers: {
      badKey: relay(401, 'invalid_request'),
      badBody: relay(400, 'invalid_request'),
      unknown: relay(400, 'task_not_exist'),
      noCredit: relay(403, 'quota_not_enough'),
      rateLimited: relay(429, 'rate_limited'),
      overloaded: relay(503, 'overloaded'),
      vendorFailure: relayFailed('failed'),
      moderation: relayFailed('moderation'),
    },
  },
  {
    protocol: 'Udio relay',
    path: '/udio/submit/music',
    body: (prompt) => ({ gen_params: { prompt, lyrics_type: 'generate' } }),
    bad: { body: { gen_params: { prompt: 7, lyrics_type: 'generate' } }, field: 'prompt' },
    unknown: get(`/udio/fetch/${UNKNOWN_ID}`),
    failed: (created) => get(`/udio/fetch/${at(created, 'data')}?wait=20`),
    answers: {
      badKey: relay(401, 'invalid_request'),
      badBody: relay(400, 'invalid_request'),
      unknown: relay(400, 'task_not_exist'),
      noCredit: relay(403, 'quota_not_enough'),
      rateLimited: relay(429, 'rate_limited'),
      overloaded: relay(503, 'overloaded'),
      vendorFailure: relayFailed('failed'),
      moderation: relayFailed('moderation'),
    },
  },
  {
    protocol: 'Midjourney relay',
    path: '/mj/submit/imagine',
    body: (prompt) => ({ prompt }),
    bad: { body: { prompt: 7 }, field: 'prompt' },
    unknown: get(`/mj/task/${UNKNOWN_ID}/fetch`),
    failed: (created) => get(`/mj/task/${at(created, 'result')}/fetch?wait=20`),
    answers: {
      badKey: openAiForm(401, {}),
      badBody: mj(400, 4),
      unknown: mj(400, 4, 'task_no_found'),
      noCredit: mj(400, 4, saying('quota_not_enough')),
      rateLimited: mj(429, 30),
      overloaded: mj(429, 30),
      vendorFailure: { status: 200, body: { status: 'FAILURE', failReason: saying('failed') } },
      moderation: { status: 200, body: { status: 'FAILURE', failReason: saying('moderation') } },
    },
  },
  {
    protocol: 'Luma',
    path: '/luma/dream-machine/v1/generations/video',
    body: (prompt) => ({ prompt, model: 'ray-2' }),
    bad: { body: { prompt: 'a fox', model: 'ray-2', aspect_ratio: '5:1' }, field: 'aspect_ratio' },
    unknown: get(`/luma/dream-machine/v1/generations/${UNKNOWN_ID}`),
    failed: (created) => get(`/luma/dream-machine/v1/generations/${at(created, 'id')}?wait=20`),
    answers: {
      badKey: { status: 401, body: { detail: ANY } },
      badBody: { status: 422, body: { detail: [{ loc: ['body', 'aspect_ratio'], msg: ANY }] } },
      unknown: { status: 404, body: { detail: ANY } },
      noCredit: { status: 402, body: { detail: ANY } },
      rateLimited: { status: 429, body: { detail: ANY } },
      overloaded: { status: 503, body: { detail: ANY } },
      vendorFailure: { status: 200, body: { state: 'failed', failure_reason: saying('failed') } },
      moderation: { status: 200, body: { state: 'failed', failure_reason: saying('moderation') } },
    },
  },
  {
    protocol: 'Runway',
    path: '/runwayml/v1/text_to_video',
    body: (promptText) => ({ model: 'gen4.5', promptText, ratio: '1280:720', duration: 5 }),
    bad: { body: { model: 'gen4.5', promptText: 'a fox', ratio: '5:1', duration: 5 }, field: 'ratio' },
    unknown: get(`/runwayml/v1/tasks/${UNKNOWN_ID}`),
    failed: (created) => get(`/runwayml/v1/tasks/${at(created, 'id')}?wait=20`),
    answers: {
      badKey: { status: 401, body: { error: ANY } },
      badBody: { status: 400, body: { error: ANY, issues: [{ path: ['ratio'] }] } },
      unknown: { status: 404, body: { error: ANY } },
      noCredit: { status: 400, body: { error: ANY } },
      rateLimited: { status: 429, body: { error: ANY } },
      overloaded: { status: 503, body: { error: ANY } },
      vendorFailure: { status: 200, body: { status: 'FAILED', failure: saying('failed') } },
      moderation: { status: 200, body: { status: 'FAILED', failure: saying('moderation') } },
    },
  },
  {
    protocol: 'Kling',
    path: '/kling/v1/videos/text2video',
    body: (prompt) => ({ prompt, model_name: 'kling-v1' }),
    bad: { body: { prompt: 'a fox', model_name: 'kling-v1', aspect_ratio: '5:1' }, field: 'aspect_ratio' },
    unknown: get(`/kling/v1/videos/text2video/${UNKNOWN_ID}`),
    failed: (created) => get(`/kling/v1/videos/text2video/${at(created, 'data', 'task_id')}?wait=20`),
    answers: {
      badKey: kling(401, 1002),
      badBody: kling(400, 1201),
      unknown: kling(404, 1203),
      noCredit: kling(429, 1102),
      rateLimited: kling(429, 1302),
      overloaded: kling(503, 5001),
      vendorFailure: {
        status: 200,
        body: { code: 0, data: { task_status: 'failed', task_status_msg: saying('failed') } },
      },
      moderation: {
        status: 200,
        body: { code: 0, data: { task_status: 'failed', task_status_msg: saying('moderation') } },
      },
    },
  },
  {
    protocol: 'MiniMax',
    path: '/minimax/v1/video_generation',
    body: (prompt) => ({ prompt, model: 'MiniMax-Hailuo-02' }),
    bad: { body: { prompt: 7, model: 'MiniMax-Hailuo-02' }, field: 'prompt' },
    unknown: get(`/minimax/v1/query/video_generation?task_id=${UNKNOWN_ID}`),
    failed: (created) => get(`/minimax/v1/query/video_generation?task_id=${at(created, 'task_id')}&wait=20`),
    answers: {
      badKey: minimax(2049),
      badBody: minimax(2013),
      unknown: minimax(2013),
      noCredit: minimax(1008),
      rateLimited: minimax(1002),
      overloaded: minimax(1002),
      vendorFailure: { status: 200, body: { status: 'Fail' } },
      moderation: { status: 200, body: { status: 'Fail' } },
    },
  },
  {
    protocol: 'Replicate',
    path: '/replicate/v1/models/black-forest-labs/flux-schnell/predictions',
    body: (prompt) => ({ input: { prompt } }),
    bad: { body: { input: 'a fox' }, field: 'input' },
    unknown: get(`/replicate/v1/predictions/${UNKNOWN_ID}`),
    failed: (created) => get(`/replicate/v1/predictions/${at(created, 'id')}?wait=20`),
    answers: {
      badKey: { status: 401, body: { title: ANY, detail: ANY, status: 401 } },
      badBody: { status: 422, body: { title: ANY, detail: ANY, status: 422 } },
      unknown: { status: 404, body: { title: ANY, detail: ANY, status: 404 } },
      noCredit: { status: 402, body: { title: ANY, detail: ANY, status: 402 } },
      rateLimited: { status: 429, body: { title: ANY, detail: ANY, status: 429 } },
      overloaded: { status: 429, body: { title: ANY, detail: ANY, status: 429 } },
      vendorFailure: { status: 200, body: { status: 'failed', error: saying('failed') } },
      moderation: { status: 200, body: { status: 'failed', error: saying('moderation') } },
    },
  },
  {
    protocol: 'fal',
    path: '/fal/run/fal-ai/flux/dev',
    body: (prompt) => ({ prompt }),
    bad: { body: { prompt: 'a fox', image_url: 'http://127.0.0.1/' }, field: 'image_url' },
    unknown: get(`/fal/queue/fal-ai/flux/requests/${UNKNOWN_ID}/status`),
    failed: null,
    answers: {
      badKey: { status: 401, body: { detail: ANY } },
      badBody: { status: 422, body: { detail: [{ loc: ['body', 'image_url'], msg: ANY }] } },
      unknown: { status: 404, body: { detail: ANY } },
      noCredit: { status: 403, body: { detail: ANY } },
      rateLimited: { status: 429, body: { detail: ANY } },
      overloaded: { status: 503, body: { detail: ANY } },
      vendorFailure: { status: 400, body: { detail: ANY } },
      moderation: { status: 422, body: { detail: ANY } },
    },
  },
  {
    protocol: 'Flux (BFL)',
    path: '/flux/v1/flux-pro-1.1',
    body: (prompt) => ({ prompt }),
    bad: { body: { prompt: 'a fox', width: 1_000_000 }, field: 'width' },
    unknown: get(`/flux/v1/get_result?id=${UNKNOWN_ID}`),
    failed: (created) => get(`/flux/v1/get_result?id=${at(created, 'id')}&wait=20`),
    answers: {
      badKey: { status: 403, body: { detail: ANY } },
      badBody: { status: 422, body: { detail: [{ loc: ['body', 'width'], msg: ANY }] } },
      unknown: { status: 404, body: { status: 'Task not found' } },
      noCredit: { status: 402, body: { detail: ANY } },
      rateLimited: { status: 429, body: { detail: ANY } },
      overloaded: { status: 503, body: { detail: ANY } },
      vendorFailure: { status: 200, body: { status: 'Error', result: null } },
      moderation: { status: 200, body: { status: 'Content Moderated', result: null } },
    },
  },
  {
    protocol: 'Ideogram',
    path: '/ideogram/generate',
    body: (prompt) => ({ image_request: { prompt } }),
    bad: { body: { image_request: { prompt: 'a fox', aspect_ratio: '5:1' } }, field: 'aspect_ratio' },
    unknown: null,
    failed: null,
    answers: {
      badKey: { status: 401, body: { error: ANY } },
      badBody: { status: 400, body: { error: ANY } },
      noCredit: { status: 402, body: { error: ANY } },
      rateLimited: { status: 429, body: { error: ANY } },
      overloaded: { status: 503, body: { error: ANY } },
      vendorFailure: { status: 500, body: { error: saying('failed') } },
      moderation: { status: 422, body: { error: saying('moderation') } },
    },
  },
  {
    protocol: 'Recraft',
    path: '/recraft/v1/images/generations',
    body: (prompt) => ({ prompt }),
    bad: { body: { prompt: 'a fox', n: 99 }, field: 'n' },
    unknown: get(`/recraft/v1/styles/${UNKNOWN_ID}`),
    failed: null,
    answers: {
      badKey: { status: 401, body: { code: ANY, message: ANY } },
      badBody: { status: 400, body: { code: ANY, message: ANY } },
      unknown: { status: 404, body: { code: 'not_found', message: ANY } },
      noCredit: { status: 402, body: { code: ANY, message: ANY } },
      rateLimited: { status: 429, body: { code: ANY, message: ANY } },
      overloaded: { status: 503, body: { code: 'overloaded', message: ANY } },
      vendorFailure: { status: 502, body: { code: ANY, message: saying('failed') } },
      moderation: { status: 400, body: { code: 'content_moderated', message: saying('moderation') } },
    },
  },
  {
    protocol: 'OpenAI images',
    path: '/v1/images/generations',
    body: (prompt) => ({ prompt, model: 'gpt-image-1' }),
    bad: { body: { prompt: 'a fox', model: 'gpt-image-1', n: 99 }, field: 'n' },
    unknown: null,
    failed: null,
    answers: {
      badKey: openAiForm(401, { type: 'invalid_request_error', code: 'invalid_api_key' }),
      badBody: openAiForm(400, { type: 'invalid_request_error', param: 'n', code: 'invalid_value' }),
      noCredit: openAiForm(429, { type: 'insufficient_quota', code: 'insufficient_quota' }),
      rateLimited: openAiForm(429, { code: 'rate_limit_exceeded' }),
      overloaded: openAiForm(503, { type: 'server_error', code: 'overloaded' }),
      vendorFailure: openAiForm(500, { type: 'server_error' }),
      moderation: openAiForm(400, { code: 'moderation_blocked' }),
    },
  },
  {
    protocol: 'OpenAI videos',
    path: '/v1/videos',
    body: (prompt) => ({ prompt }),
    bad: { body: { prompt: 'a fox', seconds: '5' }, field: 'seconds' },
    unknown: get(`/v1/videos/${UNKNOWN_ID}`),
    failed: (created) => get(`/v1/videos/${at(created, 'id')}?wait=20`),
    answers: {
      badKey: openAiForm(401, { type: 'invalid_request_error', code: 'invalid_api_key' }),
      badBody: openAiForm(400, { type: 'invalid_request_error', param: 'seconds', code: 'invalid_value' }),
      unknown: openAiForm(404, { type: 'invalid_request_error', code: 'task_not_found' }),
      noCredit: openAiForm(429, { type: 'insufficient_quota', code: 'insufficient_quota' }),
      rateLimited: openAiForm(429, { code: 'rate_limit_exceeded' }),
      overloaded: openAiForm(503, { type: 'server_error', code: 'overloaded' }),
      vendorFailure: {
        status: 200,
        body: { status: 'failed', error: { code: 'vendor_refused', message: saying('failed') } },
      },
      moderation: { status: 200, body: { status: 'failed', error: { code: 'moderation_blocked', message: ANY } } },
    },
  },
  {
    protocol: 'Polyphony',
    path: '/polyphony/v1/tasks',
    body: (prompt) => ({ operation: 'suno/lyrics', input: { prompt } }),
    bad: { body: { operation: 'suno/lyrics', input: {} }, field: 'input.prompt' },
    unknown: get(`/polyphony/v1/tasks/${UNKNOWN_ID}`),
    failed: (created) => get(`/polyphony/v1/tasks/${at(created, 'id')}?wait=20`),
    answers: {
      badKey: polyphony(401, 'unauthorized'),
      badBody: polyphony(400, 'invalid_input'),
      unknown: polyphony(404, 'task_not_found'),
      noCredit: polyphony(402, 'insufficient_points'),
      rateLimited: polyphony(429, 'rate_limited'),
      overloaded: polyphony(503, 'overloaded'),
      vendorFailure: { status: 200, body: { status: 'failed', error: { message: saying('failed') } } },
      moderation: { status: 200, body: { status: 'failed', error: { code: 'content_moderated', message: ANY } } },
    },
  },
]

let gateway: TestGateway
let pauper: string

/** Runs before the store's own verb, for one test: a pause, or a fault. */
let before: (() => Promise<void>) | undefined
const submitTasks =
  (opened: Store): Store['submitTasks'] =>
  async (args) => {
    await before?.()
    return opened.submitTasks(args)
  }

beforeAll(async () => {
  const everything = {
    id: 'everything',
    operations: new Set(listOperations().map(({ id }) => id)),
    submit: () => Promise.reject(new Error('Nothing here is to reach a provider.')),
  }
  const house = [{ provider: everything, mode: 'live' as const, slots: 1 }]
  const env = { POLYPHONY_EGRESS_ALLOW: '', POLYPHONY_SUBMISSIONS_QUEUED: '1' }
  gateway = await openGateway({
    env,
    replaced: { builtIn: house, store: (opened) => ({ ...opened, submitTasks: submitTasks(opened) }) },
  })
  pauper = (await gateway.tenant({ creditPoints: 1 })).key
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

/** What a refused request must not change. */
async function standing() {
  const { available, held } = await gateway.balance()
  return { available, held, tasks: await gateway.store.countTasks({ tenantId: gateway.tenantId }) }
}

function expectAnswer(answer: Answer, { status, body }: ErrorAnswer): void {
  expect(answer).toMatchObject({ status, body })
}

const SLOW = { model: 'suno', task_type: 'lyrics', input: { prompt: 'fog' } }

describe.each(CASES)('$protocol', ({ protocol, path, body, bad, unknown, failed, answers }) => {
  const good = body('a fox crosses a frozen lake')

  it('refuses a wrong key', async () => {
    expectAnswer(await gateway.send('POST', path, { key: 'sk-live-nobody-has-this', body: good }), answers.badKey)
  })

  it('refuses a wrong body, and names the field', async () => {
    const earlier = await standing()
    const answer = await gateway.send('POST', path, { body: bad.body })
    expectAnswer(answer, answers.badBody)
    expect(JSON.stringify(answer.body)).toContain(bad.field)
    expect(await standing()).toEqual(earlier)
  })

  it.runIf(unknown !== null)('reports an id that does not exist', async () => {
    if (!unknown || !answers.unknown) throw new Error('The case has no unknown id.')
    const { method, path: where, body: sent } = unknown
    expectAnswer(await gateway.send(method, where, sent ? { body: sent } : {}), answers.unknown)
  })

  it.runIf(unknown !== null && failed !== null)('reports a task of the other mode of key as unknown', async () => {
    if (!failed || !answers.unknown) throw new Error('The case has no ids.')
    const created = await gateway.send('POST', path, { key: TEST_KEY, body: body('sandbox:fast') })
    const { method, path: where, body: sent } = failed(created.body)
    expectAnswer(await gateway.send(method, where, sent ? { body: sent } : {}), answers.unknown)
    const own = await gateway.send(method, where, { key: TEST_KEY, ...(sent ? { body: sent } : {}) })
    expect(own.status).toBe(200)
    // Also when an earlier read has cached it.
    expectAnswer(await gateway.send(method, where, sent ? { body: sent } : {}), answers.unknown)
  })

  it('refuses a task that costs more than the credit', async () => {
    expectAnswer(await gateway.send('POST', path, { key: pauper, body: good }), answers.noCredit)
  })

  it('refuses requests beyond the rate, with the time to wait', async () => {
    const { key } = await gateway.tenant({ key: { mode: 'test', requestsPerMinute: 1 } })
    await gateway.send('POST', path, { key, body: body('sandbox:fast') })
    const answer = await gateway.send('POST', path, { key, body: good })
    expectAnswer(answer, answers.rateLimited)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('refuses submissions that cannot be stored in time, with the time to wait', async () => {
    const [begun, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    before = () => {
      begun.resolve()
      return go.promise
    }
    try {
      const accepted = gateway.piapi.post(SLOW, { key: TEST_KEY })
      await begun.promise
      const answer = await gateway.send('POST', path, { key: TEST_KEY, body: good })
      go.resolve()
      expectAnswer(answer, answers.overloaded)
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(await accepted).toMatchObject({ status: 200 })
    } finally {
      go.resolve()
      before = undefined
    }
  })

  it.each(['store_unavailable', 'storage_full', 'too_many_staged'] as const)(
    'tells the time to wait after %s',
    async (code) => {
      before = () => Promise.reject(new PolyphonyError(code, 'Not now.'))
      try {
        const answer = await gateway.send('POST', path, { key: TEST_KEY, body: good })
        expect(answer.status === 200).toBe(protocol === 'MiniMax')
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      } finally {
        before = undefined
      }
    },
  )

  it('tells the time to wait with every 429, 503 or 507, and with no other status', async () => {
    const refused = [
      await gateway.send('POST', path, { key: pauper, body: good }),
      await gateway.send('POST', path, { key: 'sk-live-nobody-has-this', body: good }),
    ]
    for (const { status, headers } of refused) {
      expect(headers.has('retry-after')).toBe([429, 503, 507].includes(status))
    }
  })

  it.each(['fail', 'moderation'] as const)('reports a task that ends by sandbox:%s', async (word) => {
    const created = await gateway.send('POST', path, { key: TEST_KEY, body: body(`sandbox:fast sandbox:${word}`) })
    const expected = word === 'fail' ? answers.vendorFailure : answers.moderation
    if (!failed) return expectAnswer(created, expected)
    expect(created.status).toBeLessThan(300)
    const { method, path: where, body: sent } = failed(created.body)
    expectAnswer(await gateway.send(method, where, { key: TEST_KEY, ...(sent ? { body: sent } : {}) }), expected)
  })
})
