import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { Ellipsis, Search } from 'lucide-react'
import { type ComponentType, useCallback, useEffect, useState } from 'react'
import { arrived } from '../api/arrived.ts'
import { useT } from '../i18n/i18n.ts'
import { router } from '../router.tsx'
import { Button } from '../ui/button.tsx'
import { cn } from '../ui/classes.ts'
import { loadMenu, Menu } from '../ui/menu.tsx'
import { sayError, Toasts } from '../ui/toast.tsx'
import { AccountMenu } from './account-menu.tsx'
import { AnnouncementBar } from './announcement-bar.tsx'
import { Logo } from './logo.tsx'
import { ModeNotice } from './mode-notice.tsx'
import { type Place, placesFor } from './navigation.ts'
import { usePlayer } from './player.ts'
import { PlayerBar } from './player-bar.tsx'
import { useSession } from './session.ts'
import { useExpiry } from './use-expiry.ts'

/** What stays while pages change: the rail (a bar at the bottom of a phone), the player, and the palette. */
export function Shell() {
  const t = useT()
  const places = placesFor(useSession())
  const { track } = usePlayer()
  useExpiry()
  useLater()
  const { Palette, open, close } = usePalette()
  return (
    <div className="min-h-dvh md:pl-56">
      <a
        href="#main"
        className="sr-only z-50 rounded-lg bg-accent px-3 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {t('nav.skip')}
      </a>
      <header className="fixed inset-y-0 left-0 z-30 hidden w-56 flex-col border-line border-r bg-panel md:flex">
        <Link to="/" className="flex h-16 items-center gap-2.5 px-5 font-semibold text-[15px]">
          <Logo /> Polyphony
        </Link>
        <div className="px-3 pb-3">
          <Button className="w-full justify-start font-normal text-soft" onClick={open}>
            <Search />
            {t('nav.search')}
            <kbd className="ml-auto rounded border border-line px-1.5 font-sans text-[11px]">{PALETTE_KEYS}</kbd>
          </Button>
        </div>
        <nav aria-label={t('nav.main')} className="grid gap-0.5 overflow-y-auto px-3">
          {places.map((place) => (
            <RailLink key={place.to} place={place} />
          ))}
        </nav>
        <div className={cn('mt-auto border-line border-t p-3', track && 'mb-[73px]')}>
          <AccountMenu />
        </div>
      </header>
      <header className="sticky top-0 z-20 flex h-14 items-center justify-between border-line border-b bg-panel/90 px-4 backdrop-blur md:hidden">
        <Link to="/" className="flex items-center gap-2 font-semibold">
          <Logo /> Polyphony
        </Link>
        <div className="flex items-center gap-1">
          <Button look="quiet" size="icon" aria-label={t('nav.search')} onClick={open}>
            <Search />
          </Button>
          <AccountMenu isCompact />
        </div>
      </header>
      <main id="main" tabIndex={-1} className={cn('pb-20 outline-none md:pb-6', track && 'pb-40 md:pb-24')}>
        <ModeNotice />
        <AnnouncementBar />
        <Outlet />
      </main>
      <PlayerBar />
      <BottomBar places={places} />
      {Palette && <Palette onClose={close} />}
      <Toasts />
    </div>
  )
}

/** When the first page is there, and nothing waits for it. */
const LATER_MS = 3_000

/** What a hand may want next comes beforehand, so that it is there at once, and when the gateway cannot be reached. */
function useLater(): void {
  useEffect(() => {
    const timer = setTimeout(() => {
      // What does not come is loaded again when it is wanted, and says then what is wrong.
      void loadMenu().catch(() => undefined)
      void loadPalette().catch(() => undefined)
    }, LATER_MS)
    return () => clearTimeout(timer)
  }, [])
}

const loadPalette = () => import('./palette.tsx')

/** The palette while it is open. */
function usePalette() {
  const [Palette, setPalette] = useState<ComponentType<{ onClose: () => void }>>()
  const close = useCallback(() => setPalette(undefined), [])
  const open = useCallback(() => {
    arrived(loadPalette())
      .then((loaded) => setPalette(() => loaded.Palette))
      .catch(sayError)
  }, [])
  useEffect(() => {
    const toggle = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return
      event.preventDefault()
      if (Palette) close()
      else open()
    }
    addEventListener('keydown', toggle)
    return () => removeEventListener('keydown', toggle)
  }, [Palette, open, close])
  return { Palette, open, close }
}

const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent)
const PALETTE_KEYS = isApple ? '⌘K' : 'Ctrl K'

const LINK =
  'flex h-9 items-center gap-3 rounded-lg px-2.5 text-soft transition-colors hover:bg-hover hover:text-ink [&_svg]:size-[18px]'

function RailLink({ place: { to, label, icon: Icon } }: { place: Place }) {
  const t = useT()
  return (
    <Link
      to={to}
      className={LINK}
      activeOptions={{ exact: to === '/', includeSearch: false }}
      activeProps={{ className: 'bg-hover font-medium text-ink [&_svg]:text-mark' }}
    >
      <Icon aria-hidden />
      {t(label)}
    </Link>
  )
}

/** Four places and the rest in a menu: what a thumb reaches on a phone. */
function BottomBar({ places }: { places: Place[] }) {
  const t = useT()
  const path = useRouterState({ select: (state) => state.location.pathname })
  const shown = places.slice(0, 4)
  const others = places.slice(4)
  const isElsewhere = others.some(({ to }) => path.startsWith(to))
  return (
    <nav
      aria-label={t('nav.main')}
      className="fixed inset-x-0 bottom-0 z-30 grid h-16 grid-cols-5 border-line border-t bg-panel pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {shown.map(({ to, label, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: to === '/', includeSearch: false }}
          className="grid place-content-center justify-items-center gap-0.5 text-[11px] text-soft [&_svg]:size-5"
          activeProps={{ className: 'text-ink font-medium [&_svg]:text-mark' }}
        >
          <Icon aria-hidden />
          {t(label)}
        </Link>
      ))}
      <Menu
        trigger={
          <button
            type="button"
            className={cn(
              'grid place-content-center justify-items-center gap-0.5 text-[11px] text-soft [&_svg]:size-5',
              isElsewhere && 'font-medium text-ink [&_svg]:text-mark',
            )}
          >
            <Ellipsis aria-hidden />
            {t('nav.more')}
          </button>
        }
        items={others.map(({ to, label, icon: Icon }) => ({
          label: t(label),
          icon: <Icon aria-hidden />,
          run: () => void router.navigate({ to }),
        }))}
      />
    </nav>
  )
}
