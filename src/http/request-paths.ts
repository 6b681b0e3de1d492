import type { IncomingHttpHeaders } from 'node:http'
import type { Claim, RouteModule, Spelling } from '../dialects/dialect.ts'
import { formOf } from './route-methods.ts'

/**
 * The paths that clients send, as the routes have them. Several slashes count as one: a base address often ends in one. And
 * `/v1/suno/…` is served as `/suno/…`: clients of OpenAI's routes put `/v1` into the base address of all, also where their
 * library adds it again: `/v1/v1/messages` is served as `/v1/messages`. A path that two
 * protocols have is told apart by a header that the clients of one of them send. A path that has another spelling is served
 * as the one that has routes. The path of the public address may be there, or was removed by a proxy.
 */
export class RequestPaths {
  /** First parts of paths, such as `suno`, and `mj-{speed}` as a pattern. */
  readonly #first = new Map<string, RegExp>()
  /** Second parts of the paths below `/v1`, which are routes of their own. */
  readonly #belowV1 = new Set<string>()

  readonly #claims: readonly Claim[]
  readonly #spellings: readonly Spelling[]

  readonly #basePath: () => string

  /** `basePath`: that of the public address, which is read at every use. */
  constructor(
    modules: readonly Pick<RouteModule, 'claims' | 'paths' | 'spellings'>[],
    basePath: () => string = () => '',
  ) {
    this.#basePath = basePath
    this.#claims = modules.flatMap(({ claims = [] }) => claims)
    this.#spellings = modules.flatMap(({ spellings = [] }) => spellings)
    const spelt = this.#spellings.map(({ path }) => path)
    for (const path of [...modules.flatMap(({ paths }) => paths), ...spelt]) {
      const [, first = '', second = ''] = path.split('/')
      if (first === 'v1') this.#belowV1.add(second)
      else this.#first.set(first, formOf(first))
    }
  }

  /** The URL (path and query) as it is routed. */
  served(url = '/', headers: IncomingHttpHeaders = {}): string {
    return this.#claimed(this.#respelt(this.#plain(this.#withoutBase(url))), headers)
  }

  #withoutBase(url: string): string {
    const base = this.#basePath()
    if (base === '') return url
    const path = withSingleSlashes(url)
    if (isAtOrBelow(path, base)) return path.slice(base.length).replace(/^(?!\/)/, '/')
    const [wellKnown = '', name = ''] = /^\/\.well-known\/([\w-]+)(?=\/)/.exec(path) ?? []
    return name !== '' && isAtOrBelow(path.slice(wellKnown.length), base)
      ? wellKnown + path.slice(wellKnown.length + base.length)
      : url
  }

  #respelt(url: string): string {
    const spelling = this.#spellings.find(({ path }) => isAtOrBelow(url, path))
    return spelling ? spelling.as + url.slice(spelling.path.length) : url
  }

  #claimed(url: string, headers: IncomingHttpHeaders): string {
    const claim = this.#claims.find(({ path, header }) => headers[header] !== undefined && isAtOrBelow(url, path))
    return claim ? claim.below + url : url
  }

  #plain(url: string): string {
    // Nearly all are right as they come.
    if (!url.includes('//') && (!url.startsWith('/v1/') || this.#belowV1.has(secondPart(url)))) return url
    const whole = withSingleSlashes(url)
    const end = endOfPath(whole)
    const path = whole.slice(0, end).replace(/^(?:\/v1)+(?=\/v1\/)/, '')
    const rest = whole.slice(end)
    const [, part = ''] = /^\/v1\/([^/]+)/.exec(path) ?? []
    const isBelow = this.#belowV1.has(part) || ![...this.#first.values()].some((form) => form.test(part))
    return (isBelow ? path : path.slice('/v1'.length)) + rest
  }
}

/** The path alone is changed: what follows may have addresses in it. */
function withSingleSlashes(url: string): string {
  const end = endOfPath(url)
  return url.slice(0, end).replaceAll(/\/{2,}/g, '/') + url.slice(end)
}

function endOfPath(url: string): number {
  const end = url.search(/[?#]/)
  return end === -1 ? url.length : end
}

function isAtOrBelow(url: string, path: string): boolean {
  return url.startsWith(path) && /^(?:$|[/?#])/.test(url.slice(path.length, path.length + 1))
}

/** Of a path that begins with `/v1/`. */
function secondPart(url: string): string {
  const end = url.indexOf('/', '/v1/'.length)
  return url.slice('/v1/'.length, end === -1 ? url.length : end)
}
