/** URLs that name databases of PostgreSQL: `postgres://user:password@host:port/name?sslmode=…`. */

const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']
/** What node-postgres takes for `verify-full`, with a warning about each on standard error. */
const VERIFY_FULL = /([?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/

/** What is wrong with such a URL, as the rest of a sentence about it; undefined where it can be used. */
export function postgresUrlFault(text: string): string | undefined {
  const url = URL.parse(text)
  if (!url || endsInPassword(url) || !isEncoded(url.username) || !isEncoded(url.password)) {
    return 'must be a URL such as postgres://user:password@host/name; in the password, @ : / ? # and % are written %40 %3A %2F %3F %23 and %25.'
  }
  const mode = url.searchParams.get('sslmode')
  if (mode === null || SSL_MODES.includes(mode)) return undefined
  return `has the sslmode "${mode}", which must be disable, no-verify or verify-full; prefer, require and verify-ca mean verify-full.`
}

/** Whether a character of the password was read as the end of what it is in: its rest is in the path, the query or the fragment. */
function endsInPassword({ hash, pathname, search }: URL): boolean {
  return hash !== '' || pathname.includes('@') || (pathname === '' && search.includes('@'))
}

function isEncoded(text: string): boolean {
  try {
    return decodeURIComponent(text) !== undefined
  } catch {
    return false // a % that is only itself
  }
}

/** Such a URL for messages: without its password and parameters. */
export function postgresPlace(text: string): string {
  const { username, host, pathname } = new URL(text)
  return `${username === '' ? '' : `${decodeURIComponent(username)}@`}${host}${pathname}`
}

/** The URL as node-postgres reads it anyway, without its warning. `uselibpqcompat` chooses the meanings of libpq. */
export function forNodePostgres(text: string): string {
  return text.includes('uselibpqcompat=') ? text : text.replace(VERIFY_FULL, '$1verify-full')
}
