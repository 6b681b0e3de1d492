import { useQuery } from '@tanstack/react-query'
import { Building2, FlaskConical, Languages, LogOut, Moon, Settings, Sun } from 'lucide-react'
import { call } from '../api/client.ts'
import { balanceQuery } from '../api/queries.ts'
import { usd } from '../i18n/format.ts'
import { setLocale, useLocale, useT } from '../i18n/i18n.ts'
import { router } from '../router.tsx'
import { Menu } from '../ui/menu.tsx'
import { sayError } from '../ui/toast.tsx'
import { chooseMode, useMode } from './mode.ts'
import { becomeSession, useSession } from './session.ts'
import { signOut } from './sign-out.ts'
import { setTheme, useTheme } from './theme.ts'

/** Who is here, and for whom; theme, language, sandbox and the way out. */
export function AccountMenu({ isCompact = false }: { isCompact?: boolean }) {
  const t = useT()
  const locale = useLocale()
  const theme = useTheme()
  const mode = useMode()
  const session = useSession()
  const { data: balance } = useQuery(balanceQuery)
  const { person, key, tenants, tenant } = session
  const name = person?.name || person?.email || key?.name || t('session.key')
  const current = tenants.find(({ id }) => id === tenant)?.name
  const isDark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  const others = tenants.filter(({ id }) => id !== tenant)

  async function enter(id: string): Promise<void> {
    becomeSession(await call('POST /api/workspace/tenant', { body: { id } }))
    await router.invalidate()
  }

  return (
    <Menu
      trigger={
        <button type="button" className="flex w-full items-center gap-2.5 rounded-lg p-1.5 text-left hover:bg-hover">
          <span
            aria-hidden
            className="grid size-8 shrink-0 place-items-center rounded-full bg-mark-ground font-semibold text-mark text-xs uppercase"
          >
            {name.slice(0, 2)}
          </span>
          {isCompact ? (
            <span className="sr-only">{name}</span>
          ) : (
            <span className="min-w-0 flex-1">
              <span className="block truncate font-medium leading-tight">{name}</span>
              <span className="block truncate text-soft text-xs">
                {[current, balance && usd(balance.available_usd)].filter(Boolean).join(' · ')}
              </span>
            </span>
          )}
        </button>
      }
      items={[
        ...others.map(({ id, name: other }) => ({
          label: t('session.enter', { name: other }),
          icon: <Building2 aria-hidden />,
          run: () => void enter(id).catch(sayError),
        })),
        ...(others.length > 0 ? (['line'] as const) : []),
        {
          label: t('nav.settings'),
          icon: <Settings aria-hidden />,
          run: () => void router.navigate({ to: '/settings' }),
        },
        {
          label: isDark ? t('theme.light') : t('theme.dark'),
          icon: isDark ? <Sun aria-hidden /> : <Moon aria-hidden />,
          run: () => setTheme(isDark ? 'light' : 'dark'),
        },
        {
          label: locale === 'en' ? '中文' : 'English',
          icon: <Languages aria-hidden />,
          run: () => void setLocale(locale === 'en' ? 'zh' : 'en'),
        },
        ...(key
          ? []
          : [
              {
                label: mode === 'test' ? t('mode.leave') : t('mode.enter'),
                icon: <FlaskConical aria-hidden />,
                run: () => chooseMode(mode === 'test' ? 'live' : 'test'),
              },
            ]),
        'line',
        { label: t('session.signOut'), icon: <LogOut aria-hidden />, run: () => void signOut().catch(sayError) },
      ]}
    />
  )
}
