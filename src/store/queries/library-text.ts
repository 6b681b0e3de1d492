import { isJsonObject, type Json } from '../../core/json.ts'
import type { Tx } from '../tx.ts'

/** A text as it is inside a string of JSON. */
export function jsonText(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/** The titles that an output gives to what was made, such as those of songs that were described in a sentence. */
export function titlesIn(output: Json): string[] {
  if (!isJsonObject(output)) return []
  const items = [output.clips, output.lyrics].flatMap((list) => (Array.isArray(list) ? list : []))
  const titles = items.flatMap((item) => (isJsonObject(item) && typeof item.title === 'string' ? [item.title] : []))
  return [...new Set(titles.filter((title) => title !== ''))]
}

export interface Titled {
  tenant_id: string
  mode: string
  id: string
  titles: string[]
}

/** What is added to the text of the library for them. */
export function titleText({ titles }: Pick<Titled, 'titles'>): string {
  return titles.map((title) => `\n${jsonText(title)}`).join('')
}

/** Adds titles to what a search reads. On PostgreSQL the statement that writes the moves does so. */
export async function addTitles(tx: Tx, titled: Titled): Promise<void> {
  const { tenant_id, mode, id } = titled
  await tx.run(`update library set text = text || lower(?) where tenant_id = ? and mode = ? and id = ?`, [
    titleText(titled),
    tenant_id,
    mode,
    id,
  ])
}
