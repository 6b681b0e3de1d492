import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ApiError } from '../../api/client.ts'
import type { Account, AccountChange, AccountProvider } from '../../api/routes.ts'
import { useT } from '../../i18n/i18n.ts'
import { messageOf, translateMessage } from '../../i18n/messages.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { Fault, Skeleton } from '../../ui/parts.tsx'
import { say } from '../../ui/toast.tsx'
import type { AccountsApi } from './accounts-api.ts'
import { CredentialFields } from './credential-fields.tsx'

interface ChangeAccountProps {
  api: AccountsApi
  account: Account
  onClose: () => void
  onChanged: () => void
}

/** Another name, credential or place in the order of an account, which is then tested. */
export function ChangeAccount({ api, account, onClose, onChanged }: ChangeAccountProps) {
  const t = useT()
  const { data: providers, error } = useQuery({ queryKey: ['providers', api.of], queryFn: api.providers })
  const provider = providers?.find(({ id }) => id === account.provider)
  return (
    <Dialog open onClose={onClose} title={t('accounts.changeOf', { name: account.name })}>
      {error && <Fault error={error} />}
      {!providers && !error && <Skeleton rows={4} />}
      {providers && <ChangeForm api={api} account={account} provider={provider} onChanged={onChanged} />}
    </Dialog>
  )
}

const NUMBERS = ['slots', 'daily_cap', 'priority', 'weight'] as const

/** The numbers that can be changed: an account of the environment has the others from `POLYPHONY_PROVIDERS`. */
function numbersOf({ credential }: Account): readonly (typeof NUMBERS)[number][] {
  return credential === 'environment' ? ['daily_cap', 'weight'] : NUMBERS
}

function ChangeForm({
  api,
  account,
  provider,
  onChanged,
}: {
  api: AccountsApi
  account: Account
  provider: AccountProvider | undefined
  onChanged: () => void
}) {
  const t = useT()
  const [name, setName] = useState(account.name)
  const [numbers, setNumbers] = useState(() =>
    Object.fromEntries(numbersOf(account).map((one) => [one, account[one] === null ? '' : String(account[one])])),
  )
  const [fields, setFields] = useState(account.settings)
  const saving = useMutation({
    async mutationFn() {
      await api.change(account.id, changeOf(account, { name, numbers, fields }))
      // Changed is changed: what the vendor says of it is news, no failure of the form.
      const { says } = await api.test(account.id).catch((error: unknown) => ({ says: messageOf(error) }))
      say(t('common.pair', { name, value: translateMessage(says) }))
    },
    onSuccess: onChanged,
  })
  const fault = saving.error
  const errorOf = (field: string): string | undefined =>
    fault instanceof ApiError && fault.field === field ? messageOf(fault) : undefined
  const shown = ['name', ...numbersOf(account), ...(provider?.fields ?? []).map((one) => `fields.${one.name}`)]
  const isChange = Object.keys(changeOf(account, { name, numbers, fields })).length > 0
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    saving.mutate()
  }
  return (
    <form onSubmit={submit} className="grid grid-cols-1 gap-4">
      <Field label={t('accounts.name')} error={errorOf('name')} required>
        {(props) => (
          <Input {...props} autoComplete="off" required value={name} onChange={({ target }) => setName(target.value)} />
        )}
      </Field>
      {account.credential === 'environment' && <p className="text-soft">{t('accounts.fromEnvironment')}</p>}
      {account.credential === 'stored' && provider && (
        <CredentialFields provider={provider} values={fields} onChange={setFields} errorOf={errorOf} isStored />
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        {numbersOf(account).map((one) => (
          <Field key={one} label={t(`accounts.${one}`)} help={t(`accounts.${one}Help`)} error={errorOf(one)}>
            {(props) => (
              <Input
                {...props}
                type="number"
                step={one === 'weight' ? 'any' : 1}
                required={one !== 'daily_cap'}
                value={numbers[one] ?? ''}
                onChange={({ target }) => setNumbers({ ...numbers, [one]: target.value })}
              />
            )}
          </Field>
        ))}
      </div>
      {fault && !(fault instanceof ApiError && shown.includes(fault.field ?? '')) && <Fault error={fault} />}
      <Button type="submit" look="primary" className="justify-self-end" disabled={saving.isPending || !isChange}>
        {t('accounts.saveAndTest')}
      </Button>
    </form>
  )
}

/** What differs from the account as it is. */
function changeOf(
  account: Account,
  { name, numbers, fields }: { name: string; numbers: Record<string, string>; fields: Record<string, string> },
): AccountChange {
  const changed = numbersOf(account).flatMap((one): [string, number | null][] => {
    const text = numbers[one] ?? ''
    const value = text === '' ? null : Number(text)
    return value === account[one] ? [] : [[one, value]]
  })
  // Null empties a field. A secret is not among the settings, so that one which is left empty is no change.
  const given = Object.entries(fields).flatMap(([field, value]): [string, string | null][] =>
    value === (account.settings[field] ?? '') ? [] : [[field, value === '' ? null : value]],
  )
  return {
    ...(name !== account.name && { name }),
    ...Object.fromEntries(changed),
    ...(given.length > 0 && { fields: Object.fromEntries(given) }),
  }
}
