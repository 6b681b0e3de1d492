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

/** Adds titles to what a search reads. */
export async function addTitles(tx: Tx, { tenant_id, mode, id, titles }: Titled): Promise<void> {
  const [tenant, one, task, text] = tx.engine === 'postgres' ? ['$2', '$3', '$4', '$1'] : ['?', '?', '?', '?']
  await tx.run(
    `update library set text = text || lower(${text}) where tenant_id = ${tenant} and mode = ${one} and id = ${task}`,
    [titles.map((title) => `\n${jsonText(title)}`).join(''), tenant_id, mode, id],
  )
}
