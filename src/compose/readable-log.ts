import { stripVTControlCharacters, styleText } from 'node:util'
import type { Json, JsonObject } from '../core/json.ts'

type Style = Parameters<typeof styleText>[0]

const LEVELS: Record<string, { label: string; style: Style }> = {
  trace: { label: 'TRACE', style: 'dim' },
  debug: { label: 'DEBUG', style: 'dim' },
  info: { label: 'INFO ', style: 'green' },
  warn: { label: 'WARN ', style: 'yellow' },
  error: { label: 'ERROR', style: 'red' },
  fatal: { label: 'FATAL', style: ['red', 'bold'] },
}

/**
 * Turns a line of the JSON log into one for people: the time of day, the level, the message, and what else it holds as
 * `name=value`; the stack of an error below it.
 */
export function readable({ hasColors }: { hasColors: boolean }): (line: string) => string {
  const paint = (style: Style, text: string): string =>
    hasColors ? styleText(style, text, { validateStream: false }) : text

  return (line) => {
    const { level, time, msg, err, ...rest } = JSON.parse(line) as JsonObject // as pino writes it
    const { label, style } = LEVELS[String(level)] ?? { label: String(level), style: 'dim' }
    const parts = [
      paint('dim', timeOfDay(String(time))),
      paint(style, label),
      plain(msg === undefined ? '' : String(msg)),
    ]
    for (const [name, value] of Object.entries(rest)) parts.push(`${paint('dim', `${name}=`)}${textOf(value)}`)
    return `${parts.join(' ')}\n${faultOf(err)
      .map((text) => `    ${paint('dim', text)}\n`)
      .join('')}`
  }
}

function timeOfDay(iso: string): string {
  const at = new Date(iso)
  const two = (part: number): string => String(part).padStart(2, '0')
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')
  return `${clock}.${String(at.getMilliseconds()).padStart(3, '0')}`
}

function textOf(value: Json | undefined): string {
  if (typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)) return value
  return plain(JSON.stringify(value) ?? '')
}

/** The stack, or the message of an error without one. */
function faultOf(err: Json | undefined): string[] {
  if (err === undefined || err === null) return []
  const { stack, message } = typeof err === 'object' && !Array.isArray(err) ? err : { stack: undefined, message: err }
  return String(stack ?? message ?? JSON.stringify(err))
    .split('\n')
    .map((one) => plain(one.trimEnd()))
}

/** What a client or a vendor wrote must not steer the terminal. */
function plain(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\p{Cc}/gu, ' ')
}
