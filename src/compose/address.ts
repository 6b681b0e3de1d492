import type { Config } from '../config/config.ts'

/** The URL under which a server is reached that listens here. A wildcard is an address to listen on, not one to call. */
export function urlOf(host: string, port: number): string {
  if (isWildcard(host)) return `http://localhost:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Whether a host means all addresses of the machine. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

/** Whether URLs in answers are those under which requests come in: nothing else says how callers reach the gateway. */
export function followsRequests({
  publicUrl,
  host,
  trustedProxies,
}: Pick<Config, 'publicUrl' | 'host' | 'trustedProxies'>): boolean {
  return publicUrl === undefined && (isWildcard(host) || trustedProxies.length > 0)
}
