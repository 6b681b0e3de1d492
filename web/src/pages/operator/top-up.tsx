import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { CreditCard, Ticket, Trash2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { type Answer, call } from '../../api/client.ts'
import { dateTime, day, usd } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { useAct } from '../../shell/acts.ts'
import { useSession } from '../../shell/session.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { More } from '../../ui/more.tsx'
import { Badge, Code, CopyButton, Empty, Fault, Panel, PanelTitle, Skeleton, type Tone } from '../../ui/parts.tsx'
import { Table } from '../../ui/table.tsx'
import { useRemovals } from '../../ui/use-removals.ts'
import { TenantInput, useTenantNames } from './tenant-input.tsx'

const CODES = ['admin-codes'] as const
/** Others redeem and pay meanwhile. */
const LIVE_MS = 15_000

const CODE_TONES: Record<Answer<'GET /api/admin/codes'>['items'][number]['state'], Tone> = {
  open: 'good',
  redeemed: 'info',
  expired: 'plain',
  revoked: 'bad',
}
const PAYMENT_TONES: Record<Answer<'GET /api/admin/payments'>['items'][number]['status'], Tone> = {
  open: 'mark',
  paid: 'good',
  expired: 'plain',
  failed: 'bad',
}

/** Where credit comes from: codes that the operator makes, and payments. */
export function TopUp() {
  return (
    <div className="grid grid-cols-1 gap-5">
      <Codes />
      <Payments />
    </div>
  )
}

function Codes() {
  const t = useT()
  const client = useQueryClient()
  const nameOf = useTenantNames()
  const [isMaking, setMaking] = useState(false)
  useAct('code.make', () => setMaking(true))
  const list = useInfiniteQuery({
    queryKey: CODES,
    queryFn: ({ pageParam }) =>
      call('GET /api/admin/codes', { query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } }),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    refetchInterval: LIVE_MS,
  })
  const { data, error, refetch } = list
  const { isGone, remove } = useRemovals()
  const revoke = ({ id, prefix }: { id: string; prefix: string }): void =>
    remove(id, t('code.revokedNow', { code: `${prefix}…` }), async () => {
      await call('DELETE /api/admin/codes/{id}', { path: { id } })
      await client.invalidateQueries({ queryKey: CODES })
    })
  const codes =
    data?.pages.flatMap(({ items }) => items).filter(({ id, state }) => state !== 'open' || !isGone(id)) ?? []
  const make = (
    <Button look="primary" size="small" onClick={() => setMaking(true)}>
      <Ticket />
      {t('code.make')}
    </Button>
  )
  return (
    <Panel>
      <PanelTitle aside={make}>{t('code.codes')}</PanelTitle>
      {error && !list.isFetchNextPageError && <Fault error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton rows={3} />}
      {data && codes.length === 0 && (
        <Empty icon={<Ticket />} title={t('code.emptyTitle')}>
          {t('code.empty')}
        </Empty>
      )}
      {codes.length > 0 && (
        <Table
          label={t('code.codes')}
          rows={codes}
          keyOf={({ id }) => id}
          columns={[
            {
              head: t('code.prefix'),
              card: 'title',
              className: 'whitespace-nowrap',
              cell: ({ prefix }) => <span className="font-mono text-xs">{prefix}…</span>,
            },
            {
              head: t('code.state'),
              card: 'mark',
              cell: ({ state }) => <Badge tone={CODE_TONES[state]}>{t(`code.${state}`)}</Badge>,
            },
            {
              head: t('code.credit'),
              isNumber: true,
              className: 'font-medium',
              cell: ({ amount_usd }) => usd(amount_usd),
            },
            {
              head: t('code.for'),
              className: 'text-soft',
              cell: ({ tenant }) => (tenant ? nameOf(tenant) : t('code.any')),
            },
            {
              head: t('code.redeemedBy'),
              className: 'text-soft',
              cell: ({ redeemed_for: by }) => by && nameOf(by),
            },
            {
              head: t('code.expires'),
              className: 'whitespace-nowrap text-soft',
              cell: ({ expires_at }) => expires_at && day(expires_at),
            },
            { head: t('prices.note'), className: 'max-w-56 truncate text-soft', cell: ({ note }) => note },
            {
              head: '',
              card: 'actions',
              cell: (code) =>
                code.state === 'open' && (
                  <Button
                    look="quiet"
                    size="smallIcon"
                    aria-label={t('code.revoke', { code: `${code.prefix}…` })}
                    onClick={() => revoke(code)}
                  >
                    <Trash2 />
                  </Button>
                ),
            },
          ]}
        />
      )}
      <More of={list} isInPanel />
      {isMaking && <MakeCodes onClose={() => setMaking(false)} />}
    </Panel>
  )
}

function MakeCodes({ onClose }: { onClose: () => void }) {
  const t = useT()
  const client = useQueryClient()
  const [amount, setAmount] = useState('25')
  const [count, setCount] = useState('1')
  const [days, setDays] = useState('365')
  const [tenant, setTenant] = useState('')
  const [note, setNote] = useState('')
  const making = useMutation({
    mutationFn: () =>
      call('POST /api/admin/codes', {
        body: {
          amount_usd: Number(amount),
          count: Number(count),
          ...(days === '' ? {} : { days: Number(days) }),
          ...(tenant === '' ? {} : { tenant }),
          ...(note === '' ? {} : { note }),
        },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: CODES }),
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    making.mutate()
  }
  const number = (value: string, set: (value: string) => void, most: number, required: boolean) => ({
    type: 'number' as const,
    min: 1,
    max: most,
    required,
    value,
    onChange: ({ target }: { target: { value: string } }) => set(target.value),
  })
  if (making.data) {
    const text = making.data.items.map(({ code }) => code).join('\n')
    return (
      <Dialog open onClose={onClose} title={t('code.codes')} about={t('code.made')}>
        <div className="grid grid-cols-1 gap-3">
          <Code text={text} />
          <div className="flex justify-end gap-2">
            <CopyButton text={text} label={t('code.copyAll')} />
            <Button look="primary" onClick={onClose}>
              {t('keys.kept')}
            </Button>
          </div>
        </div>
      </Dialog>
    )
  }
  return (
    <Dialog open onClose={onClose} title={t('code.make')} about={t('code.makeAbout')}>
      <form onSubmit={submit} className="grid grid-cols-1 gap-4">
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t('code.amount')}>
            {(props) => (
              <Input
                {...props}
                type="number"
                step="any"
                min={0.01}
                required
                value={amount}
                onChange={({ target }) => setAmount(target.value)}
              />
            )}
          </Field>
          <Field label={t('code.count')}>
            {(props) => <Input {...props} {...number(count, setCount, 100, true)} />}
          </Field>
          <Field label={t('code.days')} help={t('code.daysHelp')}>
            {(props) => <Input {...props} {...number(days, setDays, 3_650, false)} />}
          </Field>
          <Field label={t('code.for')} help={t('code.forHelp')}>
            {(props) => <TenantInput {...props} value={tenant} onChange={setTenant} />}
          </Field>
        </div>
        <Field label={t('code.note')}>
          {(props) => (
            <Input {...props} maxLength={500} value={note} onChange={({ target }) => setNote(target.value)} />
          )}
        </Field>
        {making.error && <Fault error={making.error} />}
        <Button type="submit" look="primary" className="justify-self-end" disabled={making.isPending}>
          {t('code.make')}
        </Button>
      </form>
    </Dialog>
  )
}

function Payments() {
  const t = useT()
  const nameOf = useTenantNames()
  const { features } = useSession()
  const list = useInfiniteQuery({
    queryKey: ['admin-payments'],
    queryFn: ({ pageParam }) =>
      call('GET /api/admin/payments', { query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } }),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    refetchInterval: LIVE_MS,
  })
  const { data, error, refetch } = list
  const payments = data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <Panel>
      <PanelTitle>{t('money.payments')}</PanelTitle>
      {error && !list.isFetchNextPageError && <Fault error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton rows={3} />}
      {data && payments.length === 0 && (
        <Empty icon={<CreditCard />} title={t('payment.emptyTitle')}>
          {features.payments ? t('payment.empty') : t('payment.emptyOff')}
        </Empty>
      )}
      {payments.length > 0 && (
        <Table
          label={t('money.payments')}
          rows={payments}
          keyOf={({ id }) => id}
          columns={[
            {
              head: t('code.state'),
              card: 'mark',
              cell: ({ status }) => <Badge tone={PAYMENT_TONES[status]}>{t(`payment.${status}`)}</Badge>,
            },
            {
              head: t('code.credit'),
              isNumber: true,
              card: 'title',
              className: 'font-medium',
              cell: ({ amount_usd }) => usd(amount_usd),
            },
            { head: t('audit.tenant'), className: 'text-soft', cell: ({ tenant }) => nameOf(tenant) },
            {
              head: t('audit.at'),
              className: 'whitespace-nowrap text-soft',
              cell: ({ created_at }) => dateTime(created_at),
            },
            {
              head: t('payment.external'),
              className: 'max-w-64 truncate font-mono text-soft text-xs',
              cell: ({ external_id }) => external_id,
            },
          ]}
        />
      )}
      <More of={list} isInPanel />
    </Panel>
  )
}
