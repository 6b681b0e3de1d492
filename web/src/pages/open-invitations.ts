interface Invitation {
  accepted_at: string | null
  revoked_at: string | null
  expires_at: string
}

/** Those that someone can still accept. */
export function openInvitations<One extends Invitation>(invitations: readonly One[]): One[] {
  const now = Date.now()
  return invitations.filter(
    ({ accepted_at, revoked_at, expires_at }) => !accepted_at && !revoked_at && Date.parse(expires_at) > now,
  )
}
