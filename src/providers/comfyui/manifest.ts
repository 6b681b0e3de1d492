import { optional, ownUrl, secret } from '../kit/account-fields.ts'
import { modelsField } from '../kit/models-field.ts'
import type { ProviderManifest } from '../provider.ts'

export const comfyui: ProviderManifest = {
  id: 'comfyui',
  title: 'ComfyUI, for open models on a machine of your own',
  fields: [
    ownUrl('COMFYUI_BASE_URL'),
    optional(secret('COMFYUI_API_KEY', 'Key of a proxy in front of it; ComfyUI itself has none')),
    optional({
      name: 'templates',
      env: 'COMFYUI_TEMPLATES',
      title: 'Folder with workflow templates of your own',
      isSecret: false,
    }),
    modelsField('COMFYUI_MODELS'),
  ],
  // It works on one at a time; a second one waits there, so that it never idles.
  slots: 2,
  load: async () => (await import('./comfyui.ts')).comfyuiProvider,
}
