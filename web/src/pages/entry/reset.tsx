import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { call } from '../../api/client.ts'
import { useT } from '../../i18n/i18n.ts'
import { Button } from '../../ui/button.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { Fault } from '../../ui/parts.tsx'
import { tokenOfLink } from './enter.ts'
import { Frame } from './frame.tsx'

/** A new password, by a link of the operator. */
export function Reset() {
  const t = useT()
  const [password, setPassword] = useState('')
  const setting = useMutation({
    mutationFn: () => call('POST /api/workspace/password', { body: { token: tokenOfLink(), password } }),
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setting.mutate()
  }
  if (setting.data) {
    return (
      <Frame title={t('reset.doneTitle')} about={t('reset.done', { email: setting.data.email })}>
        <Button look="primary" asChild>
          <Link to="/sign-in">{t('signIn.submit')}</Link>
        </Button>
      </Frame>
    )
  }
  return (
    <Frame title={t('reset.title')} about={t('reset.about')}>
      <form onSubmit={submit} className="grid grid-cols-1 gap-4">
        <Field label={t('person.password')} help={t('person.passwordHelp')}>
          {(props) => (
            <Input
              {...props}
              type="password"
              autoComplete="new-password"
              required
              minLength={8}
              maxLength={128}
              value={password}
              onChange={({ target }) => setPassword(target.value)}
            />
          )}
        </Field>
        {setting.error && <Fault error={setting.error} />}
        <Button type="submit" look="primary" disabled={setting.isPending}>
          {t('reset.submit')}
        </Button>
      </form>
    </Frame>
  )
}
