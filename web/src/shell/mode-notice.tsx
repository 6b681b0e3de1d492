import { FlaskConical } from 'lucide-react'
import { useT } from '../i18n/i18n.ts'
import { Button } from '../ui/button.tsx'
import { chooseMode, useMode } from './mode.ts'
import { useSession } from './session.ts'

/** Says that nothing on the pages is real while test mode is on. */
export function ModeNotice() {
  const t = useT()
  const { key } = useSession()
  const isTestKey = key?.mode === 'test'
  if (useMode() !== 'test' && !isTestKey) return null
  return (
    <div className="flex items-center gap-2.5 bg-mark-ground px-4 py-1.5 text-mark text-xs md:px-8 [&_svg]:size-3.5 [&_svg]:shrink-0">
      <FlaskConical aria-hidden />
      <span className="min-w-0 flex-1 text-pretty md:flex-none">{t('mode.notice')}</span>
      {!isTestKey && (
        <Button look="quiet" size="small" className="h-6 text-mark text-xs" onClick={() => chooseMode('live')}>
          {t('mode.leave')}
        </Button>
      )}
    </div>
  )
}
