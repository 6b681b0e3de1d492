import { keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Ellipsis, KeyRound, Pencil, Plus, RefreshCw, Trash2, Waypoints } from 'lucide-react'
import { useState } from 'react'
import { call } from '../api/client.ts'
import { ago, dateTime, day, usd } from '../i18n/format.ts'
import { useT } from '../i18n/i18n.ts'
import { useAct } from '../shell/acts.ts'
import { mayManage, useSession } from '../shell/session.ts'
import { useTitle } from '../shell/use-title.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Menu, type MenuItem } from '../ui/menu.tsx'
import { More } from '../ui/more.tsx'
import { Badge, Code, Empty, Fault, Page, Panel, Skeleton } from '../ui/parts.tsx'
import { SearchBox } from '../ui/search-box.tsx'
import { Table } from '../ui/table.tsx'
import { say, sayError } from '../ui/toast.tsx'
import { useRemovals } from '../ui/use-removals.ts'
import type { KeyRecord } from './keys/key-body.ts'
import { KeyForm } from './keys/key-form.tsx'

const KEYS = ['keys'] as const
/** As many are found at a glance. */
const FEW = 8

export function Keys() {
  const t = useT()
  useTitle(t('nav.keys'))
  const client = useQueryClient()
  const session = useSession()
  const [isMaking, setMaking] = useState(false)
  const [search, setSearch] = useState('')
  const [changing, setChanging] = useState<KeyRecord>()
  const [secret, setSecret] = useState<{ title: string; texts: [string, string][] }>()
  const { isGone, remove } = useRemovals()
  const list = useInfiniteQuery({
    queryKey: [...KEYS, 'pages', search],
    queryFn: ({ pageParam }) =>
      call('GET /api/v1/keys', {
        query: { limit: 200, ...(search ? { search } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
      }),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
  const { data, error, isPending, refetch } = list
  const keys = (data?.pages.flatMap(({ items }) => items) ?? []).filter(
    ({ id, revoked_at }) => !revoked_at && !isGone(id),
  )
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

  const itemsFor = (key: KeyRecord): (MenuItem | 'line')[] => [
    { label: t('accounts.change'), icon: <Pencil aria-hidden />, run: () => setChanging(key) },
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
  ]
  const make = may && (
    <Button look="primary" onClick={() => setMaking(true)}>
      <Plus />
      {t('keys.make')}
    </Button>
  )
  return (
    <Page title={t('nav.keys')} about={t('keys.about')} actions={(keys.length > 0 || search !== '') && make}>
      {error && !list.isFetchNextPageError && <Fault error={error} retry={() => void refetch()} />}
      <Panel>
        {isPending && <Skeleton />}
        {(keys.length > FEW || search !== '') && (
          <div className="border-line border-b p-3">
            <SearchBox label={t('list.search')} value={search} onChange={setSearch} className="sm:max-w-xs" />
          </div>
        )}
        {data && keys.length === 0 && search !== '' && <Empty title={t('list.noneFound')} isSmall />}
        {data && keys.length === 0 && search === '' && (
          <Empty icon={<KeyRound />} title={t('keys.emptyTitle')} action={make}>
            {t('keys.empty')}
          </Empty>
        )}
        {keys.length > 0 && <KeyTable keys={keys} {...(may ? { itemsFor } : {})} />}
        <More of={list} isInPanel />
      </Panel>
      {isMaking && (
        <KeyForm
          onClose={() => setMaking(false)}
          onDone={(name, key = '') => {
            setMaking(false)
            setSecret({ title: t('keys.made', { name }), texts: [[t('keys.text'), key]] })
            changed()
          }}
        />
      )}
      {changing && (
        <KeyForm
          record={changing}
          onClose={() => setChanging(undefined)}
          onDone={() => {
            setChanging(undefined)
            say(t('common.saved'))
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

interface KeyTableProps {
  keys: readonly KeyRecord[]
  /** Absent for those who may not change them. */
  itemsFor?: (key: KeyRecord) => (MenuItem | 'line')[]
}

function KeyTable({ keys, itemsFor }: KeyTableProps) {
  const t = useT()
  return (
    <Table
      label={t('nav.keys')}
      rows={keys}
      keyOf={({ id }) => id}
      columns={[
        {
          head: t('keys.name'),
          card: 'title',
          cell: ({ name, prefix }) => (
            <>
              <span className="block font-medium">{name}</span>
              <span className="block font-mono text-soft text-xs">{prefix}</span>
            </>
          ),
        },
        {
          head: t('keys.mode'),
          card: 'mark',
          cell: ({ mode }) => (
            <Badge isKind tone={mode === 'live' ? 'good' : 'mark'}>
              {t(`keys.${mode}`)}
            </Badge>
          ),
        },
        { head: t('keys.spent'), className: 'min-w-36', cell: (key) => <Spent {...key} /> },
        {
          head: t('keys.limits'),
          className: 'text-soft',
          cell: (key) => limitsOf(key, t).join(' · ') || (key.spend_limit_usd === null && t('keys.noLimits')),
        },
        {
          head: t('keys.lastUsed'),
          className: 'whitespace-nowrap text-soft',
          cell: ({ last_used_at }) =>
            last_used_at ? <span title={dateTime(last_used_at)}>{ago(last_used_at)}</span> : t('keys.never'),
        },
        { head: '', card: 'actions', cell: (key) => itemsFor && <KeyMenu record={key} items={itemsFor(key)} /> },
      ]}
    />
  )
}

function KeyMenu({ record: { name }, items }: { record: KeyRecord; items: (MenuItem | 'line')[] }) {
  const t = useT()
  return (
    <Menu
      trigger={
        <Button look="quiet" size="smallIcon" aria-label={t('keys.actions', { name })}>
          <Ellipsis />
        </Button>
      }
      items={items}
    />
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
  { daily_limit_usd, monthly_limit_usd, requests_per_minute, max_concurrent, models, expires_at }: KeyRecord,
  t: ReturnType<typeof useT>,
): string[] {
  return [
    ...(daily_limit_usd === null ? [] : [t('keys.perDay', { amount: usd(daily_limit_usd) })]),
    ...(monthly_limit_usd === null ? [] : [t('keys.perMonth', { amount: usd(monthly_limit_usd) })]),
    ...(requests_per_minute === null ? [] : [t('keys.perMinute', { count: requests_per_minute })]),
    ...(max_concurrent === null ? [] : [t('keys.atOnce', { count: max_concurrent })]),
    ...(models === null ? [] : [models.join(', ')]),
    ...(expires_at === null ? [] : [t('keys.until', { day: day(expires_at) })]),
  ]
}
