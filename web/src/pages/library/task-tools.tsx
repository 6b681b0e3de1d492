import { Download, Heart, Share2, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { hasEnded, type Task } from '../../api/queries.ts'
import { useT } from '../../i18n/i18n.ts'
import { archiveAddress } from '../../media/archive.ts'
import { filesOf, nameOf } from '../../media/outputs.ts'
import { mayMake, useSession } from '../../shell/session.ts'
import { Button } from '../../ui/button.tsx'
import { cn } from '../../ui/classes.ts'
import { sayError } from '../../ui/toast.tsx'
import { markFavourite } from './items.ts'
import { removeWithUndo } from './remove-with-undo.ts'
import { ShareDialog } from './share-dialog.tsx'

/** What can be done with a task as a whole: mark, share, download and delete it. */
export function TaskTools({ task, onDeleted }: { task: Task; onDeleted: () => void }) {
  const t = useT()
  const mayChange = mayMake(useSession())
  const [isSharing, setSharing] = useState(false)
  const name = nameOf(task)
  return (
    <div className="flex flex-wrap gap-1.5">
      {mayChange && (
        <Button
          size="small"
          aria-pressed={task.favourite}
          onClick={() => void markFavourite([task.id], !task.favourite).catch(sayError)}
        >
          <Heart className={cn(task.favourite && 'fill-current text-mark')} />
          {task.favourite ? t('library.unmark') : t('library.mark')}
        </Button>
      )}
      {task.status === 'completed' && mayChange && (
        <Button size="small" onClick={() => setSharing(true)}>
          <Share2 />
          {t('share.share')}
        </Button>
      )}
      {filesOf(task).length > 1 && (
        <Button size="small" asChild>
          <a href={archiveAddress([task.id])} download>
            <Download />
            {t('library.downloadAll')}
          </a>
        </Button>
      )}
      {hasEnded(task) && mayChange && (
        <Button
          size="small"
          look="danger"
          onClick={() => {
            onDeleted()
            void removeWithUndo([task.id])
          }}
        >
          <Trash2 />
          {t('library.delete')}
        </Button>
      )}
      {isSharing && <ShareDialog task={task} name={name} onClose={() => setSharing(false)} />}
    </div>
  )
}
