/** Ids as they are named outside: a prefix, and the 32 digits of ours, as in `batch_0199…`. */
export function prefixed(prefix: string, id: string): string {
  return prefix + id.replaceAll('-', '')
}

/** Undefined for a text that names none of these. */
export function unprefixed(prefix: string, text: string): string | undefined {
  const digits = text.startsWith(prefix) ? text.slice(prefix.length) : ''
  const [, ...parts] = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(digits) ?? []
  return parts.length === 0 ? undefined : parts.join('-')
}
