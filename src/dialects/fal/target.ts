import { PolyphonyError } from '../../core/errors.ts'

/** What a request is about, whichever way it came. */
export type Target =
  | { call: 'submit'; model: string }
  | { call: 'status' | 'stream' | 'result' | 'cancel'; app: string; id: string }

export const PREFIX = '/fal'

const CALLS: Record<string, Exclude<Target['call'], 'submit'>> = {
  'GET ': 'result',
  'GET status': 'status',
  'GET status/stream': 'stream',
  'PUT cancel': 'cancel',
}

/**
 * Reads what follows `/queue/`. A model is owner/app, in a namespace or not, with a path below it; its requests are
 * addressed without that path, though some clients keep it. Throws `not_found`.
 */
export function targetOf(method: string, path: string): Target {
  const [, app, id, rest = ''] = /^(.+?)\/requests\/([^/]+)(?:\/(.+))?$/s.exec(path) ?? []
  if (app === undefined || id === undefined) {
    if (method === 'POST') return { call: 'submit', model: path }
    throw unknown(method, path)
  }
  const call = CALLS[`${method} ${rest}`]
  if (!call) throw unknown(method, path)
  return { call, app, id }
}

/** The path below `at` that a request is for, decoded, without slashes at its ends. Throws `not_found`. */
export function pathBelow(at: string, url: string): string {
  const [raw = ''] = url.split('?', 1)
  try {
    return decodeURIComponent(raw.slice(at.length)).replace(/^\/+|(?<!\/)\/+$/g, '')
  } catch {
    throw new PolyphonyError('not_found', `${raw} is not a valid path.`)
  }
}

/** Namespaces stay in front of owner/app. */
const NAMESPACES = ['workflows', 'comfy']

/** The part of a model's name under which its requests are found. */
export function appOf(model: string): string {
  const parts = model.split('/')
  return parts.slice(0, NAMESPACES.includes(parts[0] ?? '') ? 3 : 2).join('/')
}

const HOSTS: Record<string, string> = {
  'queue.fal.run': `${PREFIX}/queue`,
  'fal.run': `${PREFIX}/run`,
  'rest.fal.ai': PREFIX,
  'rest.alpha.fal.ai': PREFIX,
}

/**
 * The gateway's own path for the target in `x-fal-target-url`: nothing is forwarded. Undefined for a URL that is not fal's.
 * Throws `not_found` for an address of fal's that is not served.
 */
export function ownPathOf(target: string): string | undefined {
  const url = URL.parse(target)
  if (url?.protocol !== 'https:' || !/(?:^|\.)fal\.(?:run|ai)$/.test(url.hostname)) return undefined
  const at = HOSTS[url.hostname]
  if (at === undefined) throw new PolyphonyError('not_found', `${url.hostname} is not served by this proxy.`)
  return `${at}${url.pathname}${url.search}`
}

function unknown(method: string, path: string): PolyphonyError {
  return new PolyphonyError('not_found', `Invalid URL (${method} ${PREFIX}/queue/${path})`)
}
