import { Command } from 'cmdk'
import { ChevronsUpDown, Plug } from 'lucide-react'
import { useState } from 'react'
import type { Operation } from '../../api/queries.ts'
import { pointsAsUsd } from '../../i18n/format.ts'
import { translateTitle, useT } from '../../i18n/i18n.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { hasWords } from '../../ui/has-words.ts'

/** The operations of a group: those that are available first, the others with what they need. */
export function OperationPicker({
  operations,
  current,
  onChoose,
}: {
  operations: readonly Operation[]
  current: Operation | undefined
  onChoose: (operation: Operation) => void
}) {
  const t = useT()
  const [isOpen, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const sorted = operations
    .filter(({ id, title }) => hasWords(`${id} ${title} ${translateTitle(title)}`, typed))
    .sort((a, b) => Number(b.available) - Number(a.available))
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        className="flex w-full items-center gap-3 rounded-xl border border-line bg-panel px-4 py-2.5 text-left transition-colors hover:border-edge"
      >
        <span className="min-w-0 flex-1">
          <span className="line-clamp-2 font-medium">
            {current ? translateTitle(current.title) : t('studio.choose')}
          </span>
          <span className="block truncate text-soft text-xs">{current?.id}</span>
        </span>
        <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-soft" />
      </button>
      <Dialog open={isOpen} onClose={() => setOpen(false)} title={t('studio.choose')} wide>
        <Command label={t('studio.choose')} loop shouldFilter={false}>
          <Command.Input
            autoFocus
            value={typed}
            onValueChange={setTyped}
            placeholder={t('studio.find', { count: operations.length })}
            className="mb-2 h-10 w-full rounded-lg border border-line bg-panel px-3 focus:border-mark focus:outline-hidden"
          />
          <Command.List className="max-h-[60dvh] overflow-y-auto">
            <Command.Empty className="py-6 text-center text-soft">{t('palette.nothing')}</Command.Empty>
            {sorted.map((operation) => (
              <Command.Item
                key={operation.id}
                value={`${operation.id} ${operation.title}`}
                onSelect={() => {
                  setOpen(false)
                  onChoose(operation)
                }}
                className="flex items-center gap-3 rounded-lg px-3 py-2 data-[selected=true]:bg-hover"
              >
                <span className="min-w-0 flex-1">
                  <span className="block truncate">{translateTitle(operation.title)}</span>
                  <span className="block truncate text-soft text-xs">{operation.id}</span>
                </span>
                {operation.available ? (
                  <span className="shrink-0 text-soft text-xs tabular">{pointsAsUsd(operation.price_points)}</span>
                ) : (
                  <span className="flex shrink-0 items-center gap-1 text-soft text-xs [&_svg]:size-3.5">
                    <Plug aria-hidden />
                    {t('studio.needsAccount')}
                  </span>
                )}
              </Command.Item>
            ))}
          </Command.List>
        </Command>
      </Dialog>
    </>
  )
}
