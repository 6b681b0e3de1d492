import { addressOf } from '../api/client.ts'

/** Where the files of some tasks are as one ZIP. */
export function archiveAddress(ids: readonly string[]): string {
  return addressOf('/polyphony/v1/archive', { query: { ids: ids.join(',') } })
}
