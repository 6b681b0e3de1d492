import { getLocale, translate } from './i18n.ts'

/** Points of one USD. */
export const POINTS_PER_USD = 10_000_000

const tag = (): string => (getLocale() === 'zh' ? 'zh-CN' : 'en-US')

/** Formats are made once for each language: making one takes longer than a hundred uses. */
function kept<Format>(make: (tag: string) => Format): () => Format {
  const known = new Map<string, Format>()
  return () => {
    const found = known.get(tag()) ?? make(tag())
    known.set(tag(), found)
    return found
  }
}

const NUMBER = kept((name) => new Intl.NumberFormat(name))
const TIME = { hour: 'numeric', minute: '2-digit' } as const
const THIS_YEAR = { month: 'short', day: 'numeric' } as const
const MOMENT = kept((name) => new Intl.DateTimeFormat(name, { year: 'numeric', ...THIS_YEAR, ...TIME }))
const SHORT_MOMENT = kept((name) => new Intl.DateTimeFormat(name, { ...THIS_YEAR, ...TIME }))
const DAY = kept((name) => new Intl.DateTimeFormat(name, { year: 'numeric', ...THIS_YEAR }))
const SHORT_DAY = kept((name) => new Intl.DateTimeFormat(name, THIS_YEAR))
const AGO = kept((name) => new Intl.RelativeTimeFormat(name, { numeric: 'auto' }))

export function usd(amount: number): string {
  const size = Math.abs(amount)
  const digits = size === 0 || size >= 0.995 ? 2 : size >= 0.0095 ? 3 : 5
  return new Intl.NumberFormat(tag(), {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  }).format(amount)
}

/** A change of money with its sign; a dash for none. */
export const signedUsd = (amount: number): string =>
  amount === 0 ? '–' : `${amount > 0 ? '+' : '−'}${usd(Math.abs(amount))}`

export const pointsAsUsd = (points: number): string => usd(points / POINTS_PER_USD)

export function number(value: number): string {
  return NUMBER().format(value)
}

/** The year only where it is another one than this. */
export function dateTime(at: number | string): string {
  const date = new Date(at)
  return (isThisYear(date) ? SHORT_MOMENT : MOMENT)().format(date)
}

/** Likewise. */
export function day(at: number | string): string {
  const date = new Date(at)
  return (isThisYear(date) ? SHORT_DAY : DAY)().format(date)
}

const isThisYear = (date: Date): boolean => date.getFullYear() === new Date().getFullYear()

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]

/** Such as "3 minutes ago"; a date when it is more than a week ago. */
export function ago(at: number | string): string {
  const distanceMs = new Date(at).getTime() - Date.now()
  if (Math.abs(distanceMs) > 7 * 86_400_000) return day(at)
  for (const [unit, ms] of UNITS) {
    if (Math.abs(distanceMs) >= ms) {
      return AGO().format(Math.round(distanceMs / ms), unit)
    }
  }
  return translate('time.now')
}

/** Minutes and seconds, such as 2:05. */
export function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–:––'
  const whole = Math.max(0, Math.floor(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

/** How long something took, such as "12.4 s", "3 min 5 s" or "2 d 4 h". */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3_600)]
  if (days > 0) return translate('time.days', { days, hours: hours % 24 })
  const minutes = Math.floor(seconds / 60)
  return hours > 0
    ? translate('time.hours', { hours, minutes: minutes % 60 })
    : translate('time.minutes', { minutes, seconds: seconds % 60 })
}

export function bytes(size: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  const at = size <= 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(size) / 3))
  return `${(size / 1_000 ** at).toFixed(at === 0 ? 0 : 1)} ${units[at]}`
}
