import type { JsonObject } from '../../src/core/json.ts'
import type { Answer, TestGateway } from './gateway.ts'

/** A browser as far as the server sees one: it keeps cookies, and says which page sends a request. */
export interface Visitor {
  cookies: Map<string, string>
  send(method: string, path: string, sending?: Visit): Promise<Answer<JsonObject>>
  /** The `data` of an answer that must be good. */
  data<Data = JsonObject>(method: string, path: string, sending?: Visit): Promise<Data>
}

export interface Visit {
  body?: unknown
  headers?: Record<string, string>
}

export function visitor({ send, url }: Pick<TestGateway, 'send' | 'url'>): Visitor {
  const cookies = new Map<string, string>()
  const self: Visitor = {
    cookies,
    async send(method, path, { body, headers = {} } = {}) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const answer = await send(method, path, {
        key: null,
        headers: { origin: new URL(url).origin, ...(cookie === '' ? {} : { cookie }), ...headers },
        ...(body === undefined ? {} : { body }),
      })
      for (const set of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
        if (/Max-Age=0\b/i.test(set)) cookies.delete(name)
        else cookies.set(name, value)
      }
      return answer as unknown as Answer<JsonObject> // every answer here is an object
    },
    async data<Data>(method: string, path: string, visit?: Visit) {
      const { status, body } = await self.send(method, path, visit)
      if (status !== 200) throw new Error(`${method} ${path} answered ${status}: ${JSON.stringify(body)}`)
      return body.data as Data // as the caller says
    },
  }
  return self
}

/** Claims a new gateway by the link of its log. */
export async function claimed(gateway: TestGateway, who: { email: string; password: string; name: string }) {
  const first = visitor(gateway)
  const link = await gateway.gateway.claimLink()
  const token = link?.split('#')[1] ?? ''
  await first.data('POST', '/api/workspace/claim', { body: { token, ...who } })
  return first
}
