import { useQuery } from '@tanstack/react-query'
import { Activity, CircleCheck, TriangleAlert } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { type Answer, call } from '../../api/client.ts'
import type { Account } from '../../api/routes.ts'
import { ago, bytes, dateTime, duration, number, usd } from '../../i18n/format.ts'
import { translateIfKnown, useT } from '../../i18n/i18n.ts'
import { translateMessage } from '../../i18n/messages.ts'
import { Button } from '../../ui/button.tsx'
import { Badge, Empty, Fault, Panel, PanelTitle, Skeleton, type Tone } from '../../ui/parts.tsx'
import { Table } from '../../ui/table.tsx'
import { operatorAccounts } from '../accounts/accounts-api.ts'
import { RetentionDialog } from './retention-dialog.tsx'
import { useTenantNames } from './tenant-input.tsx'

type Health = Answer<'GET /api/admin/health'>

const LIVE_MS = 10_000
/** What a person notices. */
const SLOW_LAG_MS = 100
const SLOW_DATABASE_MS = 250
const SHORT_DISK = 0.1

/** How the gateway is, in one look: what is wrong first, then the numbers behind it. */
export function Health() {
  const t = useT()
  const [isChanging, setChanging] = useState(false)
  const {
    data: health,
    error,
    refetch,
  } = useQuery({
    queryKey: ['admin-health'],
    queryFn: () => call('GET /api/admin/health'),
    refetchInterval: LIVE_MS,
  })
  if (error && !health) return <Fault error={error} retry={() => void refetch()} />
  if (!health) {
    return (
      <Panel>
        <Skeleton rows={8} />
      </Panel>
    )
  }
  return (
    <div className="grid grid-cols-1 gap-5">
      {error && <Fault error={error} retry={() => void refetch()} />}
      <Troubles health={health} />
      <Tiles health={health} />
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <Facts title={t('health.queue')} rows={queueRows(health, t)} />
        <Facts title={t('health.database')} rows={storageRows(health, t)} />
        <Providers />
        <Facts
          title={t('health.retention')}
          rows={retentionRows(health, t)}
          aside={
            <Button size="small" onClick={() => setChanging(true)}>
              {t('health.retentionChange')}
            </Button>
          }
        />
      </div>
      <Failures />
      {isChanging && <RetentionDialog onClose={() => setChanging(false)} />}
    </div>
  )
}

function Troubles({ health }: { health: Health }) {
  const t = useT()
  const nameOf = useTenantNames()
  const { storage, ledger, troubles, paused_receivers: paused } = health
  const { data: accounts = [] } = useQuery({
    queryKey: ['accounts', operatorAccounts.of],
    queryFn: () => call('GET /api/admin/accounts'),
  })
  const all: ReactNode[] = [
    ...(storage.problem === null ? [] : [translateMessage(storage.problem)]),
    ...(ledger.balance_faults > 0
      ? [t('common.pair', { name: t('health.faults'), value: number(ledger.balance_faults) })]
      : []),
    ...troubles.flatMap((subject) => troubleText(subject, { t, nameOf, accounts }) ?? []),
    ...paused.map(({ host, tenant, failing_since }) => {
      const since = failing_since ? ` · ${t('health.since', { when: dateTime(failing_since) })}` : ''
      return t('common.pair', { name: t('health.paused'), value: `${host} · ${nameOf(tenant)}${since}` })
    }),
  ]
  if (all.length === 0) {
    return (
      <p className="flex items-center gap-2.5 rounded-xl bg-good-ground px-4 py-3 font-medium text-good [&_svg]:size-5">
        <CircleCheck aria-hidden />
        {t('health.well')}
      </p>
    )
  }
  return (
    <section aria-label={t('health.troubles')} className="rounded-xl bg-bad-ground px-4 py-3 text-bad">
      <h2 className="flex items-center gap-2.5 font-semibold [&_svg]:size-5">
        <TriangleAlert aria-hidden />
        {t('health.troubles')}
      </h2>
      <ul className="mt-2 grid list-disc gap-1 pl-10">
        {all.map((text) => (
          <li key={String(text)} className="break-words">
            {text}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** A trouble by its subject, such as `account ID`; undefined for those that are told otherwise. */
function troubleText(
  subject: string,
  { t, nameOf, accounts }: { t: Translate; nameOf: (tenant: string) => string; accounts: readonly Account[] },
): string | undefined {
  const [kind, id = '', ...rest] = subject.split(' ')
  switch (kind) {
    case 'webhooks': // by their receivers
      return undefined
    case 'account':
      return t('health.troubleAccount', { name: accounts.find((one) => one.id === id)?.name ?? id })
    case 'credit':
      return t('health.troubleCredit', { tenant: nameOf(id) })
    case 'disk':
      return t('health.troubleDisk', { machine: id, folder: rest.join(' ') })
    case 'ledger':
      return t('health.troubleLedger')
    default:
      return subject
  }
}

function Tiles({ health: { process: running, database, last_day: day, queue } }: { health: Health }) {
  const t = useT()
  const tiles = [
    {
      label: t('health.version'),
      value: running?.version ?? '–',
      about: running && `Node.js ${running.node.replace(/^v/, '')}`,
    },
    { label: t('health.uptime'), value: running ? duration(running.uptime_seconds * 1_000) : '–' },
    {
      label: t('health.lag'),
      value: running ? `${running.lag_ms} ms` : '–',
      about: t('health.lagHelp'),
      isBad: (running?.lag_ms ?? 0) > SLOW_LAG_MS,
    },
    {
      label: t('health.store'),
      value: database.engine === 'sqlite' ? 'SQLite' : 'PostgreSQL',
      about: `${t('health.answers')} ${database.answer_ms} ms`,
      isBad: database.answer_ms > SLOW_DATABASE_MS,
    },
    { label: t('health.unfinished'), value: number(queue.staged + queue.pending + queue.running) },
    { label: `${t('tasks.completed')} · ${t('health.lastDay')}`, value: number(day.completed) },
    {
      label: `${t('tasks.failed')} · ${t('health.lastDay')}`,
      value: number(day.failed),
      about:
        day.tasks > 0 ? t('money.share', { percent: `${Math.round((100 * day.failed) / day.tasks)} %` }) : undefined,
    },
    {
      label: `${t('health.consumed')} · ${t('health.lastDay')}`,
      value: usd(day.consumed_usd),
      about: t('common.pair', { name: t('health.calls'), value: number(day.calls) }),
    },
  ]
  return (
    <div className="grid grid-cols-2 gap-px overflow-hidden rounded-xl border border-line bg-line md:grid-cols-4">
      {tiles.map(({ label, value, about, isBad }) => (
        <div key={label} className="grid grid-cols-1 content-start gap-0.5 bg-panel px-5 py-4">
          <span className="text-soft text-xs">{label}</span>
          <span className={isBad ? 'font-semibold text-bad text-xl tabular' : 'font-semibold text-xl tabular'}>
            {value}
          </span>
          {about && <span className="text-soft text-xs">{about}</span>}
        </div>
      ))}
    </div>
  )
}

interface Row {
  label: string
  value: ReactNode
  tone?: Tone
}

type Translate = ReturnType<typeof useT>

function queueRows({ queue, process: running, ledger }: Health, t: Translate): Row[] {
  const { oldest_waiting_seconds: oldest } = queue
  return [
    { label: t('health.waiting'), value: number(queue.pending) },
    { label: t('health.running'), value: number(queue.running) },
    { label: t('health.parked'), value: number(queue.staged) },
    { label: t('health.oldest'), value: oldest === null ? '–' : duration(oldest * 1_000) },
    { label: t('health.inHand'), value: running ? number(running.tasks_in_hand) : '–' },
    { label: t('health.heldCredit'), value: usd(ledger.available_usd) },
    { label: t('money.held'), value: usd(ledger.held_usd) },
  ]
}

function storageRows({ storage, process: running }: Health, t: Translate): Row[] {
  const isFull = ({ free_bytes: free, size_bytes: size }: Health['storage']['disks'][number]) =>
    free < SHORT_DISK * size
  return [
    {
      label: t('health.writable'),
      value: storage.writable ? t('health.ok') : t('health.bad'),
      tone: storage.writable ? 'good' : 'bad',
    },
    ...storage.disks.map((disk): Row => {
      const value = t('health.free', { free: bytes(disk.free_bytes), size: bytes(disk.size_bytes) })
      return {
        label: translateIfKnown(`health.disk.${disk.folder}`) ?? t('health.diskOf', { folder: disk.folder }),
        value,
        ...(isFull(disk) ? { tone: 'bad' } : {}),
      }
    }),
    { label: t('health.files'), value: bytes(storage.uploaded_bytes) },
    { label: t('health.memory'), value: running ? bytes(running.memory_bytes) : '–' },
  ]
}

function retentionRows({ retention }: Health, t: Translate): Row[] {
  const days = (count: number): string => daysOf(count, t)
  return [
    { label: t('health.retentionRecords'), value: days(retention.record_days) },
    { label: t('health.retentionMedia'), value: days(retention.media_days) },
    { label: t('health.retentionUploads'), value: days(retention.upload_hours / 24) },
    { label: t('health.retentionCallFiles'), value: days(retention.call_file_days) },
  ]
}

function daysOf(days: number, t: Translate): string {
  return days === 1 ? t('health.day') : t('health.days', { count: number(Math.round(100 * days) / 100) })
}

function Facts({ title, rows, aside }: { title: string; rows: Row[]; aside?: ReactNode }) {
  return (
    <Panel>
      <PanelTitle aside={aside}>{title}</PanelTitle>
      <dl className="divide-y divide-line">
        {rows.map(({ label, value, tone }) => (
          <div key={label} className="flex min-h-11 items-center justify-between gap-4 px-4 py-2">
            <dt className="text-soft">{label}</dt>
            <dd className="text-right tabular">{tone ? <Badge tone={tone}>{value}</Badge> : value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  )
}

function Providers() {
  const t = useT()
  const { data: status } = useQuery({
    queryKey: ['status'],
    queryFn: () => call('GET /api/status'),
    refetchInterval: LIVE_MS,
  })
  return (
    <Panel>
      <PanelTitle>{t('health.providers')}</PanelTitle>
      <ul className="divide-y divide-line">
        {status?.providers.map(({ id, accounts, connected }) => (
          <li key={id} className="flex min-h-11 items-center justify-between px-4 py-2">
            <span className="font-medium">{id}</span>
            <Badge tone={connected === accounts ? 'good' : connected > 0 ? 'mark' : 'bad'}>
              {t('health.connected', { connected, accounts })}
            </Badge>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function Failures() {
  const t = useT()
  const { data: failed } = useQuery({
    queryKey: ['admin-tasks', 'failed'],
    queryFn: () => call('GET /api/admin/tasks', { query: { limit: 20, status: ['failed'] } }),
    refetchInterval: LIVE_MS,
  })
  return (
    <Panel>
      <PanelTitle>{t('health.failures')}</PanelTitle>
      {failed && failed.items.length > 0 ? (
        <Table
          label={t('health.failures')}
          rows={failed.items}
          keyOf={({ id }) => id}
          columns={[
            {
              head: t('task.created'),
              card: 'bare',
              className: 'whitespace-nowrap text-soft',
              cell: ({ created_at }) => ago(created_at),
            },
            { head: t('task.operation'), card: 'title', cell: ({ operation }) => operation },
            { head: t('task.provider'), card: 'bare', className: 'text-soft', cell: ({ provider }) => provider },
            {
              head: t('task.error'),
              card: 'line',
              className: 'min-w-64 max-w-xl',
              cell: ({ error: fault }) =>
                fault && (
                  <span className="line-clamp-2" title={fault.message}>
                    <span className="font-mono text-bad text-xs">{fault.code}</span> {translateMessage(fault.message)}
                  </span>
                ),
            },
          ]}
        />
      ) : (
        <Empty isSmall icon={<Activity />} title={t('health.noFailures')} />
      )}
    </Panel>
  )
}
