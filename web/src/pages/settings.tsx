import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Fingerprint, Trash2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { call } from '../api/client.ts'
import { queryClient, sessionQuery } from '../api/queries.ts'
import { ago } from '../i18n/format.ts'
import { type Locale, setLocale, useLocale, useT } from '../i18n/i18n.ts'
import { chooseMode, useMode } from '../shell/mode.ts'
import { useSession } from '../shell/session.ts'
import { setTheme, type Theme, useTheme } from '../shell/theme.ts'
import { useTitle } from '../shell/use-title.ts'
import { Button } from '../ui/button.tsx'
import { Field, Input, Select } from '../ui/field.tsx'
import { Badge, Code, Fault, Page, Panel, PanelTitle } from '../ui/parts.tsx'
import { Switch } from '../ui/switch.tsx'
import { say, sayError } from '../ui/toast.tsx'

/** How the pages look, and how one signs in. */
export function Settings() {
  const t = useT()
  useTitle(t('nav.settings'))
  const { person, features } = useSession()
  return (
    <Page title={t('nav.settings')}>
      <div className="grid grid-cols-1 max-w-2xl gap-5">
        <Looks />
        {person && <Person />}
        {person && features.password && <Password />}
        {person && features.two_factor && <SecondFactor />}
        {person && features.passkey && 'PublicKeyCredential' in globalThis && <Passkeys />}
        {person && <Sessions />}
        {person && <Connections />}
      </div>
    </Page>
  )
}

function Looks() {
  const t = useT()
  const theme = useTheme()
  const locale = useLocale()
  const mode = useMode()
  const { person, key } = useSession()
  async function speak(next: Locale): Promise<void> {
    await setLocale(next)
    if (person)
      queryClient.setQueryData(
        sessionQuery.queryKey,
        await call('PATCH /api/workspace/person', { body: { locale: next } }),
      )
  }
  return (
    <Panel className="grid grid-cols-1 gap-5 p-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t('settings.theme')}>
          {(props) => (
            <Select {...props} value={theme} onChange={({ target }) => setTheme(target.value as Theme)}>
              <option value="system">{t('theme.system')}</option>
              <option value="light">{t('theme.light')}</option>
              <option value="dark">{t('theme.dark')}</option>
            </Select>
          )}
        </Field>
        <Field label={t('settings.language')}>
          {(props) => (
            <Select
              {...props}
              value={locale}
              onChange={({ target }) => void speak(target.value as Locale).catch(sayError)}
            >
              <option value="en">English</option>
              <option value="zh">中文</option>
            </Select>
          )}
        </Field>
      </div>
      {!key && (
        <Field
          label={t('mode.enter')}
          help={t('mode.help')}
          className="grid-cols-[1fr_auto] items-center [&>p]:col-span-2"
        >
          {(props) => (
            <Switch {...props} checked={mode === 'test'} onCheckedChange={(is) => chooseMode(is ? 'test' : 'live')} />
          )}
        </Field>
      )}
    </Panel>
  )
}

function Person() {
  const t = useT()
  const { person } = useSession()
  const [name, setName] = useState(person?.name ?? '')
  const saving = useMutation({
    mutationFn: () => call('PATCH /api/workspace/person', { body: { name } }),
    onSuccess(session) {
      queryClient.setQueryData(sessionQuery.queryKey, session)
      say(t('common.saved'))
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    saving.mutate()
  }
  return (
    <Panel>
      <PanelTitle>{t('settings.person')}</PanelTitle>
      <form onSubmit={submit} className="grid grid-cols-1 gap-4 p-4">
        <Field label={t('person.name')} help={person?.email}>
          {(props) => (
            <Input {...props} required maxLength={100} value={name} onChange={({ target }) => setName(target.value)} />
          )}
        </Field>
        {saving.error && <Fault error={saving.error} />}
        <Button type="submit" className="justify-self-start" disabled={saving.isPending || name === person?.name}>
          {t('common.save')}
        </Button>
      </form>
    </Panel>
  )
}

function Password() {
  const t = useT()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const saving = useMutation({
    mutationFn: () =>
      call('POST /api/auth/change-password', {
        body: { currentPassword: current, newPassword: next, revokeOtherSessions: true },
      }),
    onSuccess() {
      setCurrent('')
      setNext('')
      say(t('settings.passwordChanged'))
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    saving.mutate()
  }
  return (
    <Panel>
      <PanelTitle>{t('person.password')}</PanelTitle>
      <form onSubmit={submit} className="grid grid-cols-1 gap-4 p-4">
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t('settings.currentPassword')}>
            {(props) => (
              <Input
                {...props}
                type="password"
                autoComplete="current-password"
                required
                value={current}
                onChange={({ target }) => setCurrent(target.value)}
              />
            )}
          </Field>
          <Field label={t('settings.newPassword')}>
            {(props) => (
              <Input
                {...props}
                type="password"
                autoComplete="new-password"
                required
                minLength={8}
                maxLength={128}
                value={next}
                onChange={({ target }) => setNext(target.value)}
              />
            )}
          </Field>
        </div>
        {saving.error && <Fault error={saving.error} />}
        <Button type="submit" className="justify-self-start" disabled={saving.isPending}>
          {t('settings.changePassword')}
        </Button>
      </form>
    </Panel>
  )
}

/** A code beside the password: an app that makes codes gets the address, and proves it by its first one. */
function SecondFactor() {
  const t = useT()
  const client = useQueryClient()
  const isOn = useSession().person?.two_factor === true
  const changed = (): void => void client.invalidateQueries({ queryKey: sessionQuery.queryKey })
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const enabling = useMutation({ mutationFn: () => call('POST /api/auth/two-factor/enable', { body: { password } }) })
  const proving = useMutation({
    mutationFn: () => call('POST /api/auth/two-factor/verify-totp', { body: { code } }),
    onSuccess() {
      say(t('settings.twoFactorOn'))
      changed()
    },
  })
  const disabling = useMutation({
    mutationFn: () => call('POST /api/auth/two-factor/disable', { body: { password } }),
    onSuccess() {
      say(t('settings.twoFactorOff'))
      setPassword('')
      enabling.reset()
      changed()
    },
  })
  const begin = (event: FormEvent): void => {
    event.preventDefault()
    if (isOn) disabling.mutate()
    else enabling.mutate()
  }
  const prove = (event: FormEvent): void => {
    event.preventDefault()
    proving.mutate()
  }
  return (
    <Panel>
      <PanelTitle>{t('settings.twoFactor')}</PanelTitle>
      <div className="grid grid-cols-1 gap-4 p-4">
        <p className="text-soft">{t(isOn ? 'settings.twoFactorIsOn' : 'settings.twoFactorAbout')}</p>
        {!enabling.data && (
          <form onSubmit={begin} className="grid grid-cols-1 gap-4">
            <Field label={t('settings.currentPassword')}>
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
            {(enabling.error ?? disabling.error) && <Fault error={enabling.error ?? disabling.error} />}
            <div className="flex gap-2">
              <Button type="submit" disabled={enabling.isPending || disabling.isPending}>
                {t(isOn ? 'settings.twoFactorDisable' : 'settings.twoFactorEnable')}
              </Button>
            </div>
          </form>
        )}
        {enabling.data && !proving.data && (
          <form onSubmit={prove} className="grid grid-cols-1 gap-4">
            <p>{t('settings.twoFactorAddress')}</p>
            <Code text={enabling.data.totpURI} />
            <Field label={t('signIn.code')}>
              {(props) => (
                <Input
                  {...props}
                  inputMode="numeric"
                  maxLength={6}
                  required
                  value={code}
                  onChange={({ target }) => setCode(target.value)}
                />
              )}
            </Field>
            {proving.error && <Fault error={proving.error} />}
            <Button type="submit" look="primary" className="justify-self-start">
              {t('settings.twoFactorProve')}
            </Button>
          </form>
        )}
        {proving.data && enabling.data && (
          <>
            <p>{t('settings.backupCodes')}</p>
            <Code text={enabling.data.backupCodes.join('\n')} />
          </>
        )}
      </div>
    </Panel>
  )
}

function Passkeys() {
  const t = useT()
  const client = useQueryClient()
  const { data = [] } = useQuery({
    queryKey: ['passkeys'],
    queryFn: () => call('GET /api/auth/passkey/list-user-passkeys'),
    retry: false,
  })
  const changed = (): void => void client.invalidateQueries({ queryKey: ['passkeys'] })
  const adding = useMutation({ mutationFn: addPasskey, onSuccess: changed, onError: sayError })
  const removing = useMutation({
    mutationFn: (id: string) => call('POST /api/auth/passkey/delete-passkey', { body: { id } }),
    onSuccess: changed,
    onError: sayError,
  })
  return (
    <Panel>
      <PanelTitle
        aside={
          <Button size="small" onClick={() => adding.mutate()}>
            <Fingerprint />
            {t('settings.addPasskey')}
          </Button>
        }
      >
        {t('settings.passkeys')}
      </PanelTitle>
      {data.length === 0 ? (
        <p className="p-4 text-soft">{t('settings.noPasskeys')}</p>
      ) : (
        <ul className="divide-y divide-line">
          {data.map(({ id, name, createdAt }) => (
            <li key={id} className="flex items-center justify-between px-4 py-2">
              <span>
                {name ?? t('settings.passkey')} <span className="text-soft text-xs">{ago(createdAt)}</span>
              </span>
              <Button
                look="quiet"
                size="smallIcon"
                aria-label={t('settings.removePasskey')}
                onClick={() => removing.mutate(id)}
              >
                <Trash2 />
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

async function addPasskey(): Promise<void> {
  const options = await call('GET /api/auth/passkey/generate-register-options')
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
  const credential = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential | null // as was asked for
  await call('POST /api/auth/passkey/verify-registration', { body: { response: credential?.toJSON() } })
}

function Sessions() {
  const t = useT()
  const client = useQueryClient()
  const { data } = useQuery({
    queryKey: ['sessions'],
    queryFn: () => call('GET /api/workspace/sessions'),
    retry: false,
  })
  const ending = useMutation({
    mutationFn: (id: string) => call('DELETE /api/workspace/sessions/{id}', { path: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['sessions'] }),
    onError: sayError,
  })
  return (
    <Panel>
      <PanelTitle>{t('settings.sessions')}</PanelTitle>
      <ul className="divide-y divide-line">
        {data?.items.map(({ id, current, created_at, address, user_agent }) => (
          <li key={id} className="flex items-center justify-between gap-3 px-4 py-2.5">
            <span className="min-w-0">
              <span className="block truncate">{user_agent}</span>
              <span className="block text-soft text-xs">
                {address} · {ago(created_at)}
              </span>
            </span>
            {current ? (
              <Badge tone="good">{t('settings.thisSession')}</Badge>
            ) : (
              <Button size="small" onClick={() => ending.mutate(id)}>
                {t('settings.endSession')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function Connections() {
  const t = useT()
  const client = useQueryClient()
  const { data } = useQuery({
    queryKey: ['connections'],
    queryFn: () => call('GET /api/workspace/connections'),
    retry: false,
  })
  const ending = useMutation({
    mutationFn: (id: string) => call('DELETE /api/workspace/connections/{id}', { path: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['connections'] }),
    onError: sayError,
  })
  if (!data || data.items.length === 0) return null
  return (
    <Panel>
      <PanelTitle>{t('settings.connections')}</PanelTitle>
      <ul className="divide-y divide-line">
        {data.items.map(({ id, client: name, tenant_name: tenant, mode, created_at: since }) => (
          <li key={id} className="flex items-center justify-between gap-3 px-4 py-2.5">
            <span className="min-w-0">
              <span className="flex items-center gap-2">
                <span className="truncate">{name}</span>
                <Badge tone={mode === 'live' ? 'good' : 'mark'}>{t(`keys.${mode}`)}</Badge>
              </span>
              <span className="block text-soft text-xs">
                {t('settings.connectedSince', { tenant, time: ago(since) })}
              </span>
            </span>
            <Button size="small" onClick={() => ending.mutate(id)}>
              {t('settings.endConnection')}
            </Button>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
