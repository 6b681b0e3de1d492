import { call } from '../api/client.ts'
import { router } from '../router.tsx'
import { stop } from './player.ts'
import { becomeSession } from './session.ts'

export async function signOut(): Promise<void> {
  stop()
  becomeSession(await call('POST /api/workspace/sign-out'))
  await router.navigate({ to: '/sign-in' })
}
