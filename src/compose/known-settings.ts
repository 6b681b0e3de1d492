import { isAddress } from '../accounts/credential-input.ts'
import { checkStorageUrl } from '../assets/storage.ts'
import { listOperations } from '../catalog/catalog.ts'
import type { Knowledge, OtherName } from '../config/read-settings.ts'
import { basePathOf } from '../core/public-url.ts'
import { dialects } from '../dialects/dialects.ts'
import { OWN_PARTS } from '../http/own-paths.ts'
import { formOf } from '../http/route-methods.ts'
import { PROVIDERS } from '../providers/providers.ts'
import { TRACING_VARIABLES } from '../tracing/parts.ts'
import { WORKSPACE_PATHS } from '../workspace/workspace.ts'

/** What Amazon's SDK is given by name. */
const OF_STORAGE: OtherName[] = [
  { name: 'AWS_REGION', what: 'The region of the bucket.', isSecret: false },
  { name: 'AWS_ACCESS_KEY_ID', what: 'The key of the bucket.', isSecret: false },
  { name: 'AWS_SECRET_ACCESS_KEY', what: 'The secret of that key.', isSecret: true },
  { name: 'AWS_SESSION_TOKEN', what: 'The token of a temporary key.', isSecret: true },
]

/** What the providers, the catalogue and the storage know of settings. */
export const KNOWN_SETTINGS: Knowledge = {
  names: [
    ...PROVIDERS.flatMap(({ title, fields }) =>
      fields.map((field) => ({
        name: field.env,
        what: `${title}: ${field.title}.`,
        isSecret: field.isSecret,
        isUrl: isAddress(field),
      })),
    ),
    ...OF_STORAGE,
    ...TRACING_VARIABLES,
  ],
  checks: {
    PUBLIC_URL: (url) => (url === undefined ? [] : takenPath(basePathOf(url))),
    POLYPHONY_PRICES: (prices) => prices.flatMap(({ of }) => (isPriced(of) ? [] : [unknownPrice(of)])),
    POLYPHONY_PROVIDERS: (providers) => providers.flatMap(({ id }) => (isProvider(id) ? [] : [unknownProvider(id)])),
    STORAGE_URL(url, variable) {
      try {
        checkStorageUrl(url ?? 'file:.', variable)
        return []
      } catch (error) {
        return [error instanceof Error ? error.message : String(error)]
      }
    },
  },
}

/** A proxy may remove the path of the public address or leave it, so no route may begin as that path does. */
function takenPath(basePath: string): string[] {
  const [, first = ''] = basePath.split('/')
  const routes = dialects.flatMap(({ paths, spellings = [] }) => [...paths, ...spellings.map(({ path }) => path)])
  const begins = [...routes, ...WORKSPACE_PATHS].map((path) => formOf(path.split('/')[1] ?? ''))
  if (first === '' || !(OWN_PARTS.has(first) || begins.some((form) => form.test(first)))) return []
  return [`PUBLIC_URL: routes of the gateway begin with /${first}, so its path needs another name, such as /media.`]
}

function isPriced(of: string): boolean {
  return of === '*' || listOperations().some(({ id, model }) => of === id || of === model)
}

function isProvider(id: string): boolean {
  return PROVIDERS.some((manifest) => manifest.id === id)
}

function unknownPrice(of: string): string {
  return `POLYPHONY_PRICES names "${of}", and the catalogue has no such operation or model.`
}

function unknownProvider(id: string): string {
  return `POLYPHONY_PROVIDERS names "${id}"; there are: ${PROVIDERS.map((manifest) => manifest.id).join(', ')}.`
}
