import { translate } from '../../i18n/i18n.ts'
import { sayDone, sayError } from '../../ui/toast.tsx'
import { removeItems } from './items.ts'

/** Deletes tasks at once, and offers the way back while it is there. */
export async function removeWithUndo(ids: readonly string[]): Promise<void> {
  try {
    const restore = await removeItems(ids)
    sayDone(translate('library.deleted', { count: ids.length }), () => void restore().catch(sayError))
  } catch (error) {
    sayError(error)
  }
}
