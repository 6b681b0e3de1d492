import { Download, Heart, Trash2, X } from 'lucide-react'
import { useT } from '../../i18n/i18n.ts'
import { archiveAddress } from '../../media/archive.ts'
import { Button } from '../../ui/button.tsx'
import { sayError } from '../../ui/toast.tsx'
import { type LibraryItem, markFavourite } from './items.ts'
import { removeWithUndo } from './remove-with-undo.ts'

/** The most tasks that one archive has. */
const MOST = 200

interface SelectionBarProps {
  items: readonly LibraryItem[]
  mayChange: boolean
  onClear: () => void
}

/** What can be done with all that is selected. */
export function SelectionBar({ items, mayChange, onClear }: SelectionBarProps) {
  const t = useT()
  const ids = items.map(({ id }) => id)
  const areAllMarked = items.every(({ isFavourite }) => isFavourite)
  return (
    <section
      aria-label={t('library.selection')}
      className="fixed inset-x-3 bottom-40 z-30 mx-auto flex w-fit max-w-[calc(100vw-1.5rem)] animate-appear flex-wrap items-center gap-2 rounded-2xl border border-line bg-raised p-2 pl-4 shadow-float md:bottom-24 md:left-56"
    >
      <span className="mr-1 font-medium tabular" role="status">
        {t('library.selected', { count: items.length })}
      </span>
      <Button
        asChild={ids.length <= MOST}
        disabled={ids.length > MOST}
        title={t('library.archiveLimit', { count: MOST })}
      >
        {ids.length <= MOST ? (
          <a href={archiveAddress(ids)} download>
            <Download />
            {t('library.downloadMany')}
          </a>
        ) : (
          <>
            <Download />
            {t('library.downloadMany')}
          </>
        )}
      </Button>
      {mayChange && (
        <>
          <Button onClick={() => void markFavourite(ids, !areAllMarked).catch(sayError)}>
            <Heart className={areAllMarked ? 'fill-current' : ''} />
            {areAllMarked ? t('library.unmark') : t('library.mark')}
          </Button>
          <Button
            look="danger"
            onClick={() => {
              onClear()
              void removeWithUndo(ids)
            }}
          >
            <Trash2 />
            {t('library.delete')}
          </Button>
        </>
      )}
      <Button look="quiet" size="icon" aria-label={t('library.clearSelection')} onClick={onClear}>
        <X />
      </Button>
    </section>
  )
}
