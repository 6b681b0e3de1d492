import type { ReactNode } from 'react'
import { setLocale, useLocale, useT } from '../../i18n/i18n.ts'
import { Logo } from '../../shell/logo.tsx'
import { useTitle } from '../../shell/use-title.ts'
import { Button } from '../../ui/button.tsx'
import { Panel } from '../../ui/parts.tsx'
import { Toasts } from '../../ui/toast.tsx'

/** The pages before one is inside: a card in the middle, and the language. */
export function Frame({ title, about, children }: { title: string; about?: ReactNode; children: ReactNode }) {
  const t = useT()
  const locale = useLocale()
  useTitle(title)
  return (
    <main className="grid min-h-dvh place-items-center bg-[radial-gradient(90%_60%_at_50%_0%,var(--mark-ground),transparent)] px-4 py-10">
      <div className="grid grid-cols-1 w-full max-w-sm gap-5">
        <div className="flex items-center justify-center gap-3 font-semibold text-lg">
          <Logo size={36} /> Polyphony
        </div>
        <Panel className="p-6 shadow-float">
          <h1 className="font-semibold text-xl leading-tight">{title}</h1>
          {about && <p className="mt-1 text-soft">{about}</p>}
          <div className="mt-5 grid gap-4">{children}</div>
        </Panel>
        <div className="flex justify-center gap-2 text-soft text-xs">
          <Button look="quiet" size="small" onClick={() => void setLocale(locale === 'en' ? 'zh' : 'en')}>
            {locale === 'en' ? '中文' : 'English'}
          </Button>
          <Button look="quiet" size="small" asChild>
            <a href={new URL('docs', document.baseURI).href}>{t('home.docsLink')}</a>
          </Button>
          <Button look="quiet" size="small" asChild>
            <a href={new URL('guide', document.baseURI).href}>{t('home.guideLink')}</a>
          </Button>
        </div>
      </div>
      <Toasts />
    </main>
  )
}
