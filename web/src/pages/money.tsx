import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { Bell, Download, Plus, WalletMinimal } from 'lucide-react'
import { useState } from 'react'
import { type Answer, addressOf, call } from '../api/client.ts'
import { balanceQuery } from '../api/queries.ts'
import { saveAs, saveTable } from '../api/save-table.ts'
import { dateTime, signedUsd, usd } from '../i18n/format.ts'
import { translateIfKnown, useLocale, useT } from '../i18n/i18n.ts'
import { useAct } from '../shell/acts.ts'
import { mayManage, useSession } from '../shell/session.ts'
import { useTitle } from '../shell/use-title.ts'
import { Button } from '../ui/button.tsx'
import { cn } from '../ui/classes.ts'
import { Select } from '../ui/field.tsx'
import { Menu } from '../ui/menu.tsx'
import { More } from '../ui/more.tsx'
import { Empty, Fault, Page, Panel, PanelTitle, Skeleton } from '../ui/parts.tsx'
import { Table } from '../ui/table.tsx'
import { sayError } from '../ui/toast.tsx'
import { AddCredit } from './money/add-credit.tsx'
import { BalanceNotice, noticeQuery } from './money/balance-notice.tsx'
import { Spending } from './money/spending.tsx'

const DAY_MS = 86_400_000
const PERIODS = [7, 30, 90, 365]

export function Money() {
  const t = useT()
  useTitle(t('nav.money'))
  const [days, setDays] = useState(30)
  const [now] = useState(() => Date.now())
  const from = new Date(now - (days - 1) * DAY_MS).toISOString().slice(0, 10)
  return (
    <Page
      title={t('nav.money')}
      about={t('money.about')}
      actions={
        <>
          <Select
            aria-label={t('money.period')}
            value={days}
            onChange={({ target }) => setDays(Number(target.value))}
            className="w-auto"
          >
            {PERIODS.map((count) => (
              <option key={count} value={count}>
                {t('money.days', { count })}
              </option>
            ))}
          </Select>
          <Statement from={from} />
        </>
      }
    >
      <div className="grid grid-cols-1 gap-5">
        <PaymentNews />
        <Balance />
        <Spending from={from} days={days} now={now} />
        <Ledger from={from} />
      </div>
    </Page>
  )
}

/** The statement of the period as a file. */
function Statement({ from }: { from: string }) {
  const t = useT()
  const language = useLocale()
  const address = '/api/v1/ledger'
  const saveCsv = (): void => void saveTable(address, { from }, `polyphony-${from}.csv`).catch(sayError)
  const savePdf = () =>
    saveAs(addressOf(address, { query: { from, format: 'pdf', language } }), `polyphony-${from}.pdf`)
  return (
    <Menu
      trigger={
        <Button>
          <Download />
          {t('money.download')}
        </Button>
      }
      items={[
        { label: t('money.pdf'), run: savePdf },
        { label: t('money.csv'), run: saveCsv },
      ]}
    />
  )
}

/** What became of a payment from which one comes back. */
function PaymentNews() {
  const t = useT()
  const { payment } = useSearch({ from: '/inside/money' })
  if (payment !== 'done' && payment !== 'cancelled') return null
  return (
    <p
      role="status"
      className={cn(
        'rounded-xl px-4 py-3',
        payment === 'done' ? 'bg-good-ground text-good' : 'bg-info-ground text-info',
      )}
    >
      {t(payment === 'done' ? 'money.paymentDone' : 'money.paymentCancelled')}
    </p>
  )
}

function Balance() {
  const t = useT()
  const may = mayManage(useSession())
  const [open, setOpen] = useState<'credit' | 'notice'>()
  useAct('money.addCredit', () => setOpen('credit'))
  const { data: last } = useQuery(balanceQuery)
  const { data: notice } = useQuery({ ...noticeQuery, enabled: may })
  const numbers = [
    { label: t('money.available'), value: usd(last?.available_usd ?? 0), isMain: true },
    { label: t('money.held'), value: usd(last?.held_usd ?? 0) },
  ]
  const close = (): void => setOpen(undefined)
  return (
    <div className="overflow-hidden rounded-xl border border-line bg-line">
      <div className="grid grid-cols-2 gap-px">
        {numbers.map(({ label, value, isMain }) => (
          <div key={label} className="grid grid-cols-1 gap-0.5 bg-panel px-5 py-4">
            <span className="text-soft text-xs">{label}</span>
            <span className={cn('font-semibold tracking-tight tabular', isMain ? 'text-3xl' : 'text-3xl text-soft')}>
              {value}
            </span>
          </div>
        ))}
      </div>
      {may && (
        <div className="flex flex-wrap items-center gap-2 border-line border-t bg-panel px-5 py-3">
          <Button look="primary" onClick={() => setOpen('credit')}>
            <Plus />
            {t('money.addCredit')}
          </Button>
          <Button onClick={() => setOpen('notice')}>
            <Bell />
            {notice && notice.below_usd !== null
              ? t('money.balanceNoticeOn', { amount: usd(notice.below_usd) })
              : t('money.balanceNotice')}
          </Button>
        </div>
      )}
      {open === 'credit' && <AddCredit onClose={close} />}
      {open === 'notice' && notice && <BalanceNotice notice={notice} onClose={close} />}
    </div>
  )
}

function Ledger({ from }: { from: string }) {
  const t = useT()
  const list = useInfiniteQuery({
    queryKey: ['ledger', from],
    queryFn: ({ pageParam }) =>
      call('GET /api/v1/ledger', { query: { from, limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } }),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  })
  const { data, error, isPending, refetch } = list
  const lines = data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <Panel>
      <PanelTitle>{t('money.ledger')}</PanelTitle>
      {isPending && <Skeleton />}
      {error && !list.isFetchNextPageError && <Fault error={error} retry={() => void refetch()} />}
      {lines.length > 0 && (
        <Table
          label={t('money.ledger')}
          rows={lines}
          keyOf={({ id }) => id}
          columns={[
            {
              head: t('money.at'),
              card: 'bare',
              className: 'whitespace-nowrap text-soft',
              cell: ({ at }) => dateTime(at),
            },
            { head: t('money.what'), card: 'title', className: 'max-w-72', cell: (line) => <What {...line} /> },
            {
              head: t('money.change'),
              isNumber: true,
              card: 'mark',
              cell: ({ available_change_usd: change }) =>
                change !== 0 && <span className={cn(change > 0 && 'text-good')}>{signedUsd(change)}</span>,
            },
            {
              head: t('money.paid'),
              isNumber: true,
              cell: ({ consumed_usd }) => consumed_usd !== 0 && usd(consumed_usd),
            },
            {
              head: t('money.after'),
              isNumber: true,
              className: 'text-soft',
              cell: ({ available_usd }) => usd(available_usd),
            },
          ]}
        />
      )}
      {data && lines.length === 0 && (
        <Empty icon={<WalletMinimal />} title={t('money.emptyTitle')}>
          {t('money.empty')}
        </Empty>
      )}
      <More of={list} isInPanel />
    </Panel>
  )
}

/** What a line of the ledger is about: its kind, and the task or the note. */
function What({ kind, task_id, memo }: Answer<'GET /api/v1/ledger'>['items'][number]) {
  return (
    <>
      <span className="block">{translateIfKnown(`ledger.${kind}`) ?? kind}</span>
      {task_id ? (
        <Link
          to="/tasks/$id"
          params={{ id: task_id }}
          className="font-mono text-soft text-xs underline underline-offset-2"
        >
          {task_id.slice(0, 13)}…
        </Link>
      ) : (
        memo && (
          <span className="block truncate text-soft text-xs" title={memo}>
            {translateIfKnown(`memo.${memo}`) ?? memo}
          </span>
        )
      )}
    </>
  )
}
