import { useMutation, useQuery } from '@tanstack/react-query'
import { Navigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { call } from '../../api/client.ts'
import { type Session, sessionQuery } from '../../api/queries.ts'
import { useT } from '../../i18n/i18n.ts'
import { keptName } from '../../shell/kept.ts'
import { Button } from '../../ui/button.tsx'
import { Field, Input, Select } from '../../ui/field.tsx'
import { Fault, Skeleton } from '../../ui/parts.tsx'
import { Frame } from './frame.tsx'

const KEPT = keptName('connect')

/**
 * The query with which a client sent the person here: it is signed, so it is kept as it came, also while one signs in on the
 * way, perhaps at another service.
 */
function queryOfClient(): string {
  const here = location.search.slice(1)
  if (here !== '') sessionStorage.setItem(KEPT, here)
  return here === '' ? (sessionStorage.getItem(KEPT) ?? '') : here
}

/** A client, such as a host of language models, asks to act for a person. */
export function Connect() {
  const t = useT()
  const [query] = useState(queryOfClient)
  const { data: session } = useQuery(sessionQuery)
  if (!session) return <Skeleton />
  if (!session.person && !session.key) return <Navigate to="/sign-in" search={{ next: '/connect' }} />
  if (!session.person) {
    return (
      <Frame title={t('connect.title')}>
        <Fault error={t('connect.forPeople')} />
      </Frame>
    )
  }
  return <Decision query={query} session={session} />
}

function Decision({ query, session }: { query: string; session: Session }) {
  const t = useT()
  const [tenant, setTenant] = useState(session.tenant ?? '')
  const [mode, setMode] = useState<'live' | 'test'>('live')
  const [limit, setLimit] = useState('')
  const { data: asked, error } = useQuery({
    queryKey: ['connection', query],
    queryFn: () => call('POST /api/workspace/connection', { body: { query } }),
    retry: false,
  })
  const deciding = useMutation({
    mutationFn: async (allow: boolean) => {
      const limits = limit.trim() === '' ? {} : { monthly_limit_usd: Number(limit) }
      const choices = allow ? { tenant, mode, ...limits } : {}
      const { url } = await call('POST /api/workspace/connection/decision', { body: { query, allow, ...choices } })
      sessionStorage.removeItem(KEPT)
      location.assign(url)
    },
  })
  if (error) {
    return (
      <Frame title={t('connect.title')}>
        <Fault error={error} />
        <p className="text-soft">{t('connect.tooOld')}</p>
      </Frame>
    )
  }
  if (!asked) return <Frame title={t('connect.title')}>{null}</Frame>
  const { person } = session
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    deciding.mutate(true)
  }
  return (
    <Frame
      title={t('connect.asks', { client: asked.client })}
      about={t('connect.about', { person: person?.name || person?.email || '', to: asked.returns_to })}
    >
      {deciding.error && <Fault error={deciding.error} />}
      {asked.document !== null && <p className="text-soft">{t('connect.document', { address: asked.document })}</p>}
      <form className="grid grid-cols-1 gap-4" onSubmit={submit}>
        <Field label={t('connect.tenant')} help={t('connect.tenantHelp')}>
          {(props) => (
            <Select {...props} value={tenant} onChange={({ target }) => setTenant(target.value)}>
              {session.tenants.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t('keys.mode')} help={t(mode === 'live' ? 'keys.liveHelp' : 'keys.testHelp')}>
          {(props) => (
            <Select {...props} value={mode} onChange={({ target }) => setMode(target.value as 'live' | 'test')}>
              <option value="live">{t('keys.live')}</option>
              <option value="test">{t('keys.test')}</option>
            </Select>
          )}
        </Field>
        <Field label={t('connect.limit')} help={t('connect.limitHelp')}>
          {(props) => (
            <Input
              {...props}
              type="number"
              min="0"
              step="any"
              value={limit}
              onChange={({ target }) => setLimit(target.value)}
            />
          )}
        </Field>
        <Button look="primary" type="submit" disabled={deciding.isPending}>
          {t('connect.allow')}
        </Button>
        <Button type="button" disabled={deciding.isPending} onClick={() => deciding.mutate(false)}>
          {t('connect.refuse')}
        </Button>
      </form>
      <p className="text-soft text-xs">{t('connect.ending')}</p>
    </Frame>
  )
}
