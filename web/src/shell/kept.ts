/**
 * What the browser keeps between visits. One origin may have several gateways, each below a path of its own: the names carry
 * the path, so that the sandbox of one is not that of the other.
 */
const BASE = new URL(document.baseURI).pathname

/** `polyphony.theme`; below a path, `polyphony.theme@/music/`. */
export const keptName = (name: string): string => `polyphony.${name}${BASE === '/' ? '' : `@${BASE}`}`

/** For a browser that refuses to keep anything: then a choice lasts as long as the page. */
const memory = new Map<string, string>()

export function readKept(name: string): string | null {
  try {
    return localStorage.getItem(keptName(name))
  } catch {
    return memory.get(name) ?? null
  }
}

/** `null` forgets it. */
export function keep(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(keptName(name))
    else localStorage.setItem(keptName(name), value)
  } catch {
    if (value === null) memory.delete(name)
    else memory.set(name, value)
  }
}
