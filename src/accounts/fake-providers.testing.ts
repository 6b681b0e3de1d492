import { aProvider, OPERATION } from './accounts-bench.testing.ts'
import type { BuiltInAccount } from './member.ts'

export const EXTEND = 'lumen/extend_video'
export const IMAGE = 'prism/text_to_image'

/** Makes videos, and continues only its own; it can be probed. */
export const LUMEN = aProvider('lumen', { operations: new Set([OPERATION, EXTEND]), probe: async () => {} })
/** Makes videos, and takes files of other providers to continue them; it cannot be probed. */
export const PHOTON = aProvider('photon', { operations: new Set([OPERATION, EXTEND]), adopts: new Set([EXTEND]) })
/** What an account of it performs depends on its address. */
export const PRISM = aProvider('prism', {
  operations: new Set([IMAGE, OPERATION]),
  performs: ({ settings }) => new Set(settings.baseUrl === 'https://pictures.example' ? [IMAGE] : [IMAGE, OPERATION]),
})
export const STUDIO: BuiltInAccount = {
  provider: aProvider('studio', { operations: new Set([OPERATION, EXTEND]) }),
  mode: 'live',
  slots: 2,
  isFallback: true,
}
export const SANDBOX: BuiltInAccount = {
  provider: aProvider('sandbox', { operations: new Set([OPERATION]) }),
  mode: 'test',
  slots: 9,
}
