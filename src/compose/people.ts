import { type Config, ConfigError } from '../config/config.ts'
import type { OidcProvider } from '../people/login/login.ts'
import type { NewPerson } from '../people/sign-up.ts'

/** The settings of people that only make sense together. Throws a ConfigError that names what is missing. */
export function peopleSettings({ firstOperator, oidc }: Pick<Config, 'firstOperator' | 'oidc'>): {
  operator: Pick<NewPerson, 'email' | 'password'> | undefined
  oidc: OidcProvider | undefined
} {
  const operator = together(firstOperator, { email: 'POLYPHONY_ADMIN_EMAIL', password: 'POLYPHONY_ADMIN_PASSWORD' })
  const { name, ...others } = oidc
  const provider = together(others, {
    issuer: 'POLYPHONY_OIDC_ISSUER',
    clientId: 'POLYPHONY_OIDC_CLIENT_ID',
    clientSecret: 'POLYPHONY_OIDC_CLIENT_SECRET',
  })
  return { operator, oidc: provider && { name, ...provider } }
}

/** All of the values, or undefined where there is none of them. */
function together<Name extends string>(
  values: Readonly<Record<Name, string | undefined>>,
  names: Readonly<Record<Name, string>>,
): Record<Name, string> | undefined {
  const missing = (Object.keys(names) as Name[]).filter((name) => values[name] === undefined)
  if (missing.length === 0) return values as Record<Name, string> // none is missing
  if (missing.length === Object.keys(names).length) return undefined
  const all = Object.values(names).join(', ')
  throw new ConfigError(missing.map((name) => `${names[name]} is missing: ${all} are set together, or not at all.`))
}
