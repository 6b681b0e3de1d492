import { call } from '../../api/client.ts'
import type { Session } from '../../api/queries.ts'
import { queryClient, sessionQuery } from '../../api/queries.ts'
import { setLocale } from '../../i18n/i18n.ts'
import { router } from '../../router.tsx'
import { becomeSession } from '../../shell/session.ts'

/** Goes on to a page as whoever is signed in now. */
export async function enter(session?: Session, next = '/'): Promise<void> {
  queryClient.removeQueries({ queryKey: sessionQuery.queryKey })
  const now = session ?? (await call('GET /api/workspace/session'))
  becomeSession(now)
  const locale = now.person?.locale
  if (locale === 'en' || locale === 'zh') await setLocale(locale)
  // Only an address of this application: another could be put into a link.
  const path = next.startsWith('/') && !next.startsWith('//') ? next : '/'
  router.history.push(path === '/' ? router.buildLocation({ to: '/' }).href : path)
}

let token = ''

/** The token of a link: in the fragment, which no server and no log gets. It is kept while one signs in on the way. */
export function tokenOfLink(): string {
  if (location.hash.length > 1) token = decodeURIComponent(location.hash.slice(1))
  return token
}
