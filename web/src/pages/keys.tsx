import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Ellipsis, KeyRound, Plus, RefreshCw, Trash2, Waypoints } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { type Answer, ApiError, call } from '../api/client.ts'
import { operationsQuery } from '../api/queries.ts'
import { ago, dateTime, day, usd } from '../i18n/format.ts'
import { useT } from '../i18n/i18n.ts'
import { messageOf } from '../i18n/messages.ts'
import { useAct } from '../shell/acts.ts'
import { mayManage, useSession } from '../shell/session.ts'
import { useTitle } from '../shell/use-title.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field, Input, Select } from '../ui/field.tsx'
import { Menu } from '../ui/menu.tsx'
import { Badge, Code, Empty, Fault, Page, Panel, Skeleton, Table } from '../ui/parts.tsx'
import { sayError } from '../ui/toast.tsx'
import { useRemovals } from '../ui/use-removals.ts'

type KeyRecord = Answer<'GET /api/v1/keys'>['items'][number]

const KEYS = ['keys'] as const

export function Keys() {
  const t = useT()
  useTitle(t('nav.keys'))
  const client = useQueryClient()
  const session = useSession()
  const [isMaking, setMaking] = useState(false)
  const [secret, setSecret] = useState<{ title: string; texts: [string, string][] }>()
  const { isGone, remove } = useRemovals()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: KEYS,
    queryFn: () => call('GET /api/v1/keys', { query: { limit: 1_000 } }),
  })
  const keys = (data?.items ?? []).filter(({ id, revoked_at }) => !revoked_at && !isGone(id))
  const may = mayManage(session)
  useAct('keys.make', () => setMaking(true))
  const changed = (): void => void client.invalidateQueries({ queryKey: KEYS })

  function revoke({ id, name }: KeyRecord): void {
    remove(id, t('keys.revoked', { name }), async () => {
      await call('POST /api/v1/keys/{id}/revoke', { path: { id } })
      changed()
    })
  }
  async function rotate({ id, name }: KeyRecord): Promise<void> {
    const { key } = await call('POST /api/v1/keys/{id}/rotate', { path: { id }, body: {} })
    setSecret({ title: t('keys.made', { name }), texts: [[t('keys.text'), key]] })
    changed()
  }
  async function pair({ id, name }: KeyRecord): Promise<void> {
    const { access_key, secret_key } = await call('GET /api/v1/keys/{id}/pair', { path: { id } })
    setSecret({
      title: t('keys.pairOf', { name }),
      texts: [
        ['access_key', access_key],
        ['secret_key', secret_key],
      ],
    })
  }

  const make = may && (
    <Button look="primary" onClick={() => setMaking(true)}>
      <Plus />
      {t('keys.make')}
    </Button>
  )
  return (
    <Page title={t('nav.keys')} about={t('keys.about')} actions={keys.length > 0 && make}>
      {error && <Fault error={error} retry={() => void refetch()} />}
      <Panel>
        {isPending && <Skeleton />}
        {data && keys.length === 0 && (
          <Empty icon={<KeyRound />} title={t('keys.emptyTitle')} action={make}>
            {t('keys.empty')}
          </Empty>
        )}
        {keys.length > 0 && (
          <Table
            label={t('nav.keys')}
            head={[t('keys.name'), t('keys.mode'), t('keys.spent'), t('keys.limits'), t('keys.lastUsed'), '']}
          >
            {keys.map((key) => (
              <tr key={key.id}>
                <td>
                  <span className="block font-medium">{key.name}</span>
                  <span className="block font-mono text-soft text-xs">{key.prefix}…</span>
                </td>
                <td>
                  <Badge tone={key.mode === 'live' ? 'good' : 'mark'}>{t(`keys.${key.mode}`)}</Badge>
                </td>
                <td className="min-w-36">
                  <Spent {...key} />
                </td>
                <td className="text-soft">
                  {limitsOf(key, t).join(' · ') || (key.spend_limit_usd === null ? t('keys.noLimits') : '–')}
                </td>
                <td className="whitespace-nowrap text-soft">
                  {key.last_used_at ? (
                    <span title={dateTime(key.last_used_at)}>{ago(key.last_used_at)}</span>
                  ) : (
                    t('keys.never')
                  )}
                </td>
                <td className="text-right">
                  {may && (
                    <Menu
                      trigger={
                        <Button look="quiet" size="smallIcon" aria-label={t('keys.actions', { name: key.name })}>
                          <Ellipsis />
                        </Button>
                      }
                      items={[
                        {
                          label: t('keys.rotate'),
                          icon: <RefreshCw aria-hidden />,
                          run: () => void rotate(key).catch(sayError),
                        },
                        {
                          label: t('keys.pair'),
                          icon: <Waypoints aria-hidden />,
                          run: () => void pair(key).catch(sayError),
                        },
                        'line',
                        { label: t('keys.revoke'), icon: <Trash2 aria-hidden />, danger: true, run: () => revoke(key) },
                      ]}
                    />
                  )}
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Panel>
      {isMaking && (
        <MakeKey
          onClose={() => setMaking(false)}
          onMade={(name, key) => {
            setMaking(false)
            setSecret({ title: t('keys.made', { name }), texts: [[t('keys.text'), key]] })
            changed()
          }}
        />
      )}
      {secret && (
        <Dialog open onClose={() => setSecret(undefined)} title={secret.title} about={t('keys.once')}>
          <div className="grid grid-cols-1 gap-3">
            {secret.texts.map(([name, text]) => (
              <div key={name} className="grid grid-cols-1 gap-1">
                <span className="text-soft text-xs">{name}</span>
                <Code text={text} />
              </div>
            ))}
            <Button look="primary" className="mt-2 justify-self-end" onClick={() => setSecret(undefined)}>
              {t('keys.kept')}
            </Button>
          </div>
        </Dialog>
      )}
    </Page>
  )
}

function Spent({ spent_usd, spend_limit_usd }: KeyRecord) {
  if (spend_limit_usd === null) return usd(spent_usd)
  const share = spend_limit_usd === 0 ? 1 : Math.min(1, spent_usd / spend_limit_usd)
  return (
    <span className="grid grid-cols-1 gap-1">
      <span className="text-xs">
        {usd(spent_usd)} / {usd(spend_limit_usd)}
      </span>
      <span aria-hidden className="h-1 overflow-hidden rounded-full bg-hover">
        <span className="block h-full rounded-full bg-mark" style={{ width: `${share * 100}%` }} />
      </span>
    </span>
  )
}

function limitsOf(
  { requests_per_minute, max_concurrent, models, expires_at }: KeyRecord,
  t: ReturnType<typeof useT>,
): string[] {
  return [
    ...(requests_per_minute === null ? [] : [t('keys.perMinute', { count: requests_per_minute })]),
    ...(max_concurrent === null ? [] : [t('keys.atOnce', { count: max_concurrent })]),
    ...(models === null ? [] : [models.join(', ')]),
    ...(expires_at === null ? [] : [t('keys.until', { day: day(expires_at) })]),
  ]
}

function MakeKey({ onClose, onMade }: { onClose: () => void; onMade: (name: string, key: string) => void }) {
  const t = useT()
  const { data: operations = [] } = useQuery(operationsQuery('live'))
  const [name, setName] = useState('')
  const [mode, setMode] = useState<'live' | 'test'>('live')
  const [limit, setLimit] = useState('')
  const [rate, setRate] = useState('')
  const [models, setModels] = useState('')
  const [days, setDays] = useState('')
  const making = useMutation({
    mutationFn: () =>
      call('POST /api/v1/keys', {
        body: {
          name,
          mode,
          ...(limit === '' ? {} : { spend_limit_usd: Number(limit) }),
          ...(rate === '' ? {} : { requests_per_minute: Number(rate) }),
          ...(models === '' ? {} : { models: models.split(',').map((one) => one.trim()) }),
          ...(days === '' ? {} : { expires_at: new Date(Date.now() + Number(days) * 86_400_000).toISOString() }),
        },
      }),
    onSuccess: ({ key }) => onMade(name, key),
  })
  const fault = making.error
  const errorOf = (field: string): string | undefined =>
    fault instanceof ApiError && fault.field === field ? messageOf(fault) : undefined
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    making.mutate()
  }
  return (
    <Dialog open onClose={onClose} title={t('keys.make')} about={t('keys.makeAbout')}>
      <form onSubmit={submit} className="grid grid-cols-1 gap-4">
        <Field label={t('keys.name')} help={t('keys.nameHelp')} error={errorOf('name')}>
          {(props) => (
            <Input {...props} required maxLength={100} value={name} onChange={({ target }) => setName(target.value)} />
          )}
        </Field>
        <Field label={t('keys.mode')} help={mode === 'live' ? t('keys.liveHelp') : t('keys.testHelp')}>
          {(props) => (
            <Select {...props} value={mode} onChange={({ target }) => setMode(target.value as 'live' | 'test')}>
              <option value="live">{t('keys.live')}</option>
              <option value="test">{t('keys.test')}</option>
            </Select>
          )}
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t('keys.spendLimit')} error={errorOf('spend_limit_usd')}>
            {(props) => (
              <Input
                {...props}
                type="number"
                min={0}
                step="any"
                placeholder={t('keys.none')}
                value={limit}
                onChange={({ target }) => setLimit(target.value)}
              />
            )}
          </Field>
          <Field label={t('keys.rate')} error={errorOf('requests_per_minute')}>
            {(props) => (
              <Input
                {...props}
                type="number"
                min={1}
                placeholder={t('keys.none')}
                value={rate}
                onChange={({ target }) => setRate(target.value)}
              />
            )}
          </Field>
          <Field label={t('keys.expires')} error={errorOf('expires_at')}>
            {(props) => (
              <Select {...props} value={days} onChange={({ target }) => setDays(target.value)}>
                <option value="">{t('keys.neverExpires')}</option>
                {[7, 30, 90, 365].map((count) => (
                  <option key={count} value={count}>
                    {t('keys.days', { count })}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label={t('keys.models')} error={errorOf('models')}>
            {(props) => (
              <>
                <Input
                  {...props}
                  list="key-models"
                  placeholder={t('keys.allModels')}
                  value={models}
                  onChange={({ target }) => setModels(target.value)}
                />
                <datalist id="key-models">
                  {[...new Set(operations.map(({ model }) => model))].map((model) => (
                    <option key={model} value={model} />
                  ))}
                </datalist>
              </>
            )}
          </Field>
        </div>
        {fault && !(fault instanceof ApiError && fault.field) && <Fault error={fault} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" look="primary" disabled={making.isPending}>
            {t('keys.make')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
