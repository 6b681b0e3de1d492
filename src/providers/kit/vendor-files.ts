import { PolyphonyError } from '../../core/errors.ts'
import type { Account, ProducedFile } from '../provider.ts'
import { fileOfVendor } from './vendor-call.ts'

/**
 * A file that a vendor's answer names: a URL, or the file itself as a data URI. What lies at the account's own address is
 * read the account's way, without its key, since that may be a gateway in a private network; all else is public.
 */
export function fileAt(account: Account, address: string): ProducedFile['content'] {
  const [, data] = /^data:[^,]{0,200};base64,(.*)$/s.exec(address) ?? []
  if (data !== undefined) return Buffer.from(data, 'base64')
  const url = URL.parse(address)
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new PolyphonyError('output_unusable', `The vendor delivered no address of a file: ${address.slice(0, 200)}`)
  }
  if (url.origin !== URL.parse(account.settings.baseUrl ?? '')?.origin) return { url: address }
  return { read: async (signal) => (await fileOfVendor(account, { path: address, signal })).bytes }
}
