/** A database URL without its password and parameters. */
export function placeOf(databaseUrl: string): string {
  const { username, host, pathname } = new URL(databaseUrl)
  return `${username === '' ? '' : `${decodeURIComponent(username)}@`}${host}${pathname}`
}
