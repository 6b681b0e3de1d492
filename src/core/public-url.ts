/** What follows from the gateway's public address, which may have a path: `https://media.example/poly`. */

/** The path of the address, without a slash at its end: `/poly`, or nothing. */
export function basePathOf(publicUrl: string): string {
  if (last.publicUrl !== publicUrl) last = { publicUrl, path: URL.parse(publicUrl)?.pathname.replace(/\/$/, '') ?? '' }
  return last.path
}

/** It is asked for with every request, nearly always for the same address. */
let last = { publicUrl: '', path: '' }

/**
 * The address of the metadata of what is at `path` of the gateway: the well-known part stands between the host and the path
 * (https://www.rfc-editor.org/rfc/rfc8414#section-3.1, https://www.rfc-editor.org/rfc/rfc9728#section-3.1).
 */
export function wellKnownAddress(publicUrl: string, name: string, path: string): string {
  const origin = URL.parse(publicUrl)?.origin ?? ''
  return `${origin}/.well-known/${name}${basePathOf(publicUrl)}${path}`
}
