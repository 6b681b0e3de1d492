/** Sessions and people, which the description does not list. */

export interface Session {
  claimed: boolean
  sign_up: 'open' | 'invitation' | 'closed'
  person: { id: string; email: string; name: string; locale: string | null } | null
  key: { id: string; name: string; mode: 'live' | 'test'; role: 'admin' | 'member'; prefix: string } | null
  tenants: { id: string; name: string; role: string }[]
  tenant: string | null
  role: 'owner' | 'member' | 'viewer' | null
  is_operator: boolean
  features: {
    password: boolean
    passkey: boolean
    two_factor: boolean
    sign_in_with: { id: string; name: string }[]
    shares: boolean
  }
}

type None = Record<never, never>
type Post<Body, Answer> = { path: None; query: None; body: Body; answer: { data: Answer } }
type Get<Answer> = { path: None; query: None; body: undefined; answer: { data: Answer } }
/** The routes of better-auth have no envelope. */
type Auth<Body, Answer = Record<string, unknown>> = { path: None; query: None; body: Body; answer: Answer }

export interface WorkspaceRoutes {
  'GET /api/workspace/session': Get<Session>
  'POST /api/workspace/claim': Post<{ token: string; email: string; password: string; name: string }, Session>
  'POST /api/workspace/sign-up': Post<{ email: string; password: string; name: string; invitation?: string }, Session>
  'POST /api/workspace/tenant': Post<{ id: string }, Session>
  'PATCH /api/workspace/person': Post<{ name?: string; locale?: string }, Session>
  'POST /api/workspace/key': Post<{ key: string }, Session>
  'POST /api/workspace/sign-out': Post<undefined, Session>
  'GET /api/workspace/sessions': Get<{
    items: { id: string; current: boolean; created_at: string; expires_at: string; address: string; user_agent: string }[]
  }>
  'DELETE /api/workspace/sessions/{id}': { path: { id: string }; query: None; body: undefined; answer: { data: unknown } }
  'POST /api/workspace/invitation': Post<
    { token: string },
    { tenant: { id: string; name: string }; role: string; email: string | null; expires_at: string; invited_by: string }
  >
  'POST /api/workspace/invitation/accept': Post<{ token: string }, Session>
  'POST /api/workspace/password': Post<{ token: string; password: string }, { email: string }>
  'POST /api/auth/sign-in/email': Auth<{ email: string; password: string }, { twoFactorRedirect?: boolean }>
  'POST /api/auth/two-factor/verify-totp': Auth<{ code: string; trustDevice?: boolean }>
  'POST /api/auth/two-factor/enable': Auth<{ password: string }, { totpURI: string; backupCodes: string[] }>
  'POST /api/auth/two-factor/disable': Auth<{ password: string }>
  'POST /api/auth/sign-in/oauth2': Auth<{ providerId: string; callbackURL: string }, { url: string }>
  'POST /api/auth/change-password': Auth<{ currentPassword: string; newPassword: string; revokeOtherSessions?: boolean }>
  'GET /api/auth/passkey/generate-register-options': Auth<undefined, PublicKeyCredentialCreationOptionsJSON>
  'POST /api/auth/passkey/verify-registration': Auth<{ response: unknown; name?: string }>
  'GET /api/auth/passkey/generate-authenticate-options': Auth<undefined, PublicKeyCredentialRequestOptionsJSON>
  'POST /api/auth/passkey/verify-authentication': Auth<{ response: unknown }>
  'GET /api/auth/passkey/list-user-passkeys': Auth<undefined, { id: string; name: string | null; createdAt: string }[]>
  'POST /api/auth/passkey/delete-passkey': Auth<{ id: string }>
  'GET /api/v1/members': Get<{ items: { id: string; name: string; email: string; role: string; joined_at: string }[] }>
  'PATCH /api/v1/members/{id}': { path: { id: string }; query: None; body: { role: string }; answer: { data: unknown } }
  'DELETE /api/v1/members/{id}': { path: { id: string }; query: None; body: undefined; answer: { data: unknown } }
  'GET /api/v1/invitations': Get<{
    items: {
      id: string
      role: string
      email: string | null
      created_at: string
      expires_at: string
      accepted_at: string | null
      revoked_at: string | null
    }[]
  }>
  'POST /api/v1/invitations': Post<{ role: string; email?: string }, { id: string; token: string; link: string }>
  'DELETE /api/v1/invitations/{id}': { path: { id: string }; query: None; body: undefined; answer: { data: unknown } }
  'POST /api/v1/shares': Post<{ task_id: string; file?: number; expires?: string | null }, { id: string; url: string }>
}
