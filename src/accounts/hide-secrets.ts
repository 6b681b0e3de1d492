import type { ProviderManifest } from '../providers/provider.ts'

/** Shorter secrets are not hidden: they would match ordinary text. */
const MIN_HIDDEN_LENGTH = 6

/** The text without the secrets among `settings`. */
export function hideSecrets(
  text: string,
  manifest: ProviderManifest,
  settings: Readonly<Record<string, string>>,
): string {
  const secrets = manifest.fields.flatMap(({ name, isSecret }) => (isSecret ? (settings[name] ?? '') : ''))
  return secrets.reduce(
    (hidden, secret) => (secret.length < MIN_HIDDEN_LENGTH ? hidden : hidden.replaceAll(secret, '…')),
    text,
  )
}
