import type { Agent } from 'undici'

/** What a call may do: as long as a synchronous generation takes. */
export const VENDOR_TIMEOUT_MS = 15 * 60_000

/**
 * `fetch` over an agent of ours. The runtime's own fetch takes no agent of another undici, and that one knows neither the
 * runtime's forms nor its answers; so a form goes as its bytes, and the answer comes back as the runtime's.
 */
export function fetchThrough(
  agent: () => Promise<{ fetch: typeof import('undici').fetch; agent: Agent }>,
): typeof fetch {
  return async (input, init = {}) => {
    const { fetch: send, agent: dispatcher } = await agent()
    const request = new Request(input, init)
    const body = request.body === null ? null : await request.arrayBuffer()
    const answer = await send(request.url, {
      method: request.method,
      headers: Object.fromEntries(request.headers),
      redirect: request.redirect,
      signal: request.signal,
      ...(body === null ? {} : { body }),
      dispatcher,
    })
    const isBare = [101, 204, 205, 304].includes(answer.status)
    return new Response(isBare ? null : (answer.body as ReadableStream<Uint8Array> | null), {
      status: answer.status,
      statusText: answer.statusText,
      headers: [...answer.headers],
    })
  }
}
