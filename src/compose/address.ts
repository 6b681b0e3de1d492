/** The URL under which a server is reached that listens here. A wildcard is an address to listen on, not one to call. */
export function urlOf(host: string, port: number): string {
  if (isWildcard(host)) return `http://localhost:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Whether a host means all addresses of the machine. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}
