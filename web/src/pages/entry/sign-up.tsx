import { Link } from '@tanstack/react-router'
import { call } from '../../api/client.ts'
import { useT } from '../../i18n/i18n.ts'
import { Button } from '../../ui/button.tsx'
import { enter } from './enter.ts'
import { Frame } from './frame.tsx'
import { NewPersonForm } from './new-person.tsx'

/** Where the operator leaves sign-up open. */
export function SignUp() {
  const t = useT()
  return (
    <Frame title={t('signUp.title')} about={t('signUp.about')}>
      <NewPersonForm
        label={t('signUp.submit')}
        submit={async (person) => enter(await call('POST /api/workspace/sign-up', { body: person }))}
      />
      <Button look="quiet" asChild>
        <Link to="/sign-in">{t('signUp.known')}</Link>
      </Button>
    </Frame>
  )
}
