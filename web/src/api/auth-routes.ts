/** The routes of better-auth (https://better-auth.com/docs), which describes them itself: they have no envelope. */

type Auth<Body, Answer = Record<string, unknown>> = {
  path: Record<never, never>
  query: Record<never, never>
  body: Body
  answer: Answer
}

export interface AuthRoutes {
  'POST /api/auth/sign-in/email': Auth<{ email: string; password: string }, { twoFactorRedirect?: boolean }>
  'POST /api/auth/two-factor/verify-totp': Auth<{ code: string; trustDevice?: boolean }>
  'POST /api/auth/two-factor/enable': Auth<{ password: string }, { totpURI: string; backupCodes: string[] }>
  'POST /api/auth/two-factor/disable': Auth<{ password: string }>
  'POST /api/auth/sign-in/social': Auth<
    { provider: string; callbackURL: string; errorCallbackURL: string },
    { url: string }
  >
  'POST /api/auth/change-password': Auth<{
    currentPassword: string
    newPassword: string
    revokeOtherSessions?: boolean
  }>
  'GET /api/auth/passkey/generate-register-options': Auth<undefined, PublicKeyCredentialCreationOptionsJSON>
  'POST /api/auth/passkey/verify-registration': Auth<{ response: unknown; name?: string }>
  'GET /api/auth/passkey/generate-authenticate-options': Auth<undefined, PublicKeyCredentialRequestOptionsJSON>
  'POST /api/auth/passkey/verify-authentication': Auth<{ response: unknown }>
  'GET /api/auth/passkey/list-user-passkeys': Auth<undefined, { id: string; name: string | null; createdAt: string }[]>
  'POST /api/auth/passkey/delete-passkey': Auth<{ id: string }>
}
