import { baseUrl, secret } from '../card.ts'
import type { ProviderCard } from '../provider.ts'

export const minimax: ProviderCard = {
  id: 'minimax',
  title: 'MiniMax (Hailuo)',
  fields: [secret('MINIMAX_API_KEY', 'API key'), baseUrl('MINIMAX_BASE_URL', 'https://api.minimax.io')],
  slots: 5,
  load: async () => (await import('./minimax.ts')).minimaxProvider,
}
