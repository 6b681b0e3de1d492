/** URLs that name databases of PostgreSQL: `postgres://user:password@host:port/name?sslmode=…`. */

const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']
/** What node-postgres takes for `verify-full`, with a warning about each on standard error. */
const VERIFY_FULL = /([?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/g
/** Parameters in which an @ can be meant: names, texts, and paths of files. */
const MAY_HAVE_AT = new Set([
  'user',
  'password',
  'application_name',
  'fallback_application_name',
  'options',
  'sslcert',
  'sslkey',
  'sslrootcert',
])

/** What is wrong with such a URL, as the rest of a sentence about it; undefined where it can be used. */
export function postgresUrlFault(text: string): string | undefined {
  const url = parsed(text)
  if (!url || endsInPassword(url) || !isEncoded(url.username) || !isEncoded(url.password)) {
    return 'must be a URL such as postgres://user:password@host/name; in the password, @ : / ? # and % are written %40 %3A %2F %3F %23 and %25.'
  }
  const mode = url.searchParams.getAll('sslmode').find((one) => !SSL_MODES.includes(one))
  if (mode === undefined) return undefined
  return `has the sslmode "${mode}", which must be disable, no-verify or verify-full; prefer, require and verify-ca mean verify-full.`
}

/** As node-postgres reads it: a URL with a user may leave the host to the parameters, `postgres://user:password@/name?host=…`. */
function parsed(text: string): URL | null {
  return URL.parse(text) ?? URL.parse(text.replace('@/', `@${NO_HOST}/`))
}

const NO_HOST = 'no-host.invalid'

/** Whether a character of the password was read as the end of what it is in: its rest is in the path, the query or the fragment. */
function endsInPassword({ hash, pathname, searchParams }: URL): boolean {
  const hasStrayAt = [...searchParams].some(
    ([name, value]) => name.includes('@') || (value.includes('@') && !MAY_HAVE_AT.has(name)),
  )
  return hash !== '' || pathname.includes('@') || hasStrayAt
}

function isEncoded(text: string): boolean {
  try {
    return decodeURIComponent(text) !== undefined
  } catch {
    return false // a % that is only itself
  }
}

/** Such a URL for messages: without its password and parameters. Of one that cannot be used nothing is known to be no password. */
export function postgresPlace(text: string): string {
  const url = parsed(text)
  if (!url || postgresUrlFault(text) !== undefined) return '(hidden)'
  const user = url.searchParams.get('user') ?? decodeURIComponent(url.username)
  const host = url.hostname === NO_HOST ? '' : url.host
  return `${user === '' ? '' : `${user}@`}${host || (url.searchParams.get('host') ?? '')}${url.pathname}`
}

/** The URL as node-postgres reads it anyway, without its warning. `uselibpqcompat` chooses the meanings of libpq. */
export function forNodePostgres(text: string): string {
  return text.includes('uselibpqcompat=') ? text : text.replace(VERIFY_FULL, '$1verify-full')
}
