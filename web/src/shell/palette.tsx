import { useQuery } from '@tanstack/react-query'
import { Command } from 'cmdk'
import {
  BookOpen,
  Building2,
  FlaskConical,
  Gauge,
  KeyRound,
  Languages,
  LogOut,
  type LucideIcon,
  Megaphone,
  Moon,
  Plug,
  Settings,
  Tag,
  Ticket,
  UserPlus,
  WalletMinimal,
} from 'lucide-react'
import { Dialog } from 'radix-ui'
import { useState } from 'react'
import { operationsQuery, type Session } from '../api/queries.ts'
import { setLocale, translateTitle, useLocale, useT } from '../i18n/i18n.ts'
import { GROUPS, groupOf } from '../pages/studio/groups.ts'
import { router } from '../router.tsx'
import { useReturningFocus } from '../ui/dialog.tsx'
import { hasWords } from '../ui/has-words.ts'
import { sayError } from '../ui/toast.tsx'
import { type Act, begin } from './acts.ts'
import { chooseMode, getMode, useMode } from './mode.ts'
import { placesFor, SECTIONS, type Section } from './navigation.ts'
import { isOperator, mayManage, useSession } from './session.ts'
import { signOut } from './sign-out.ts'
import { setTheme, useTheme } from './theme.ts'

const ITEM =
  'flex h-9 items-center gap-2.5 rounded-lg px-2.5 data-[selected=true]:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-soft'

interface Choice {
  name: string
  /** More by which it is found. */
  words: string
  icon: LucideIcon
  run: () => unknown
}

/** What opens a dialog of a page. */
const ACTS: {
  act: Act
  to: '/keys' | '/money' | '/accounts' | '/team' | '/operator'
  section?: Section
  icon: LucideIcon
  isFor: (session: Session) => boolean
}[] = [
  { act: 'keys.make', to: '/keys', icon: KeyRound, isFor: mayManage },
  { act: 'money.addCredit', to: '/money', icon: WalletMinimal, isFor: mayManage },
  { act: 'accounts.add', to: '/accounts', icon: Plug, isFor: mayManage },
  { act: 'team.invite', to: '/team', icon: UserPlus, isFor: (one) => mayManage(one) && one.person !== null },
  { act: 'tenants.make', to: '/operator', section: 'tenants', icon: Building2, isFor: isOperator },
  { act: 'code.make', to: '/operator', section: 'top-up', icon: Ticket, isFor: isOperator },
  { act: 'announcement.add', to: '/operator', section: 'announcements', icon: Megaphone, isFor: isOperator },
  { act: 'prices.set', to: '/operator', section: 'prices', icon: Tag, isFor: isOperator },
]

const documentAt = (path: string): string => new URL(path, document.baseURI).href

/** Everything by its name: pages, what can be done on them, operations, and a task by its id. */
export function Palette({ onClose }: { onClose: () => void }) {
  const focus = useReturningFocus()
  const t = useT()
  const theme = useTheme()
  const locale = useLocale()
  const mode = useMode()
  const session = useSession()
  const places = placesFor(session)
  const isDark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  const { data: operations = [] } = useQuery(operationsQuery(getMode()))
  const [typed, setTyped] = useState('')
  const run = (action: () => unknown) => () => {
    onClose()
    action()
  }
  const pages: Choice[] = [
    ...places.map(({ to, label, icon }) => ({ name: t(label), words: to, icon, run: () => router.navigate({ to }) })),
    { name: t('nav.settings'), words: '/settings', icon: Settings, run: () => router.navigate({ to: '/settings' }) },
    ...(typed.trim() !== '' && isOperator(session)
      ? SECTIONS.map(({ section, label }) => ({
          name: `${t('nav.operator')} · ${t(label)}`,
          words: section,
          icon: Gauge,
          run: () => router.navigate({ to: '/operator/$section', params: { section } }),
        }))
      : []),
    { name: t('home.docsLink'), words: 'docs openapi', icon: BookOpen, run: () => open(documentAt('docs')) },
    { name: t('home.guideLink'), words: 'guide docs help', icon: BookOpen, run: () => open(documentAt('guide/')) },
  ]
  const acts: Choice[] = [
    ...ACTS.filter(({ isFor }) => isFor(session)).map(({ act, to, section, icon }) => ({
      name: t(act),
      words: act,
      icon,
      run: async () => {
        if (section) await router.navigate({ to: '/operator/$section', params: { section } })
        else await router.navigate({ to })
        begin(act)
      },
    })),
    {
      name: isDark ? t('theme.light') : t('theme.dark'),
      words: 'theme dark light',
      icon: Moon,
      run: () => setTheme(isDark ? 'light' : 'dark'),
    },
    {
      name: locale === 'en' ? '中文' : 'English',
      words: 'language chinese english',
      icon: Languages,
      run: () => setLocale(locale === 'en' ? 'zh' : 'en'),
    },
    ...(session.key
      ? []
      : [
          {
            name: mode === 'test' ? t('mode.leave') : t('mode.enter'),
            words: 'sandbox test',
            icon: FlaskConical,
            run: () => chooseMode(mode === 'test' ? 'live' : 'test'),
          },
        ]),
    { name: t('session.signOut'), words: 'sign out log out', icon: LogOut, run: () => signOut().catch(sayError) },
  ]
  const matching = (choices: Choice[]) => choices.filter(({ name, words }) => hasWords(`${name} ${words}`, typed))
  // With nothing typed, the pages are enough.
  const found =
    typed.trim() === ''
      ? []
      : operations.filter(({ id, title }) => hasWords(`${id} ${title} ${translateTitle(title)}`, typed))
  const isId = /^[0-9a-f-]{36}$/.test(typed.trim())
  return (
    <Dialog.Root open onOpenChange={(is) => !is && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 bg-black/45" />
        <Dialog.Content
          aria-describedby={undefined}
          {...focus}
          className="fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-1.5rem)] max-w-xl -translate-x-1/2 animate-appear overflow-hidden rounded-2xl border border-line bg-raised shadow-float"
        >
          <Dialog.Title className="sr-only">{t('nav.search')}</Dialog.Title>
          <Command label={t('nav.search')} loop shouldFilter={false}>
            <Command.Input
              value={typed}
              onValueChange={setTyped}
              placeholder={t('palette.placeholder')}
              className="h-13 w-full border-line border-b bg-transparent px-5 text-[15px] outline-hidden"
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
              <Choices heading={t('palette.pages')} choices={matching(pages)} onChoose={run} />
              <Choices heading={t('palette.acts')} choices={matching(acts)} onChoose={run} />
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
                          <span className="truncate">{translateTitle(operation.title)}</span>
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

function Choices({
  heading,
  choices,
  onChoose,
}: {
  heading: string
  choices: Choice[]
  onChoose: (action: () => unknown) => () => void
}) {
  if (choices.length === 0) return null
  return (
    <Command.Group heading={heading}>
      {choices.map(({ name, words, icon: Icon, run }) => (
        <Command.Item key={name} value={`${name} ${words}`} className={ITEM} onSelect={onChoose(run)}>
          <Icon aria-hidden />
          {name}
        </Command.Item>
      ))}
    </Command.Group>
  )
}
