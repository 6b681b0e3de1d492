import { addressOf, errorIn, modeHeader, reach } from './client.ts'

/** Some browsers read what is saved a moment after the click. */
const TAKEN_MS = 60_000

/** Saves a table as CSV with all its pages: one answer has at most some thousand lines, and names the next in its `Link`. */
export async function saveTable(template: string, query: object, name: string): Promise<void> {
  const parts: string[] = []
  const first = addressOf(template, { query: { ...query, format: 'csv' } })
  for (let address: string | undefined = first; address !== undefined; ) {
    const response = await reach(address, { headers: modeHeader() })
    const text = await response.text()
    if (!response.ok) throw errorIn(response, text)
    parts.push(parts.length === 0 ? text : text.slice(text.indexOf('\n') + 1))
    const next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
    address = next === undefined ? undefined : new URL(next, address).href
  }
  const url = URL.createObjectURL(new Blob(parts, { type: 'text/csv' }))
  saveAs(url, name)
  setTimeout(() => URL.revokeObjectURL(url), TAKEN_MS)
}

export function saveAs(href: string, name: string): void {
  const link = document.createElement('a')
  link.href = href
  link.download = name
  link.click()
}
