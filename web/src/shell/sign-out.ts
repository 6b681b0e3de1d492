import { call } from '../api/client.ts'
import { forgetDrafts } from '../pages/studio/drafts.ts'
import { router } from '../router.tsx'
import { stop } from './player.ts'
import { becomeSession } from './session.ts'

export async function signOut(): Promise<void> {
  stop()
  forgetDrafts()
  const session = await call('POST /api/workspace/sign-out')
  // First: a page inside that finds no one signed in would say that the session has ended by itself.
  await router.navigate({ to: '/sign-in' })
  becomeSession(session)
}
