import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Coins, Ellipsis, Gauge, Plus, Snowflake, Sun } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { type Answer, call } from '../../api/client.ts'
import { day, number, usd } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { useAct } from '../../shell/acts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { Menu } from '../../ui/menu.tsx'
import { Badge, Fault, Panel, PanelTitle, Skeleton, Table } from '../../ui/parts.tsx'
import { say, sayError } from '../../ui/toast.tsx'

type Tenant = Answer<'GET /api/admin/tenants'>['items'][number]
type Open = { what: 'make' } | { what: 'credit' | 'limits'; tenant: Tenant } | undefined

const TENANTS = ['admin-tenants'] as const

export function Tenants() {
  const t = useT()
  const client = useQueryClient()
  const [open, setOpen] = useState<Open>()
  useAct('tenants.make', () => setOpen({ what: 'make' }))
  const { data, error } = useQuery({
    queryKey: TENANTS,
    queryFn: () => call('GET /api/admin/tenants', { query: { limit: 1_000 } }),
  })
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
  if (error) return <Fault error={error} />
  return (
    <Panel>
      <PanelTitle
        aside={
          <Button look="primary" size="small" onClick={() => setOpen({ what: 'make' })}>
            <Plus />
            {t('tenants.make')}
          </Button>
        }
      >
        {t('operator.tenants')}
      </PanelTitle>
      {!data && <Skeleton />}
      {data && (
        <Table
          label={t('operator.tenants')}
          head={[
            t('tenants.name'),
            t('task.status'),
            { number: t('money.available') },
            { number: t('money.held') },
            { number: t('tenants.credited') },
            { number: t('health.unfinished') },
            t('keys.limits'),
            t('task.created'),
            '',
          ]}
        >
          {data.items.map((tenant) => (
            <tr key={tenant.id}>
              <td className="font-medium">{tenant.name}</td>
              <td>
                {tenant.frozen_at ? (
                  <Badge tone="bad">{t('tenants.frozen')}</Badge>
                ) : (
                  <Badge tone="good">{t('tenants.active')}</Badge>
                )}
              </td>
              <td className="number">{usd(tenant.available_usd)}</td>
              <td className="number text-soft">{usd(tenant.held_usd)}</td>
              <td className="number text-soft">{usd(tenant.credited_usd)}</td>
              <td className="number">{number(tenant.unfinished)}</td>
              <td className="whitespace-nowrap text-soft">
                {tenant.max_concurrent === null
                  ? t('keys.noLimits')
                  : t('keys.atOnce', { count: tenant.max_concurrent })}
              </td>
              <td className="whitespace-nowrap text-soft">{day(tenant.created_at)}</td>
              <td className="text-right">
                <Menu
                  trigger={
                    <Button look="quiet" size="smallIcon" aria-label={t('keys.actions', { name: tenant.name })}>
                      <Ellipsis />
                    </Button>
                  }
                  items={[
                    {
                      label: t('tenants.credit'),
                      icon: <Coins aria-hidden />,
                      run: () => setOpen({ what: 'credit', tenant }),
                    },
                    {
                      label: t('tenants.limits'),
                      icon: <Gauge aria-hidden />,
                      run: () => setOpen({ what: 'limits', tenant }),
                    },
                    'line',
                    tenant.frozen_at
                      ? { label: t('tenants.unfreeze'), icon: <Sun aria-hidden />, run: () => freezing.mutate(tenant) }
                      : {
                          label: t('tenants.freeze'),
                          icon: <Snowflake aria-hidden />,
                          danger: true,
                          run: () => freezing.mutate(tenant),
                        },
                  ]}
                />
              </td>
            </tr>
          ))}
        </Table>
      )}
      {open?.what === 'make' && <MakeTenant onClose={() => setOpen(undefined)} onDone={changed} />}
      {open?.what === 'credit' && <Credit tenant={open.tenant} onClose={() => setOpen(undefined)} onDone={changed} />}
      {open?.what === 'limits' && <Limits tenant={open.tenant} onClose={() => setOpen(undefined)} onDone={changed} />}
    </Panel>
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
  const booking = useMutation({
    mutationFn: () =>
      call('POST /api/admin/credit', {
        body: {
          tenant: tenant.id,
          amount_usd: Number(amount),
          ...(memo === '' ? {} : { memo }),
          id: crypto.randomUUID(),
        },
      }),
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
