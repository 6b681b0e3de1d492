import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { FAULTS } from './faults/all.ts'
import type { Outcome } from './run-fault.ts'

const FOLDER = new URL('./results/', import.meta.url)

/** The last outcome of a fault on an engine, as it lies in test/chaos/results. */
export interface Result extends Omit<Outcome, 'folder'> {
  commit: string
  /** The day, as YYYY-MM-DD. */
  on: string
}

/** In place of an earlier outcome of the same fault. */
export async function keepResult({ folder: _, ...outcome }: Outcome, commit: string): Promise<void> {
  const result: Result = { commit, on: new Date().toISOString().slice(0, 10), ...outcome }
  await mkdir(FOLDER, { recursive: true })
  await writeFile(new URL(`${outcome.fault}-${outcome.engine}.json`, FOLDER), `${JSON.stringify(result, null, 1)}\n`)
}

/** In the order of the faults; those of faults that are no more are left out. */
export async function readResults(): Promise<Result[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.json'))
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, FOLDER), 'utf8')))
  const results = texts.map((text) => JSON.parse(text) as Result) // written by us
  const place = ({ fault, engine }: Result) =>
    2 * FAULTS.findIndex(({ name }) => name === fault) + Number(engine === 'postgres')
  return results.filter((result) => place(result) >= 0).sort((one, other) => place(one) - place(other))
}
