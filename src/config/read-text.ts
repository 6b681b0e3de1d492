import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { ConfigError } from './config-error.ts'

const BYTE_ORDER_MARK = /^\ufeff/

/**
 * The text of a file of settings, without the mark that some editors put before it. Throws a ConfigError for one that cannot be
 * read, and for one that is not UTF-8: read as such, its names and keys would be others than those that were written. Where
 * `isWanted` holds of what can be read, with U+FFFD for the rest, such a file is taken.
 */
export function readText(path: string, isWanted: (text: string) => boolean = () => false): string {
  const bytes = bytesOf(path)
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).replace(BYTE_ORDER_MARK, '')
  if (isUtf8(bytes) || (!isUtf16(bytes) && isWanted(text))) return text
  const what = isUtf16(bytes) ? 'is UTF-16, as PowerShell writes it' : 'is not UTF-8'
  throw new ConfigError(`The configuration file ${path} ${what}: save it as UTF-8.`)
}

/** By its mark. Without one it is also no UTF-8 as soon as it has another letter than those of English. */
function isUtf16([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
}

function bytesOf(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new ConfigError(`There is no configuration file ${path}.`)
    }
    const why = error instanceof Error ? error.message : String(error)
    throw new ConfigError(`The configuration file ${path} cannot be read: ${why}.`)
  }
}
