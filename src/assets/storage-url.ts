import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a STORAGE_URL names, without what opens it. */

/** The folder of files on this machine; undefined where they are in a bucket. */
export function folderOf(url: string): string | undefined {
  return schemeOf(url) === 'file' ? pathOf(url) : undefined
}

/** The path of a `file:` URL. Throws an Error where it names none. */
export function pathOf(url: string): string {
  const path = url.startsWith('file://') ? pathOfUrl(url) : url.slice('file:'.length)
  if (path === '') throw new Error('STORAGE_URL names no folder; write it as file:/srv/polyphony.')
  if (/^\/?~(\/|$)/.test(path)) {
    throw new Error(`STORAGE_URL: "${url}" has "~", which only a shell replaces; write it as file:/srv/polyphony.`)
  }
  return resolve(path)
}

/** After two slashes comes a host, which `file://files` did not mean. */
function pathOfUrl(url: string): string {
  try {
    return fileURLToPath(url)
  } catch (cause) {
    throw new Error(`STORAGE_URL: "${url}" names no folder of this machine; write it as file:/srv/polyphony.`, {
      cause,
    })
  }
}

/** In lower case. */
export function schemeOf(url: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase()
}
