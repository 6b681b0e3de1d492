import autocannon from 'autocannon'

export interface Load {
  url: string
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body?: string
  connections: number
  seconds: number
  /** Requests a second over all connections; as many as go when absent. */
  rate?: number
}

export interface Measured {
  perSecond: number
  p50Ms: number
  p99Ms: number
  answers: number
}

/** Loads a URL that has been warmed up. Throws unless every answer is a 2xx. */
export async function load(options: Load): Promise<Measured> {
  await warmUp((seconds) => run({ ...options, seconds }))
  return run(options)
}

const WARM_UP_SECONDS = 3
const MOST_WARM_UPS = 12
const STILL_FASTER = 1.05

/**
 * Loads a server until it gets no faster: V8 compiles a program of this size over some ten thousand requests, and a server
 * that runs for weeks is not one that has just started.
 */
export async function warmUp(loadFor: (seconds: number) => Promise<{ perSecond: number }>): Promise<void> {
  let best = 0
  for (let times = 0; times < MOST_WARM_UPS; times++) {
    const { perSecond } = await loadFor(WARM_UP_SECONDS)
    if (perSecond < best * STILL_FASTER) return
    best = perSecond
  }
}

/** Loads a URL without a warm-up, for who measures more than the answers. */
export function loadOnce(options: Load): Promise<Measured> {
  return run(options)
}

const ROUNDS = 5

/** Loads two URLs in turns and takes the median of each. */
export async function compare(bare: Load, ours: Load): Promise<{ bare: Measured; ours: Measured }> {
  return inTurns({ bare, ours })
}

/**
 * Loads some URLs in turns and takes the median of each: machines that others share change their speed within seconds,
 * so one long run after the other would compare two different machines.
 */
export async function inTurns<Name extends string>(loads: Record<Name, Load>): Promise<Record<Name, Measured>> {
  const named = Object.entries<Load>(loads).map(([name, load]) => ({ name, load, rounds: [] as Measured[] }))
  for (const { load } of named) await warmUp((seconds) => run({ ...load, seconds }))
  for (let round = 0; round < ROUNDS; round++) {
    for (const { load, rounds } of named) {
      rounds.push(await run({ ...load, seconds: Math.max(1, Math.round(load.seconds / 2)) }))
    }
  }
  const medians = named.map(({ name, rounds }) => [name, median(rounds)])
  return Object.fromEntries(medians) as Record<Name, Measured> // each of the names once
}

/** The round in the middle, by throughput. */
function median(rounds: Measured[]): Measured {
  const middle = rounds.toSorted((a, b) => a.perSecond - b.perSecond)[Math.floor(rounds.length / 2)]
  if (!middle) throw new Error('No round was measured.')
  return middle
}

async function run({ url, method, headers, body, connections, seconds, rate }: Load): Promise<Measured> {
  const result = await autocannon({
    url,
    method,
    headers,
    connections,
    duration: seconds,
    ...(body === undefined ? {} : { body }),
    ...(rate === undefined ? {} : { overallRate: rate }),
  })
  const bad = result.non2xx + result.errors + result.timeouts
  if (bad > 0) throw new Error(`${bad} of ${result.requests.total} requests to ${url} failed.`)
  return {
    perSecond: result.requests.total / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    answers: result.requests.total,
  }
}
