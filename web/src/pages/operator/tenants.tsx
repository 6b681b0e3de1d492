import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Coins, Ellipsis, Gauge, Plus, Snowflake, Sun } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { type Answer, call } from '../../api/client.ts'
import { useOnce } from '../../api/once.ts'
import { day, number, usd } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { useAct } from '../../shell/acts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { Menu } from '../../ui/menu.tsx'
import { More } from '../../ui/more.tsx'
import { Badge, Empty, Fault, Panel, PanelTitle, Skeleton } from '../../ui/parts.tsx'
import { SearchBox } from '../../ui/search-box.tsx'
import { Table } from '../../ui/table.tsx'
import { say, sayError } from '../../ui/toast.tsx'

type Tenant = Answer<'GET /api/admin/tenants'>['items'][number]
type Open = { what: 'make' } | { what: 'credit' | 'limits'; tenant: Tenant } | undefined

const TENANTS = ['admin-tenants'] as const

export function Tenants() {
  const t = useT()
  const client = useQueryClient()
  const [open, setOpen] = useState<Open>()
  const [search, setSearch] = useState('')
  useAct('tenants.make', () => setOpen({ what: 'make' }))
  const list = useInfiniteQuery({
    queryKey: [...TENANTS, 'pages', search],
    queryFn: ({ pageParam }) =>
      call('GET /api/admin/tenants', {
        query: { limit: 100, ...(search ? { search } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
      }),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
  const { data, error, refetch } = list
  const tenants = data?.pages.flatMap(({ items }) => items) ?? []
  const changed = (): void => {
    setOpen(undefined)
    void client.invalidateQueries({ queryKey: TENANTS })
  }
  const freezing = useMutation({
    mutationFn: ({ id, frozen_at }: Tenant) =>
      frozen_at
        ? call('POST /api/admin/tenants/{tenant}/unfreeze', { path: { tenant: id } })
        : call('POST /api/admin/tenants/{tenant}/freeze', { path: { tenant: id } }),
    onSuccess: changed,
    onError: sayError,
  })
  return (
    <Panel>
      <PanelTitle
        aside={
          <div className="flex flex-wrap items-center justify-end gap-2">
            <SearchBox label={t('list.search')} value={search} onChange={setSearch} />
            <Button look="primary" size="small" onClick={() => setOpen({ what: 'make' })}>
              <Plus />
              {t('tenants.make')}
            </Button>
          </div>
        }
      >
        {t('operator.tenants')}
      </PanelTitle>
      {error && !list.isFetchNextPageError && <Fault error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton />}
      {data && tenants.length === 0 && <Empty title={t('list.noneFound')} isSmall />}
      {tenants.length > 0 && (
        <Table
          label={t('operator.tenants')}
          rows={tenants}
          keyOf={({ id }) => id}
          columns={[
            { head: t('tenants.name'), card: 'title', className: 'font-medium', cell: ({ name }) => name },
            {
              head: t('task.status'),
              card: 'mark',
              cell: ({ frozen_at }) => (
                <Badge tone={frozen_at ? 'bad' : 'good'}>{t(frozen_at ? 'tenants.frozen' : 'tenants.active')}</Badge>
              ),
            },
            { head: t('money.available'), isNumber: true, cell: ({ available_usd }) => usd(available_usd) },
            {
              head: t('money.held'),
              isNumber: true,
              className: 'text-soft',
              cell: ({ held_usd }) => usd(held_usd),
            },
            {
              head: t('tenants.credited'),
              isNumber: true,
              className: 'text-soft',
              cell: ({ credited_usd }) => usd(credited_usd),
            },
            { head: t('health.unfinished'), isNumber: true, cell: ({ unfinished }) => number(unfinished) },
            {
              head: t('keys.limits'),
              className: 'whitespace-nowrap text-soft',
              cell: ({ max_concurrent }) =>
                max_concurrent === null ? t('keys.noLimits') : t('keys.atOnce', { count: max_concurrent }),
            },
            {
              head: t('task.created'),
              className: 'whitespace-nowrap text-soft',
              cell: ({ created_at }) => day(created_at),
            },
            {
              head: '',
              card: 'actions',
              cell: (tenant) => <TenantMenu tenant={tenant} open={setOpen} freeze={() => freezing.mutate(tenant)} />,
            },
          ]}
        />
      )}
      <More of={list} isInPanel />
      {open?.what === 'make' && <MakeTenant onClose={() => setOpen(undefined)} onDone={changed} />}
      {open?.what === 'credit' && <Credit tenant={open.tenant} onClose={() => setOpen(undefined)} onDone={changed} />}
      {open?.what === 'limits' && <Limits tenant={open.tenant} onClose={() => setOpen(undefined)} onDone={changed} />}
    </Panel>
  )
}

function TenantMenu({
  tenant,
  open,
  freeze,
}: {
  tenant: Tenant
  open: (what: Open) => void
  /** Or the opposite, where it is frozen. */
  freeze: () => void
}) {
  const t = useT()
  return (
    <Menu
      trigger={
        <Button look="quiet" size="smallIcon" aria-label={t('keys.actions', { name: tenant.name })}>
          <Ellipsis />
        </Button>
      }
      items={[
        { label: t('tenants.credit'), icon: <Coins aria-hidden />, run: () => open({ what: 'credit', tenant }) },
        { label: t('tenants.limits'), icon: <Gauge aria-hidden />, run: () => open({ what: 'limits', tenant }) },
        'line',
        tenant.frozen_at
          ? { label: t('tenants.unfreeze'), icon: <Sun aria-hidden />, run: freeze }
          : { label: t('tenants.freeze'), icon: <Snowflake aria-hidden />, danger: true, run: freeze },
      ]}
    />
  )
}

interface FormProps {
  onClose: () => void
  onDone: () => void
}

function MakeTenant({ onClose, onDone }: FormProps) {
  const t = useT()
  const [name, setName] = useState('')
  const making = useMutation({
    mutationFn: () => call('POST /api/admin/tenants', { body: { name } }),
    onSuccess: onDone,
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    making.mutate()
  }
  return (
    <Dialog open onClose={onClose} title={t('tenants.make')} about={t('tenants.makeAbout')}>
      <form onSubmit={submit} className="grid grid-cols-1 gap-4">
        <Field label={t('person.name')}>
          {(props) => <Input {...props} required value={name} onChange={({ target }) => setName(target.value)} />}
        </Field>
        {making.error && <Fault error={making.error} />}
        <Button type="submit" look="primary" className="justify-self-end">
          {t('tenants.make')}
        </Button>
      </form>
    </Dialog>
  )
}

function Credit({ tenant, onClose, onDone }: FormProps & { tenant: Tenant }) {
  const t = useT()
  const [amount, setAmount] = useState('10')
  const [memo, setMemo] = useState('')
  const once = useOnce()
  const booking = useMutation({
    mutationFn: () => {
      const body = { tenant: tenant.id, amount_usd: Number(amount), ...(memo === '' ? {} : { memo }) }
      return once(body, (id) => call('POST /api/admin/credit', { body: { ...body, id } }))
    },
    onSuccess({ available_usd }) {
      say(t('tenants.booked', { name: tenant.name, amount: usd(available_usd) }))
      onDone()
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    booking.mutate()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('tenants.creditOf', { name: tenant.name })}
      about={t('tenants.creditAbout')}
    >
      <form onSubmit={submit} className="grid grid-cols-1 gap-4">
        <Field label={t('tenants.amount')}>
          {(props) => (
            <Input
              {...props}
              type="number"
              step="any"
              required
              value={amount}
              onChange={({ target }) => setAmount(target.value)}
            />
          )}
        </Field>
        <Field label={t('tenants.memo')}>
          {(props) => <Input {...props} value={memo} onChange={({ target }) => setMemo(target.value)} />}
        </Field>
        {booking.error && <Fault error={booking.error} />}
        <Button type="submit" look="primary" className="justify-self-end" disabled={booking.isPending}>
          {t('tenants.book')}
        </Button>
      </form>
    </Dialog>
  )
}

function Limits({ tenant, onClose, onDone }: FormProps & { tenant: Tenant }) {
  const t = useT()
  const [concurrent, setConcurrent] = useState(tenant.max_concurrent === null ? '' : String(tenant.max_concurrent))
  const [staged, setStaged] = useState(String(tenant.max_staged))
  const saving = useMutation({
    mutationFn: () =>
      call('PATCH /api/admin/tenants/{tenant}', {
        path: { tenant: tenant.id },
        body: { max_concurrent: concurrent === '' ? null : Number(concurrent), max_staged: Number(staged) },
      }),
    onSuccess: onDone,
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    saving.mutate()
  }
  return (
    <Dialog open onClose={onClose} title={t('tenants.limitsOf', { name: tenant.name })}>
      <form onSubmit={submit} className="grid grid-cols-1 gap-4">
        <Field label={t('tenants.concurrent')} help={t('tenants.concurrentHelp')}>
          {(props) => (
            <Input
              {...props}
              type="number"
              min={1}
              placeholder={t('keys.none')}
              value={concurrent}
              onChange={({ target }) => setConcurrent(target.value)}
            />
          )}
        </Field>
        <Field label={t('tenants.staged')} help={t('tenants.stagedHelp')}>
          {(props) => (
            <Input
              {...props}
              type="number"
              min={0}
              required
              value={staged}
              onChange={({ target }) => setStaged(target.value)}
            />
          )}
        </Field>
        {saving.error && <Fault error={saving.error} />}
        <Button type="submit" look="primary" className="justify-self-end">
          {t('common.save')}
        </Button>
      </form>
    </Dialog>
  )
}
