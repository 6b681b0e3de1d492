import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ApiError } from '../../api/client.ts'
import { useT } from '../../i18n/i18n.ts'
import { messageOf } from '../../i18n/messages.ts'
import { Button } from '../../ui/button.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { Fault } from '../../ui/parts.tsx'

export interface NewPerson {
  name: string
  email: string
  password: string
}

const SHORTEST = 8

/** Name, address and password of someone who comes for the first time. */
export function NewPersonForm({
  email: given = '',
  submit,
  label,
}: {
  email?: string
  submit: (person: NewPerson) => Promise<void>
  label: string
}) {
  const t = useT()
  const [name, setName] = useState('')
  const [email, setEmail] = useState(given)
  const [password, setPassword] = useState('')
  const entering = useMutation({ mutationFn: () => submit({ name, email, password }) })
  const fault = entering.error
  const errorOf = (field: string): string | undefined =>
    fault instanceof ApiError && fault.field === field ? messageOf(fault) : undefined
  const hasOwn = ['name', 'email', 'password'].some((field) => errorOf(field))
  const send = (event: FormEvent): void => {
    event.preventDefault()
    entering.mutate()
  }
  return (
    <form onSubmit={send} className="grid grid-cols-1 gap-4">
      <Field label={t('person.name')} error={errorOf('name')}>
        {(props) => (
          <Input
            {...props}
            autoComplete="name"
            required
            maxLength={100}
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        )}
      </Field>
      <Field label={t('person.email')} error={errorOf('email')}>
        {(props) => (
          <Input
            {...props}
            type="email"
            autoComplete="username"
            required
            value={email}
            onChange={({ target }) => setEmail(target.value)}
          />
        )}
      </Field>
      <Field label={t('person.password')} help={t('person.passwordHelp')} error={errorOf('password')}>
        {(props) => (
          <Input
            {...props}
            type="password"
            autoComplete="new-password"
            required
            minLength={SHORTEST}
            maxLength={128}
            value={password}
            onChange={({ target }) => setPassword(target.value)}
          />
        )}
      </Field>
      {fault && !hasOwn && <Fault error={fault} />}
      <Button type="submit" look="primary" disabled={entering.isPending}>
        {label}
      </Button>
    </form>
  )
}
