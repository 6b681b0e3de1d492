import { useRouter } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { titleOfPage } from './use-title.ts'

/**
 * Says the title of a page to screen readers when it has taken the place of another one, which they do not notice by
 * themselves; once for each navigation, and not for the first page, whose title they read.
 */
export function PageAnnouncer() {
  const router = useRouter()
  const [page, setPage] = useState({ count: 0, title: '' })
  useEffect(
    () =>
      router.subscribe('onRendered', ({ fromLocation, pathChanged }) => {
        if (!fromLocation || !pathChanged) return
        // After the effects of the page, of which one sets the title.
        setTimeout(() => setPage(({ count }) => ({ count: count + 1, title: titleOfPage() })))
      }),
    [router],
  )
  return (
    <div aria-live="polite" aria-atomic className="sr-only" id="page-announcement">
      <span key={page.count}>{page.title}</span>
    </div>
  )
}
