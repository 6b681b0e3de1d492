import type { Config } from '../config/config.ts'
import type { OidcProvider } from '../people/login/login.ts'
import type { NewPerson } from '../people/sign-up.ts'
import { together } from './together.ts'

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
