import { useSuspenseQuery } from '@tanstack/react-query'
import type { Session } from '../api/queries.ts'
import { queryClient, sessionQuery } from '../api/queries.ts'

/** Who is here. The root of the pages has loaded it. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data
}

/** Another person, or another tenant: nothing that was read before holds. */
export function becomeSession(session: Session): void {
  queryClient.clear()
  queryClient.setQueryData(sessionQuery.queryKey, session)
}

export const isSignedIn = ({ person, key }: Session): boolean => person !== null || key !== null
export const isOperator = ({ is_operator, key }: Session): boolean => is_operator || key?.role === 'admin'
/** Whether what belongs to the tenant may be changed: keys, accounts, people. */
export const mayManage = ({ role }: Session): boolean => role === 'owner'
/** Whether tasks may be made. */
export const mayMake = ({ role }: Session): boolean => role === 'owner' || role === 'member'
