import { useQuery } from '@tanstack/react-query'
import { Ellipsis } from 'lucide-react'
import { operationsQuery, type Task } from '../api/queries.ts'
import { translateIfKnown, translateTitle, useT } from '../i18n/i18n.ts'
import { type FollowUp, followUpsOf } from '../pages/studio/follow-ups.ts'
import { openStudio } from '../pages/studio/open-studio.ts'
import { useMode } from '../shell/mode.ts'
import { mayMake, useSession } from '../shell/session.ts'
import { Button } from '../ui/button.tsx'
import { Menu } from '../ui/menu.tsx'
import type { Item } from './made.ts'

const SHOWN = 4

/** What can be done next with an item, as buttons; the rarer in a menu. */
export function ItemActions({ task, item }: { task: Task; item: Item }) {
  const t = useT()
  const mode = useMode()
  const { data: operations = [] } = useQuery(operationsQuery(mode))
  const all = mayMake(useSession()) ? followUpsOf(task, item, operations) : []
  if (all.length === 0) return null
  const label = ({ label: name, operation }: FollowUp): string => {
    const text = translateIfKnown(name) ?? translateTitle(name)
    // Where several models do it, the name of the model tells them apart.
    const isAlone = all.filter((one) => one.label === name).length === 1
    return isAlone ? text : `${text} · ${operation.model.split('/').at(-1)}`
  }
  return (
    <div className="flex flex-wrap gap-1.5">
      {all.slice(0, SHOWN).map((one) => (
        <Button
          key={one.operation.id + one.label}
          size="small"
          title={translateTitle(one.operation.title)}
          onClick={() => openStudio(one.operation.id, one.input)}
        >
          {label(one)}
        </Button>
      ))}
      {all.length > SHOWN && (
        <Menu
          trigger={
            <Button size="small" aria-label={t('follow.more')}>
              <Ellipsis />
            </Button>
          }
          items={all.slice(SHOWN).map((one) => ({
            label: label(one),
            run: () => openStudio(one.operation.id, one.input),
          }))}
        />
      )}
    </div>
  )
}
