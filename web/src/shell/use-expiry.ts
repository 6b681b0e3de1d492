import { useEffect, useRef } from 'react'
import { ApiError } from '../api/client.ts'
import { queryClient, sessionQuery } from '../api/queries.ts'
import { translate } from '../i18n/i18n.ts'
import { router } from '../router.tsx'
import { say } from '../ui/toast.tsx'
import { becomeSession, isSignedIn, useSession } from './session.ts'

/**
 * What other tabs and time do to a session. When it has ended, the page leads to the sign-in, and from there back (what was typed in
 * the studio is there then); when it is someone else's, or of another tenant, nothing that was read before is shown.
 */
export function useExpiry(): void {
  const session = useSession()
  const who = [session.person?.id, session.key?.id, session.tenant].join(' ')
  const before = useRef(who)
  const isOver = !isSignedIn(session)
  useEffect(() => {
    if (isOver) void leave()
    else if (before.current !== who)
      void queryClient.resetQueries({ predicate: ({ queryKey: [of] }) => of !== 'session' })
    before.current = who
  }, [who, isOver])
  useEffect(() => {
    const look = (error: unknown): void => {
      if (!(error instanceof ApiError) || error.status !== 401) return
      // Where that cannot be read either, the page says what is wrong.
      queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 }).catch(() => undefined)
    }
    const caches = [queryClient.getQueryCache(), queryClient.getMutationCache()]
    const ends = caches.map((cache) =>
      cache.subscribe((event: { type: string; action?: { type: string; error?: unknown } }) => {
        if (event.type === 'updated' && event.action?.type === 'error') look(event.action.error)
      }),
    )
    return () => {
      for (const end of ends) end()
    }
  }, [])
}

async function leave(): Promise<void> {
  const { href, pathname } = router.state.location
  // Whoever signs out here is on the way already.
  if (pathname === '/sign-in') return
  const session = queryClient.getQueryData(sessionQuery.queryKey)
  if (session) becomeSession(session)
  await router.navigate({ to: '/sign-in', search: { next: href } })
  say(translate('session.ended'))
}
