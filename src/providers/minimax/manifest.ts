import { baseUrl, secret } from '../kit/account-fields.ts'
import type { ProviderManifest } from '../provider.ts'

export const minimax: ProviderManifest = {
  id: 'minimax',
  title: 'MiniMax (Hailuo)',
  fields: [secret('MINIMAX_API_KEY', 'API key'), baseUrl('MINIMAX_BASE_URL', 'https://api.minimax.io')],
  slots: 5,
  load: async () => (await import('./minimax.ts')).minimaxProvider,
}
