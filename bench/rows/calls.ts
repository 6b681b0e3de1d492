import { Pool } from 'undici'
import type { Figure, Row } from '../bench.ts'
import { ADMIN_KEY, type Child, inFolder, startChild } from '../child.ts'
import { inTurns, type Load, load, loadOnce, warmUp } from '../load.ts'
import { medianOf } from '../median.ts'
import { openLoop, quantile, type Times } from '../open-loop.ts'
import { processorMs, residentMb } from '../resident.ts'

const CONNECTIONS = 32
/** Calls a second; fewer on a machine that has not several times as many in it, where only the queue would be measured. */
const RATE = 500
const SHARE_OF_THROUGHPUT = 0.25
const ROUNDS = 5

/** How many times the throughput of Portkey's gateway is aimed at. */
const TIMES_PORTKEY = 25
const ADDED_MS = { p50: 0.4, p99: 2 }

/** `BENCH_CALLS=20000` for a shorter look at whether memory grows. */
const CALLS = Number(process.env.BENCH_CALLS ?? 100_000)
const STREAMS = 1_000
const STREAMS_AT_ONCE = 50
const GROWTH_MB = { calls: 50, streams: 100 }
/** Longer than collections of garbage are apart. */
const SETTLE_MS = 5_000

const MESSAGES = [
  { role: 'system', content: 'You are a poet.' },
  { role: 'user', content: 'What colour is the rain? '.repeat(8) },
]

interface Servers {
  models: Child
  gateway: Child
}

/** A gateway that has the models of the fast vendor as those of OpenAI. */
function withServers(work: (servers: Servers) => Promise<Figure[]>): Promise<Figure[]> {
  return inFolder(async (folder) => {
    const models = await startChild('./servers/models.ts')
    const gateway = await startChild('./servers/gateway.ts', {
      DATA_DIR: folder,
      OPENAI_API_KEY: 'sk-bench',
      OPENAI_BASE_URL: `${models.url}/v1`,
    })
    try {
      return await work({ models, gateway })
    } finally {
      await gateway.stop()
      await models.stop()
    }
  })
}

function chatAt({ url }: Child, seconds: number, more: { headers?: object; body?: object } = {}): Load {
  return {
    url: `${url}/v1/chat/completions`,
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json', ...more.headers },
    body: JSON.stringify({ model: 'gpt-5-mini', messages: MESSAGES, max_tokens: 200, ...more.body }),
    connections: CONNECTIONS,
    seconds,
  }
}

/** Chat completions that pass through, with key, hold and metering, against the vendor itself and Portkey's gateway. */
export const callsRow: Row = ({ seconds }) =>
  withServers(async (servers) => {
    const { figure, perSecond } = await throughput(servers, seconds)
    const rate = Math.min(RATE, Math.round(SHARE_OF_THROUGHPUT * perSecond))
    return [
      figure,
      ...(await addedLatency(servers, { seconds, rate, isStreamed: false })),
      ...(await addedLatency(servers, { seconds, rate, isStreamed: true })),
    ]
  })

async function throughput(
  { models, gateway }: Servers,
  seconds: number,
): Promise<{ figure: Figure; perSecond: number }> {
  const portkey = await startChild('./servers/portkey.ts')
  const proxy = await startChild('./servers/bare-proxy.ts', { UPSTREAM: models.url })
  try {
    const headers = { 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `${models.url}/v1` }
    const measured = await inTurns({
      bare: chatAt(models, seconds),
      proxy: chatAt(proxy, seconds),
      ours: chatAt(gateway, seconds),
      portkey: chatAt(portkey, seconds, { headers }),
    })
    const before = processorMs(gateway.process.pid)
    const { answers } = await loadOnce(chatAt(gateway, seconds))
    const processorUs = ((processorMs(gateway.process.pid) - before) * 1_000) / answers
    const times = measured.ours.perSecond / measured.portkey.perSecond
    const figure = {
      what: `chat completions that pass through, ${CONNECTIONS} connections, against Portkey's gateway`,
      measured: `${times.toFixed(1)} times`,
      target: `>= ${TIMES_PORTKEY} times`,
      reached: times >= TIMES_PORTKEY,
      details: {
        'calls/s': Math.round(measured.ours.perSecond),
        'Portkey/s': Math.round(measured.portkey.perSecond),
        'bare/s': Math.round(measured.bare.perSecond),
        // What a gateway in Node.js could have at the most, with nothing to do.
        'bare proxy/s': Math.round(measured.proxy.perSecond),
        'processor us a call': Math.round(processorUs),
        'p99 ms': measured.ours.p99Ms,
        'Portkey p99 ms': measured.portkey.p99Ms,
      },
    }
    return { figure, perSecond: measured.ours.perSecond }
  } finally {
    await proxy.stop()
    await portkey.stop()
  }
}

/** Until the end of a whole answer, and until the first byte of a stream. */
async function addedLatency(
  { models, gateway }: Servers,
  { seconds, rate, isStreamed }: { seconds: number; rate: number; isStreamed: boolean },
): Promise<Figure[]> {
  const body = isStreamed ? { stream: true, stream_options: { include_usage: true } } : {}
  const [bareLoad, ourLoad] = [models, gateway].map((server) => ({ ...chatAt(server, seconds, { body }), rate }))
  if (!bareLoad || !ourLoad) return []
  const pick = ({ firstByteMs, endMs }: Times): number[] => (isStreamed ? firstByteMs : endMs)
  for (const warmed of [chatAt(models, seconds, { body }), chatAt(gateway, seconds, { body })])
    await warmUp((warming) => loadOnce({ ...warmed, seconds: warming }))
  const rounds: { bare: number[]; ours: number[] }[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const short = Math.max(1, seconds / 2)
    const bare = pick(await openLoop({ ...bareLoad, seconds: short }))
    const ours = pick(await openLoop({ ...ourLoad, seconds: short }))
    rounds.push({ bare: bare.sort(ascending), ours: ours.sort(ascending) })
  }
  return Object.entries(ADDED_MS).map(([name, targetMs]) => {
    const share = Number(name.slice(1)) / 100
    const added = medianOf(rounds.map(({ bare, ours }) => quantile(ours, share) - quantile(bare, share)))
    const of = (side: 'bare' | 'ours') => medianOf(rounds.map((round) => quantile(round[side], share)))
    return {
      what: `added latency of a ${isStreamed ? 'streamed ' : ''}chat completion at ${rate}/s, ${isStreamed ? 'first byte' : 'whole answer'}, ${name}`,
      measured: `${added.toFixed(2)} ms`,
      target: `<= ${targetMs} ms`,
      reached: added <= targetMs,
      details: { 'ours ms': of('ours').toFixed(2), 'bare ms': of('bare').toFixed(2), rounds: ROUNDS },
    }
  })
}

const ascending = (a: number, b: number): number => a - b

/** Resident memory after many calls, and with many slow streams open at once. */
export const callMemoryRow: Row = () =>
  withServers(async (servers) => [await afterCalls(servers), await withStreams(servers)])

async function afterCalls({ gateway }: Servers): Promise<Figure> {
  const chat = chatAt(gateway, 2)
  await load(chat)
  const before = await settled(gateway)
  let answers = 0
  for (; answers < CALLS; ) answers += (await load({ ...chat, seconds: 5 })).answers
  const after = await settled(gateway)
  return {
    what: `memory growth over ${CALLS} chat completions`,
    measured: `${(after - before).toFixed(0)} MB`,
    target: `<= ${GROWTH_MB.calls} MB`,
    reached: after - before <= GROWTH_MB.calls,
    details: { 'before MB': before.toFixed(0), 'after MB': after.toFixed(0), calls: answers },
  }
}

async function withStreams({ gateway }: Servers): Promise<Figure> {
  const before = await settled(gateway)
  const slow = { stream: true, messages: [{ role: 'user', content: 'slow' }] }
  const { url, headers, body = '' } = chatAt(gateway, 0, { body: slow })
  const pool = new Pool(new URL(url).origin)
  let open = 0
  const leaving = new AbortController()
  const one = async (): Promise<void> => {
    const path = '/v1/chat/completions'
    const answer = await pool.request({ path, method: 'POST', headers, body, signal: leaving.signal })
    if (answer.statusCode !== 200) throw new Error(`A stream was answered ${answer.statusCode}.`)
    await new Promise<void>((arrived) => answer.body.once('data', () => arrived()))
    answer.body.on('error', () => {}) // it ends when all are left
    open += 1
  }
  // All at once would be an overload, in which the gateway refuses some.
  while (open < STREAMS) await Promise.all(Array.from({ length: STREAMS_AT_ONCE }, one))
  const during = await settled(gateway)
  leaving.abort()
  await pool.destroy()
  return {
    what: `memory growth with ${STREAMS} slow streams open`,
    measured: `${(during - before).toFixed(0)} MB`,
    target: `<= ${GROWTH_MB.streams} MB`,
    reached: during - before <= GROWTH_MB.streams,
    details: { 'before MB': before.toFixed(0), 'with streams MB': during.toFixed(0), open },
  }
}

async function settled(gateway: Child): Promise<number> {
  await new Promise((wake) => setTimeout(wake, SETTLE_MS))
  return residentMb(gateway.process.pid)
}
