import { useMutation, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Fingerprint, KeyRound, LogIn } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { call } from '../../api/client.ts'
import { sessionQuery } from '../../api/queries.ts'
import { useT } from '../../i18n/i18n.ts'
import { translateMessage } from '../../i18n/messages.ts'
import { Button } from '../../ui/button.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { Fault } from '../../ui/parts.tsx'
import { enter } from './enter.ts'
import { Frame } from './frame.tsx'

const route = getRouteApi('/sign-in')

type Way = 'password' | 'code' | 'key'

/** By password (and a code), by passkey, by another service, or by an API key. */
export function SignIn() {
  const t = useT()
  const { next, error, error_description: reason } = route.useSearch()
  const { data: session } = useQuery(sessionQuery)
  const [way, setWay] = useState<Way>('password')
  const byPasskey = useMutation({
    mutationFn: async () => {
      await signInByPasskey()
      await enter(undefined, next)
    },
  })
  const elsewhere = useMutation({
    mutationFn: async (provider: string) => {
      // Whole addresses: the gateway may be below a path.
      const here = (path: string): string => new URL(path.replace(/^\//, ''), document.baseURI).href
      const body = { provider, callbackURL: here(next ?? '/'), errorCallbackURL: here('/sign-in') }
      const { url } = await call('POST /api/auth/sign-in/social', { body })
      location.assign(url)
    },
  })
  const features = session?.features
  return (
    <Frame
      title={t('signIn.title')}
      about={way === 'key' ? t('signIn.keyAbout') : way === 'code' ? t('signIn.codeAbout') : t('signIn.about')}
    >
      {error && <Fault error={reason === undefined ? t(textOf(error)) : translateMessage(reason)} />}
      {way === 'password' && <PasswordForm next={next} onCode={() => setWay('code')} />}
      {way === 'code' && <CodeForm next={next} />}
      {way === 'key' && <KeyForm next={next} />}
      {(byPasskey.error ?? elsewhere.error) && <Fault error={byPasskey.error ?? elsewhere.error} />}
      <div className="grid grid-cols-1 gap-2 border-line border-t pt-4">
        {features?.passkey && 'PublicKeyCredential' in globalThis && way !== 'code' && (
          <Button onClick={() => byPasskey.mutate()}>
            <Fingerprint />
            {t('signIn.passkey')}
          </Button>
        )}
        {features?.sign_in_with.map(({ id, name }) => (
          <Button key={id} onClick={() => elsewhere.mutate(id)}>
            <LogIn />
            {t('signIn.with', { name })}
          </Button>
        ))}
        <Button look="quiet" onClick={() => setWay(way === 'key' ? 'password' : 'key')}>
          <KeyRound />
          {way === 'key' ? t('signIn.byPassword') : t('signIn.byKey')}
        </Button>
        {session?.sign_up === 'open' && (
          <Button look="quiet" asChild>
            <Link to="/sign-up">{t('signIn.signUp')}</Link>
          </Button>
        )}
      </div>
    </Frame>
  )
}

/** What the code says with which the login sends a browser back: of a person who has no place here, or of an attempt that failed. */
function textOf(code: string): 'signIn.notAllowed' | 'signIn.failed' {
  return /^(?:account_|email_|signup_|unable_to_(?:link|create))/.test(code) ? 'signIn.notAllowed' : 'signIn.failed'
}

function PasswordForm({ next, onCode }: { next: string | undefined; onCode: () => void }) {
  const t = useT()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const entering = useMutation({
    mutationFn: async () => {
      const { twoFactorRedirect } = await call('POST /api/auth/sign-in/email', { body: { email, password } })
      if (twoFactorRedirect) return onCode()
      await enter(undefined, next)
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    entering.mutate()
  }
  return (
    <form onSubmit={submit} className="grid grid-cols-1 gap-4">
      <Field label={t('person.email')}>
        {(props) => (
          <Input
            {...props}
            type="email"
            autoComplete="username"
            required
            value={email}
            onChange={({ target }) => setEmail(target.value)}
          />
        )}
      </Field>
      <Field label={t('person.password')}>
        {(props) => (
          <Input
            {...props}
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={({ target }) => setPassword(target.value)}
          />
        )}
      </Field>
      {entering.error && <Fault error={entering.error} />}
      <Button type="submit" look="primary" disabled={entering.isPending}>
        {t('signIn.submit')}
      </Button>
    </form>
  )
}

function CodeForm({ next }: { next: string | undefined }) {
  const t = useT()
  const [code, setCode] = useState('')
  const entering = useMutation({
    mutationFn: async () => {
      await call('POST /api/auth/two-factor/verify-totp', { body: { code } })
      await enter(undefined, next)
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    entering.mutate()
  }
  return (
    <form onSubmit={submit} className="grid grid-cols-1 gap-4">
      <Field label={t('signIn.code')}>
        {(props) => (
          <Input
            {...props}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={6}
            required
            value={code}
            onChange={({ target }) => setCode(target.value)}
            className="text-center text-lg tracking-[0.4em]"
          />
        )}
      </Field>
      {entering.error && <Fault error={entering.error} />}
      <Button type="submit" look="primary" disabled={entering.isPending}>
        {t('signIn.submit')}
      </Button>
    </form>
  )
}

function KeyForm({ next }: { next: string | undefined }) {
  const t = useT()
  const [key, setKey] = useState('')
  const entering = useMutation({
    mutationFn: async () => enter(await call('POST /api/workspace/key', { body: { key: key.trim() } }), next),
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    entering.mutate()
  }
  return (
    <form onSubmit={submit} className="grid grid-cols-1 gap-4">
      <Field label={t('signIn.key')} help={t('signIn.keyHelp')}>
        {(props) => (
          <Input
            {...props}
            type="password"
            autoComplete="off"
            required
            placeholder="sk-live-…"
            value={key}
            onChange={({ target }) => setKey(target.value)}
            className="font-mono"
          />
        )}
      </Field>
      {entering.error && <Fault error={entering.error} />}
      <Button type="submit" look="primary" disabled={entering.isPending}>
        {t('signIn.submit')}
      </Button>
    </form>
  )
}

async function signInByPasskey(): Promise<void> {
  const options = await call('GET /api/auth/passkey/generate-authenticate-options')
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
  const credential = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential | null // as was asked for
  await call('POST /api/auth/passkey/verify-authentication', { body: { response: credential?.toJSON() } })
}
