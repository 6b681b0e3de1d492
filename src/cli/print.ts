import { type Points, pointsToUsd, points as toPoints } from '../core/points.ts'

/** One value as JSON for programs, or as lines for people. */
export function print(json: boolean | undefined, value: unknown, lines: string[]): void {
  console.log(json ? JSON.stringify(value, null, 2) : lines.join('\n'))
}

/** Columns as wide as their widest cell. */
export function table(header: string[], rows: string[][]): string[] {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)]
}

export function usd(points: Points): string {
  return `$${pointsToUsd(points).toFixed(4)}`
}

/** The same of an answer, in which points are plain numbers. */
export function points(value: number): string {
  return usd(toPoints(value))
}

/** An instant of an answer. */
export function time(at: string | null): string {
  return at === null ? '-' : at.replace('T', ' ').slice(0, 19)
}
