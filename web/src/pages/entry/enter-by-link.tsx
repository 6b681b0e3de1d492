import { useMutation } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { call } from '../../api/client.ts'
import { useT } from '../../i18n/i18n.ts'
import { Button } from '../../ui/button.tsx'
import { Fault } from '../../ui/parts.tsx'
import { enter, tokenOfLink } from './enter.ts'
import { Frame } from './frame.tsx'

const route = getRouteApi('/enter')
let hasBegun = false

/** Signs in by a link that the gateway printed, and goes on to the page that it names. */
export function EnterByLink() {
  const t = useT()
  const { next } = route.useSearch()
  const entering = useMutation({
    mutationFn: () => call('POST /api/workspace/enter', { body: { token: tokenOfLink() } }),
    onSuccess: (session) => enter(session, next),
  })
  const { mutate } = entering
  useEffect(() => {
    // A link works once, and strict mode runs effects twice.
    if (hasBegun) return
    hasBegun = true
    mutate()
  }, [mutate])
  return (
    <Frame title={t('enter.title')} about={entering.error ? t('enter.failed') : t('enter.about')}>
      {entering.error && (
        <div className="grid grid-cols-1 gap-4">
          <Fault error={entering.error} />
          <Button look="primary" asChild>
            <Link to="/sign-in" search={next ? { next } : {}}>
              {t('signIn.submit')}
            </Link>
          </Button>
        </div>
      )}
    </Frame>
  )
}
