import { useMutation, useQuery } from '@tanstack/react-query'
import { ArrowLeft } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { ApiError } from '../../api/client.ts'
import type { AccountProvider } from '../../api/routes.ts'
import { useT } from '../../i18n/i18n.ts'
import { messageOf, translateMessage } from '../../i18n/messages.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { Fault, Skeleton } from '../../ui/parts.tsx'
import { say } from '../../ui/toast.tsx'
import type { AccountsApi } from './accounts-api.ts'
import { CredentialFields } from './credential-fields.tsx'

/** Two steps: the provider, then the fields that it needs. The account is tested when it is added. */
export function AddAccount({ api, onClose, onAdded }: { api: AccountsApi; onClose: () => void; onAdded: () => void }) {
  const t = useT()
  const { data: providers, error } = useQuery({ queryKey: ['providers', api.of], queryFn: api.providers })
  const [provider, setProvider] = useState<AccountProvider>()
  return (
    <Dialog
      open
      onClose={onClose}
      title={provider ? translateMessage(provider.title) : t('accounts.choose')}
      about={provider ? t('accounts.fieldsAbout') : t('accounts.chooseAbout')}
      wide={!provider}
    >
      {error && <Fault error={error} />}
      {!provider && !providers && <Skeleton />}
      {!provider && providers && (
        <div className="grid grid-cols-2 gap-2 sm:grid-cols-3">
          {providers.map((one) => (
            <button
              key={one.id}
              type="button"
              onClick={() => setProvider(one)}
              className="grid grid-cols-1 gap-0.5 rounded-xl border border-line bg-panel px-4 py-3 text-left hover:border-mark"
            >
              <span className="font-medium">{translateMessage(one.title)}</span>
              <span className="text-soft text-xs">
                {neededBy(one).map(translateMessage).join(', ') || t('accounts.noFields')}
              </span>
            </button>
          ))}
        </div>
      )}
      {provider && (
        <ProviderForm api={api} provider={provider} onBack={() => setProvider(undefined)} onAdded={onAdded} />
      )}
    </Dialog>
  )
}

function ProviderForm({
  api,
  provider,
  onBack,
  onAdded,
}: {
  api: AccountsApi
  provider: AccountProvider
  onBack: () => void
  onAdded: () => void
}) {
  const t = useT()
  const [name, setName] = useState('main')
  const [slots, setSlots] = useState(String(provider.slots))
  const [fields, setFields] = useState<Record<string, string>>({})
  const adding = useMutation({
    async mutationFn() {
      const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''))
      const account = await api.add({ provider: provider.id, name, slots: Number(slots), fields: given })
      // Added is added: what the vendor says of it is news, no failure of the form.
      const { says } = await api.test(account.id).catch((error: unknown) => ({ says: messageOf(error) }))
      say(t('common.pair', { name: account.name, value: translateMessage(says) }))
    },
    onSuccess: onAdded,
  })
  const fault = adding.error
  const errorOf = (field: string): string | undefined =>
    fault instanceof ApiError && fault.field === field ? messageOf(fault) : undefined
  const isShown =
    fault instanceof ApiError &&
    fault.field !== undefined &&
    ['name', 'slots', ...provider.fields.map((one) => `fields.${one.name}`)].includes(fault.field)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    adding.mutate()
  }
  return (
    <form onSubmit={submit} className="grid grid-cols-1 gap-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t('accounts.name')} error={errorOf('name')} required>
          {(props) => (
            <Input
              {...props}
              autoComplete="off"
              required
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
        <Field label={t('accounts.slots')} help={t('accounts.slotsHelp')} error={errorOf('slots')}>
          {(props) => (
            <Input {...props} type="number" min={1} value={slots} onChange={({ target }) => setSlots(target.value)} />
          )}
        </Field>
      </div>
      <CredentialFields provider={provider} values={fields} onChange={setFields} errorOf={errorOf} />
      {fault && !isShown && <Fault error={fault} />}
      <div className="flex justify-between">
        <Button look="quiet" onClick={onBack}>
          <ArrowLeft />
          {t('common.back')}
        </Button>
        <Button type="submit" look="primary" disabled={adding.isPending}>
          {t('accounts.connect')}
        </Button>
      </div>
    </form>
  )
}

/** The titles of the fields that a provider needs; where no field alone is required, one of its keys is. */
function neededBy({ fields }: AccountProvider): string[] {
  const required = fields.filter((one) => one.required).map(({ title }) => title)
  return required.length === 0 && fields.some((one) => one.secret && /^API key/.test(one.title))
    ? ['API key']
    : required
}
