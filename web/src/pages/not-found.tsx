import { Link } from '@tanstack/react-router'
import { useT } from '../i18n/i18n.ts'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/parts.tsx'

export function NotFound() {
  const t = useT()
  return (
    <Empty
      title={t('notFound.title')}
      action={
        <Button look="primary" asChild>
          <Link to="/">{t('notFound.home')}</Link>
        </Button>
      }
    >
      {t('notFound.about')}
    </Empty>
  )
}
