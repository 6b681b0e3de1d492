import type { Logger } from 'pino'
import type { Egress } from '../assets/egress.ts'
import type { Config } from '../config/config.ts'
import type { Clock } from '../core/clock.ts'
import { openPayments, type Payments } from '../payments/payments.ts'
import type { PaymentProvider } from '../payments/provider.ts'
import { stripe } from '../payments/stripe.ts'
import type { Store } from '../store/store.ts'
import { together } from './together.ts'

interface Parts {
  store: Store
  egress: Egress
  clock: Clock
  /** What the payment provider's signatures are compared with. */
  wallClock: Clock
  log: Logger
  publicUrl(): string
}

/** The settings of payments, which only make sense together. Throws a ConfigError that names what is missing. */
export function paymentSettings({ stripe: { url, ...secrets } }: Pick<Config, 'stripe'>) {
  const given = together(secrets, {
    secretKey: 'POLYPHONY_STRIPE_SECRET_KEY',
    webhookSecret: 'POLYPHONY_STRIPE_WEBHOOK_SECRET',
  })
  return given && { url, ...given }
}

/** Payments by the provider of the settings; undefined where the operator takes none. */
export function composePayments(
  settings: ReturnType<typeof paymentSettings>,
  { egress, ...parts }: Parts,
): Payments | undefined {
  if (!settings) return undefined
  // A provider is chosen here, and nowhere else.
  const provider: PaymentProvider = stripe({ ...settings, fetch: egress.fetchFor('operator'), clock: parts.wallClock })
  return openPayments({ ...parts, provider })
}
