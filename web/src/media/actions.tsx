import { useQuery } from '@tanstack/react-query'
import { Ellipsis } from 'lucide-react'
import { operationsQuery, type Task } from '../api/queries.ts'
import { type Key, translateIfKnown, translateTitle, useT } from '../i18n/i18n.ts'
import { followUpsOf } from '../pages/studio/follow-ups.ts'
import { openStudio } from '../pages/studio/open-studio.ts'
import { useMode } from '../shell/mode.ts'
import { Button } from '../ui/button.tsx'
import { Menu } from '../ui/menu.tsx'
import type { Item } from './made.ts'

const SHOWN = 4

/** What can be done next with an item, as buttons; the rarer in a menu. */
export function ItemActions({ task, item }: { task: Task; item: Item }) {
  const t = useT()
  const mode = useMode()
  const { data: operations = [] } = useQuery(operationsQuery(mode))
  const all = followUpsOf(task, item, operations)
  if (all.length === 0) return null
  const label = (name: string): string => translateIfKnown(name) ?? translateTitle(name)
  return (
    <div className="flex flex-wrap gap-1.5">
      {all.slice(0, SHOWN).map(({ operation, label: name, input }) => (
        <Button
          key={operation.id + name}
          size="small"
          title={translateTitle(operation.title)}
          onClick={() => openStudio(operation.id, input)}
        >
          {label(name as Key)}
        </Button>
      ))}
      {all.length > SHOWN && (
        <Menu
          trigger={
            <Button size="small" aria-label={t('follow.more')}>
              <Ellipsis />
            </Button>
          }
          items={all.slice(SHOWN).map(({ operation, label: name, input }) => ({
            label: label(name),
            run: () => openStudio(operation.id, input),
          }))}
        />
      )}
    </div>
  )
}
