import type { Progress } from '../store/copy/transfer.ts'

const EVERY_MS = 1_000

/** Reports on the standard error how many rows were copied: a line for each table, and more while a large one takes long. */
export function reportRows(): (progress: Progress) => void {
  let reportedAt = performance.now()
  return ({ table, rows, isDone }) => {
    if (!isDone && performance.now() - reportedAt < EVERY_MS) return
    if (isDone && rows === 0) return
    reportedAt = performance.now()
    console.error(`  ${table.padEnd(20)}  ${String(rows).padStart(10)} rows${isDone ? '' : ' ...'}`)
  }
}
