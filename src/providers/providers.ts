import { luma } from './luma/card.ts'
import type { ProviderCard } from './provider.ts'

/** Every provider that an account can be of, in the order in which docs/providers.md lists them. One line each. */
export const PROVIDERS: readonly ProviderCard[] = [luma]
