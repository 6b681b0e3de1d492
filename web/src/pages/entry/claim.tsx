import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { sessionQuery } from '../../api/queries.ts'
import { useT } from '../../i18n/i18n.ts'
import { Button } from '../../ui/button.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { enter, tokenOfLink } from './enter.ts'
import { Frame } from './frame.tsx'
import { NewPersonForm } from './new-person.tsx'

/** The first person takes the instance, with the token that its log shows. */
export function Claim() {
  const t = useT()
  const { data: session } = useQuery(sessionQuery)
  const [token, setToken] = useState(tokenOfLink)
  if (session?.claimed) {
    return (
      <Frame title={t('claim.doneTitle')} about={t('claim.done')}>
        <Button look="primary" asChild>
          <Link to="/sign-in">{t('signIn.submit')}</Link>
        </Button>
      </Frame>
    )
  }
  return (
    <Frame title={t('claim.title')} about={t(tokenOfLink() === '' ? 'claim.about' : 'claim.aboutLink')}>
      {tokenOfLink() === '' && (
        <Field label={t('claim.token')} help={t('claim.tokenHelp')}>
          {(props) => (
            <Input
              {...props}
              value={token}
              autoComplete="off"
              onChange={({ target }) => setToken(target.value)}
              className="font-mono"
            />
          )}
        </Field>
      )}
      <NewPersonForm
        label={t('claim.submit')}
        submit={async (person) =>
          enter(
            await call('POST /api/workspace/claim', { body: { ...person, token: token.trim().replace(/^.*#/, '') } }),
          )
        }
      />
      <p className="text-soft text-xs">
        {t('claim.keyHint')}{' '}
        <Link to="/sign-in" className="text-ink underline underline-offset-2">
          {t('signIn.byKey')}
        </Link>
      </p>
    </Frame>
  )
}
