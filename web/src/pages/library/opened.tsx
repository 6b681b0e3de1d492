import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { taskQuery } from '../../api/queries.ts'
import { ago } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { translateMessage } from '../../i18n/messages.ts'
import { ItemActions } from '../../media/actions.tsx'
import { Output } from '../../media/output.tsx'
import { nameOf } from '../../media/outputs.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Fault } from '../../ui/parts.tsx'
import { TaskTools } from './task-tools.tsx'

/** One thing of the library, with what can be done with it. */
export function Opened({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useT()
  const { data: task, error } = useQuery(taskQuery(id))
  return (
    <Dialog
      open
      onClose={onClose}
      title={task ? nameOf(task) : '…'}
      about={task && `${task.operation} · ${ago(task.created_at)}`}
      wide
    >
      {error && <Fault error={error} />}
      {task && <Output task={task} actions={(item) => <ItemActions task={task} item={item} />} />}
      {task?.error && <p className="text-bad">{translateMessage(task.error.message)}</p>}
      <div className="mt-5 flex flex-wrap items-center justify-between gap-3 border-line border-t pt-4">
        {task && <TaskTools task={task} onDeleted={onClose} />}
        <Button size="small" asChild>
          <Link to="/tasks/$id" params={{ id }}>
            {t('library.details')}
          </Link>
        </Button>
      </div>
    </Dialog>
  )
}
