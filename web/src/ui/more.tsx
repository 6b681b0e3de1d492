import { useT } from '../i18n/i18n.ts'
import { Button } from './button.tsx'
import { Fault } from './parts.tsx'

/** What is read of a list that comes in pages. */
interface Pages {
  hasNextPage: boolean
  isFetchingNextPage: boolean
  isFetchNextPageError: boolean
  error: Error | null
  fetchNextPage: () => unknown
}

/** The way to the next page of a list, below it; nothing after the last. */
export function More({ of, isInPanel = false }: { of: Pages; isInPanel?: boolean }) {
  const t = useT()
  if (of.isFetchNextPageError) return <Fault error={of.error} retry={() => void of.fetchNextPage()} />
  if (!of.hasNextPage) return null
  return (
    <div className={isInPanel ? 'border-line border-t p-3 text-center' : 'mt-4 text-center'}>
      <Button
        size={isInPanel ? 'small' : 'normal'}
        disabled={of.isFetchingNextPage}
        onClick={() => void of.fetchNextPage()}
      >
        {t('common.more')}
      </Button>
    </div>
  )
}
