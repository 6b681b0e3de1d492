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

/** Loads a URL after a short warm-up. Throws unless every answer is a 2xx. */
export async function load(options: Load): Promise<Measured> {
  await run({ ...options, seconds: 2 })
  return run(options)
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
