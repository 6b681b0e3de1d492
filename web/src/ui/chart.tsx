import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { day } from '../i18n/format.ts'
import { useLocale } from '../i18n/i18n.ts'
import { useTheme } from '../shell/theme.ts'

export interface Series {
  label: string
  /** One for each day. */
  values: readonly number[]
}

interface ChartProps {
  /** The days, in seconds UTC. */
  days: readonly number[]
  /** Stacked on one another, the first at the bottom. At most as many as there are colours. */
  series: readonly Series[]
  label: string
  /** What the days are called. */
  whenLabel: string
  format: (value: number) => string
}

const HEIGHT_PX = 220
const DAY_SECONDS = 86_400
/** Colours of `app.css`, in the order of the series. */
export const SERIES_COLOURS = ['--mark', '--series-2', '--series-3', '--series-4', '--series-5', '--series-6'] as const

/** Values of each day as bars, of several things on one another. Its numbers are also a table, for those who do not see it. */
export default function Chart({ days, series, label, whenLabel, format }: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const theme = useTheme()
  const locale = useLocale()
  const text = JSON.stringify([days, series])
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours follow the theme, dates the language, and points are compared by their values
  useEffect(() => {
    const element = place.current
    if (!element) return
    const style = getComputedStyle(document.documentElement)
    const colour = (name: string): string => style.getPropertyValue(name)
    const bars = UPlot.paths.bars?.({ size: [0.72, 48] })
    const axis = {
      stroke: colour('--soft'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
      font: '11px system-ui',
    }
    const stacked = stackOf(series)
    const chart = new UPlot(
      {
        width: element.clientWidth,
        height: HEIGHT_PX,
        cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
        legend: { show: true },
        scales: {
          // Half a day more at both ends: the bars stand in the middle of their days.
          x: { range: (_chart, low, high) => [low - DAY_SECONDS / 2, high + DAY_SECONDS / 2] },
          // Without a least height: what a day costs may be a hundredth of a cent.
          y: { range: (_chart, low, high) => [Math.min(0, low * 1.1), Math.max(0, high * 1.1)] },
        },
        axes: [
          {
            ...axis,
            space: 64,
            grid: { show: false },
            values: (_chart, times) => times.map((at) => shortDay(at, locale)),
          },
          { ...axis, size: 60, values: (_chart, values) => values.map((value) => format(value)) },
        ],
        series: [
          { label: whenLabel, value: (_chart, at) => (at === null ? periodOf(days) : day(at * 1_000)) },
          // The highest is drawn first, and the others before it.
          ...stacked.map(({ label: name, colour: at, values }) => ({
            label: name,
            fill: colour(SERIES_COLOURS[at] ?? '--mark'),
            stroke: colour(SERIES_COLOURS[at] ?? '--mark'),
            width: 0,
            points: { show: false },
            value: (_chart: UPlot, _sum: number | null, _series: number, index: number | null) =>
              format(index === null ? sumOf(values) : (values[index] ?? 0)),
            ...(bars ? { paths: bars } : {}),
          })),
        ],
      },
      [[...days], ...stacked.map(({ sums }) => sums)],
      element,
    )
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT_PX }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      chart.destroy()
    }
  }, [text, theme, locale, label])
  const told = days.flatMap((at, index) => {
    const values = series.map(({ values: all }) => all[index] ?? 0)
    return values.some((value) => value > 0) ? [{ at, values }] : []
  })
  return (
    <>
      <div ref={place} aria-hidden className="min-h-[250px] [&_.u-legend]:text-xs" />
      <table className="sr-only">
        <caption>{label}</caption>
        <thead>
          <tr>
            <th scope="col">{whenLabel}</th>
            {series.map(({ label: name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {told.map(({ at, values }) => (
            <tr key={at}>
              <th scope="row">{day(at * 1_000)}</th>
              {values.map((value, index) => (
                <td key={series[index]?.label}>{format(value)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

/** The series from the top of the stack to its bottom, with the sums up to each: what is drawn later covers what is below. */
function stackOf(series: readonly Series[]) {
  let below: number[] = []
  const stacked = series.map(({ label, values }, colour) => {
    below = values.map((value, index) => value + (below[index] ?? 0))
    return { label, colour, values, sums: below }
  })
  return stacked.reverse()
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

/** What the legend shows while the pointer is on no day. */
const periodOf = (days: readonly number[]): string =>
  days.length === 0 ? '' : `${day((days[0] ?? 0) * 1_000)} – ${day((days.at(-1) ?? 0) * 1_000)}`

const shortDay = (at: number, locale: string): string =>
  new Intl.DateTimeFormat(locale === 'zh' ? 'zh-CN' : 'en-US', {
    month: 'short',
    day: 'numeric',
    timeZone: 'UTC',
  }).format(at * 1_000)
