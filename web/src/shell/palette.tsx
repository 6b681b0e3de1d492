import { useQuery } from '@tanstack/react-query'
import { Command } from 'cmdk'
import { Languages, Moon, Settings } from 'lucide-react'
import { Dialog } from 'radix-ui'
import { useState } from 'react'
import { operationsQuery } from '../api/queries.ts'
import { setLocale, useLocale, useT } from '../i18n/i18n.ts'
import { GROUPS, groupOf } from '../pages/studio/groups.ts'
import { router } from '../router.tsx'
import { hasWords } from '../ui/has-words.ts'
import { getMode } from './mode.ts'
import { placesFor } from './navigation.ts'
import { useSession } from './session.ts'
import { setTheme, useTheme } from './theme.ts'

const ITEM =
  'flex h-9 items-center gap-2.5 rounded-lg px-2.5 data-[selected=true]:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-soft'

/** Everything by its name: pages, operations, and a task by its id. */
export function Palette({ onClose }: { onClose: () => void }) {
  const t = useT()
  const theme = useTheme()
  const locale = useLocale()
  const places = placesFor(useSession())
  const { data: operations = [] } = useQuery(operationsQuery(getMode()))
  const [typed, setTyped] = useState('')
  const run = (action: () => unknown) => () => {
    onClose()
    action()
  }
  const shownPlaces = places.filter(({ to, label }) => hasWords(`${t(label)} ${to}`, typed))
  // With nothing typed, the pages are enough.
  const found = typed.trim() === '' ? [] : operations.filter(({ id, title }) => hasWords(`${id} ${title}`, typed))
  const commands = [
    { label: t('nav.settings'), icon: Settings, run: () => router.navigate({ to: '/settings' }) },
    {
      label: theme === 'dark' ? t('theme.light') : t('theme.dark'),
      icon: Moon,
      run: () => setTheme(theme === 'dark' ? 'light' : 'dark'),
    },
    {
      label: locale === 'en' ? '中文' : 'English',
      icon: Languages,
      run: () => setLocale(locale === 'en' ? 'zh' : 'en'),
    },
  ].filter(({ label }) => hasWords(label, typed))
  const isId = /^[0-9a-f-]{36}$/.test(typed.trim())
  return (
    <Dialog.Root open onOpenChange={(is) => !is && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 bg-black/45" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-1.5rem)] max-w-xl -translate-x-1/2 animate-appear overflow-hidden rounded-2xl border border-line bg-raised shadow-float"
        >
          <Dialog.Title className="sr-only">{t('nav.search')}</Dialog.Title>
          <Command label={t('nav.search')} loop shouldFilter={false}>
            <Command.Input
              value={typed}
              onValueChange={setTyped}
              placeholder={t('palette.placeholder')}
              className="h-13 w-full border-line border-b bg-transparent px-5 text-[15px] outline-none"
            />
            <Command.List className="max-h-[55vh] overflow-y-auto p-2 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-soft [&_[cmdk-group-heading]]:text-xs">
              <Command.Empty className="py-8 text-center text-soft">{t('palette.nothing')}</Command.Empty>
              {isId && (
                <Command.Item
                  value={typed}
                  className={ITEM}
                  onSelect={run(() => router.navigate({ to: '/tasks/$id', params: { id: typed.trim() } }))}
                >
                  {t('palette.task', { id: typed.trim().slice(0, 8) })}
                </Command.Item>
              )}
              <Command.Group heading={t('palette.pages')}>
                {shownPlaces.map(({ to, label, icon: Icon }) => (
                  <Command.Item
                    key={to}
                    value={`${t(label)} ${to}`}
                    className={ITEM}
                    onSelect={run(() => router.navigate({ to }))}
                  >
                    <Icon aria-hidden />
                    {t(label)}
                  </Command.Item>
                ))}
                {commands.map(({ label, icon: Icon, run: action }) => (
                  <Command.Item key={label} value={label} className={ITEM} onSelect={run(action)}>
                    <Icon aria-hidden />
                    {label}
                  </Command.Item>
                ))}
              </Command.Group>
              {GROUPS.filter(({ id }) => found.some((operation) => groupOf(operation) === id)).map(
                ({ id, icon: Icon }) => (
                  <Command.Group key={id} heading={t(`group.${id}`)}>
                    {found
                      .filter((operation) => groupOf(operation) === id)
                      .map((operation) => (
                        <Command.Item
                          key={operation.id}
                          value={`${operation.id} ${operation.title}`}
                          className={ITEM}
                          onSelect={run(() => router.navigate({ to: '/studio', search: { op: operation.id } }))}
                        >
                          <Icon aria-hidden />
                          <span className="truncate">{operation.title}</span>
                          <span className="ml-auto shrink-0 text-soft text-xs">{operation.model}</span>
                        </Command.Item>
                      ))}
                  </Command.Group>
                ),
              )}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
