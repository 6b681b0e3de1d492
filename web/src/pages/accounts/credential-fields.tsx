import { ExternalLink } from 'lucide-react'
import type { AccountProvider } from '../../api/routes.ts'
import { useT } from '../../i18n/i18n.ts'
import { translateMessage } from '../../i18n/messages.ts'
import { Field, Input } from '../../ui/field.tsx'
import { CONSOLES } from './consoles.ts'

interface CredentialFieldsProps {
  provider: AccountProvider
  /** As they were typed, by their names. */
  values: Record<string, string>
  onChange: (values: Record<string, string>) => void
  /** By the name of a field as the request has it, such as `fields.apiKey`. */
  errorOf: (field: string) => string | undefined
  /** Whether an account has them: a secret that is left empty stays as it is. */
  isStored?: boolean
}

/** The fields that a provider needs of an account. */
export function CredentialFields({ provider, values, onChange, errorOf, isStored = false }: CredentialFieldsProps) {
  const t = useT()
  const address = CONSOLES[provider.id]
  const isKept = (secret: boolean): boolean => isStored && secret
  const fields = provider.fields.map(({ name, title, secret, required, default: usual }) => (
    <Field
      key={name}
      label={translateMessage(title)}
      required={required && !isKept(secret)}
      error={errorOf(`fields.${name}`)}
      help={secret ? t(isStored ? 'accounts.secretKept' : 'accounts.secret') : undefined}
    >
      {(props) => (
        <Input
          {...props}
          type={secret ? 'password' : 'text'}
          // Browsers fill in the person's own password where `off` is all that a field says.
          autoComplete={secret ? 'new-password' : 'off'}
          required={required && usual === null && !isKept(secret)}
          placeholder={usual ?? ''}
          value={values[name] ?? ''}
          onChange={({ target }) => onChange({ ...values, [name]: target.value })}
          className={secret ? 'font-mono' : ''}
        />
      )}
    </Field>
  ))
  return (
    <>
      {address && (
        <a
          href={address}
          target="_blank"
          rel="noreferrer"
          className="flex items-center gap-1.5 justify-self-start text-[13px] underline underline-offset-2 [&_svg]:size-3.5"
        >
          {t('accounts.console', { provider: translateMessage(provider.title) })}
          <ExternalLink aria-hidden />
        </a>
      )}
      {fields}
    </>
  )
}
