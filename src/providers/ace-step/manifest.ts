import { optional, ownUrl, secret } from '../kit/account-fields.ts'
import type { ProviderManifest } from '../provider.ts'

export const aceStep: ProviderManifest = {
  id: 'ace-step',
  title: 'ACE-Step 1.5, a music engine of your own',
  fields: [
    ownUrl('ACE_STEP_BASE_URL'),
    optional(secret('ACE_STEP_API_KEY', 'API key, if the server requires one')),
    optional(
      {
        name: 'lm',
        env: 'ACE_STEP_LM',
        title: 'Whether the server runs its language model: on or off',
        isSecret: false,
      },
      'on',
    ),
  ],
  // The server works on one at a time by default; a second one waits there, so that it never idles.
  slots: 2,
  load: async () => (await import('./ace-step.ts')).aceStepProvider,
}
