import { PolyphonyError } from '../../core/errors.ts'
import { dataUriIn } from '../../core/sent-files.ts'
import type { Account, ProducedFile } from '../provider.ts'
import { fileOfVendor } from './vendor-call.ts'

/** A file at a public URL. Throws `output_unusable` for an address that is none. */
export function fileAtUrl(address: string): { url: string } {
  const url = URL.parse(address)
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return { url: address }
  throw new PolyphonyError('output_unusable', `The vendor's file address is not a URL: ${address.slice(0, 200)}`)
}

/**
 * A file that a vendor's answer names: a URL, or the file itself as a data URI. What lies at the account's own address is
 * read the account's way, without its key, since that may be a gateway in a private network; all else is public.
 */
export function fileAt(account: Account, address: string): ProducedFile['content'] {
  const uri = dataUriIn(address)
  if (uri) return Buffer.from(uri.content, 'base64')
  const file = fileAtUrl(address)
  if (URL.parse(address)?.origin !== URL.parse(account.settings.baseUrl ?? '')?.origin) return file
  return { read: async (signal) => (await fileOfVendor(account, { path: address, signal })).bytes }
}
