import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { day } from '../i18n/format.ts'
import { useLocale } from '../i18n/i18n.ts'
import { useTheme } from '../shell/theme.ts'

interface ChartProps {
  /** `at` in seconds UTC. */
  points: { at: number; value: number }[]
  label: string
  /** What the days are called. */
  whenLabel: string
  format: (value: number) => string
}

const HEIGHT_PX = 220
const DAY_SECONDS = 86_400

/** A value for each day, as bars. Its numbers are also a table, for those who do not see it. */
export default function Chart({ points, label, whenLabel, format }: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const theme = useTheme()
  const locale = useLocale()
  const text = JSON.stringify(points)
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours follow the theme, dates the language, and points are compared by their values
  useEffect(() => {
    const element = place.current
    if (!element) return
    const style = getComputedStyle(document.documentElement)
    const colour = (name: string): string => style.getPropertyValue(name)
    const bars = UPlot.paths.bars?.({ size: [0.72, 48], radius: 0.25 })
    const axis = {
      stroke: colour('--soft'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
      font: '11px system-ui',
    }
    const chart = new UPlot(
      {
        width: element.clientWidth,
        height: HEIGHT_PX,
        cursor: { y: false, drag: { x: false, y: false } },
        legend: { show: true },
        scales: {
          // Half a day more at both ends: the bars stand in the middle of their days.
          x: { range: (_chart, low, high) => [low - DAY_SECONDS / 2, high + DAY_SECONDS / 2] },
          y: { range: (_chart, _low, high) => [0, Math.max(high * 1.1, 0.01)] },
        },
        axes: [
          { ...axis, grid: { show: false }, values: (_chart, times) => times.map((at) => shortDay(at, locale)) },
          { ...axis, size: 60, values: (_chart, values) => values.map((value) => format(value)) },
        ],
        series: [
          { label: whenLabel, value: (_chart, at) => (at === null ? '' : day(at * 1_000)) },
          {
            label,
            fill: colour('--mark'),
            stroke: colour('--mark'),
            width: 0,
            points: { show: false },
            value: (_chart, value) => (value === null ? '' : format(value)),
            ...(bars ? { paths: bars } : {}),
          },
        ],
      },
      [points.map(({ at }) => at), points.map(({ value }) => value)],
      element,
    )
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT_PX }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      chart.destroy()
    }
  }, [text, theme, locale, label])
  return (
    <>
      <div ref={place} aria-hidden className="min-h-[250px] [&_.u-legend]:text-xs" />
      <table className="sr-only">
        <caption>{label}</caption>
        <tbody>
          {points
            .filter(({ value }) => value > 0)
            .map(({ at, value }) => (
              <tr key={at}>
                <th scope="row">{day(at * 1_000)}</th>
                <td>{format(value)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </>
  )
}

const shortDay = (at: number, locale: string): string =>
  new Intl.DateTimeFormat(locale === 'zh' ? 'zh-CN' : 'en-US', {
    month: 'short',
    day: 'numeric',
    timeZone: 'UTC',
  }).format(at * 1_000)
