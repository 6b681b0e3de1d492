import { useQuery } from '@tanstack/react-query'
import { Info, TriangleAlert, X } from 'lucide-react'
import { useState } from 'react'
import { call } from '../api/client.ts'
import { useT } from '../i18n/i18n.ts'
import { Button } from '../ui/button.tsx'
import { cn } from '../ui/classes.ts'
import { keep, readKept } from './kept.ts'
import { useSession } from './session.ts'

const HIDDEN = 'announcements'
/** More are not kept: what is over does not come back. */
const MOST_HIDDEN = 50
const AGAIN_MS = 5 * 60_000

/** What the operator announces, until each is hidden in this browser. */
export function AnnouncementBar() {
  const t = useT()
  const { tenant } = useSession()
  const [hidden, setHidden] = useState(readHidden)
  const { data } = useQuery({
    queryKey: ['announcements'],
    queryFn: () => call('GET /api/v1/announcements'),
    enabled: tenant !== null,
    staleTime: AGAIN_MS,
    refetchInterval: AGAIN_MS,
  })
  const shown = data?.items.filter(({ id }) => !hidden.includes(id)) ?? []
  function hide(id: string): void {
    const next = [...hidden, id].slice(-MOST_HIDDEN)
    keep(HIDDEN, JSON.stringify(next))
    setHidden(next)
  }
  return shown.map(({ id, text, tone }) => (
    <div
      key={id}
      className={cn(
        'flex items-center gap-3 px-4 py-2 text-[13px] md:px-8 [&_svg]:size-4 [&_svg]:shrink-0',
        tone === 'warning' ? 'bg-mark-ground text-mark' : 'bg-info-ground text-info',
      )}
    >
      {tone === 'warning' ? <TriangleAlert aria-hidden /> : <Info aria-hidden />}
      <p className="min-w-0 flex-1 whitespace-pre-line text-pretty">{text}</p>
      <Button
        look="quiet"
        size="smallIcon"
        className="text-current hover:text-current"
        aria-label={t('announcement.dismiss')}
        onClick={() => hide(id)}
      >
        <X />
      </Button>
    </div>
  ))
}

function readHidden(): string[] {
  try {
    const kept: unknown = JSON.parse(readKept(HIDDEN) ?? '[]')
    return Array.isArray(kept) ? kept.map(String) : []
  } catch {
    return [] // not ours: everything is shown
  }
}
