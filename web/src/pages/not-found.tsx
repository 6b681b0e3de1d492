import { Link } from '@tanstack/react-router'
import { useT } from '../i18n/i18n.ts'
import { Button } from '../ui/button.tsx'
import { Frame } from './entry/frame.tsx'

export function NotFound() {
  const t = useT()
  return (
    <Frame title={t('notFound.title')} about={t('notFound.about')}>
      <Button look="primary" asChild>
        <Link to="/">{t('notFound.home')}</Link>
      </Button>
    </Frame>
  )
}
