import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ChartColumn } from 'lucide-react'
import { useState } from 'react'
import { arrived } from '../../api/arrived.ts'
import { type Answer, call } from '../../api/client.ts'
import { number, usd } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { useMode } from '../../shell/mode.ts'
import { Button } from '../../ui/button.tsx'
import type { Series } from '../../ui/chart.tsx'
import { Empty, Fault, Panel, PanelTitle } from '../../ui/parts.tsx'
import { Tabs } from '../../ui/tabs.tsx'

const DAY_MS = 86_400_000
const GROUPS = ['day', 'model', 'operation', 'key'] as const
type By = (typeof GROUPS)[number]
type Item = Answer<'GET /api/v1/usage'>['items'][number]

/** What has a colour of its own; the rest is one more. */
const SHOWN = 5
const COLOURS = ['bg-mark', 'bg-series-2', 'bg-series-3', 'bg-series-4', 'bg-series-5', 'bg-series-6']

interface Total {
  group: string
  usd: number
  count: number
  /** USD by day. */
  days: Map<string, number>
}

/** What was spent on each day, in all or by what it was spent on; and the sums. */
export function Spending({ from, days, now }: { from: string; days: number; now: number }) {
  const t = useT()
  const mode = useMode()
  const [by, setBy] = useState<By>('day')
  const { data, error, refetch } = useQuery({
    queryKey: ['usage', by, from, mode],
    queryFn: () => call('GET /api/v1/usage', { query: { by, from, ...(by === 'day' ? {} : { daily: true }) } }),
    placeholderData: (before) => (before?.by === by ? before : undefined),
  })
  const { data: keys } = useQuery({
    queryKey: ['keys'],
    queryFn: () => call('GET /api/v1/keys', { query: { limit: 1_000 } }),
    enabled: by === 'key',
  })
  const nameOf = (group: string): string => keys?.items.find(({ id }) => id === group)?.name ?? group
  const names = Array.from({ length: days }, (_, at) =>
    new Date(now - (days - 1 - at) * DAY_MS).toISOString().slice(0, 10),
  )
  const totals = by === 'day' ? [] : totalsOf(data?.items ?? [])
  const series =
    by === 'day'
      ? [{ label: t('money.spending'), values: valuesOn(names, dailyOf(data?.items ?? [])) }]
      : seriesOf(totals, names, { nameOf, others: t('money.others') })
  const hasSpent = series.some(({ values }) => values.some((value) => value !== 0))
  return (
    <Panel>
      <PanelTitle
        aside={
          <Tabs
            label={t('money.by')}
            value={by}
            onChange={(next) => setBy(next as By)}
            items={GROUPS.map((value) => ({ value, label: t(`money.${value}`) }))}
          />
        }
      >
        {t('money.spending')}
        {data && <span className="ml-2 font-normal text-soft tabular">{usd(data.total.consumed_usd)}</span>}
      </PanelTitle>
      <div className="grid grid-cols-1 gap-4 p-4">
        {error && <Fault error={error} retry={() => void refetch()} />}
        {(!data || hasSpent) && !error && <Bars series={data ? series : []} names={names} />}
        {data && !hasSpent && <NothingSpent days={days} />}
        {by !== 'day' && totals.length > 0 && (
          <ul className="grid grid-cols-1 content-start gap-x-8 gap-y-1 md:grid-cols-2">
            {totals.map((total, at) => (
              <li key={total.group} className="flex h-8 items-center gap-2.5 border-line border-b">
                <span aria-hidden className={`size-2.5 shrink-0 rounded-sm ${COLOURS[Math.min(at, SHOWN)]}`} />
                <span className="min-w-0 flex-1 truncate">{nameOf(total.group)}</span>
                <span className="shrink-0 text-soft text-xs tabular">
                  {t('money.tasks', { count: number(total.count) })}
                </span>
                <span className="w-20 shrink-0 text-right tabular">{usd(total.usd)}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Panel>
  )
}

/** The chart, which is loaded with its first values; until then, its place. */
function Bars({ series, names }: { series: readonly Series[]; names: readonly string[] }) {
  const t = useT()
  const { data: chart, error } = useQuery({
    queryKey: ['script', 'chart'],
    queryFn: async () => ({ Chart: (await arrived(import('../../ui/chart.tsx'))).default }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  if (error) return <Fault error={error} />
  if (!chart || series.length === 0) {
    return (
      <div aria-hidden>
        <div className="h-[250px] animate-breathe rounded-lg bg-hover/40" />
      </div>
    )
  }
  return (
    <chart.Chart
      days={names.map((one) => Date.parse(one) / 1_000)}
      series={series}
      label={t('money.spending')}
      whenLabel={t('money.at')}
      format={usd}
    />
  )
}

/** In place of a chart: its scale would be invented. As high as one, so that nothing moves with another period. */
function NothingSpent({ days }: { days: number }) {
  const t = useT()
  return (
    <div className="grid min-h-[250px] content-center">
      <Empty
        icon={<ChartColumn />}
        title={t('money.nothingSpentTitle', { count: days })}
        action={
          <Button asChild>
            <Link to="/studio">{t('money.toStudio')}</Link>
          </Button>
        }
      >
        {t('money.nothingSpent')}
      </Empty>
    </div>
  )
}

const dailyOf = (items: readonly Item[]): Map<string, number> =>
  new Map(items.map(({ group, consumed_usd }) => [group, consumed_usd]))

/** The dearest first. */
function totalsOf(items: readonly Item[]): Total[] {
  const found = new Map<string, Total>()
  for (const { group, day = '', consumed_usd, tasks, calls } of items) {
    const total = found.get(group) ?? { group, usd: 0, count: 0, days: new Map() }
    total.days.set(day, consumed_usd)
    found.set(group, { ...total, usd: total.usd + consumed_usd, count: total.count + tasks + calls })
  }
  return [...found.values()].sort((a, b) => b.usd - a.usd || b.count - a.count)
}

function seriesOf(
  totals: readonly Total[],
  names: readonly string[],
  { nameOf, others }: { nameOf: (group: string) => string; others: string },
): Series[] {
  const shown = totals
    .slice(0, SHOWN)
    .map(({ group, days }) => ({ label: nameOf(group), values: valuesOn(names, days) }))
  const rest = totals.slice(SHOWN)
  if (rest.length === 0) return shown
  const values = names.map((name) => rest.reduce((sum, { days }) => sum + (days.get(name) ?? 0), 0))
  return [...shown, { label: others, values }]
}

const valuesOn = (names: readonly string[], values: ReadonlyMap<string, number>): number[] =>
  names.map((name) => values.get(name) ?? 0)
