import { expect, it } from 'vitest'
import { FIELDS, lumen } from './admin-bench.testing.ts'
import { hideSecrets } from './hide-secrets.ts'

it('hides the secrets of an account in a text, except those so short that they match ordinary words', () => {
  expect(hideSecrets('Key lumen-secret-key of heron is wrong', lumen, { ...FIELDS, project: 'heron' })).toBe(
    'Key … of heron is wrong',
  )
  expect(hideSecrets('Key a is wrong', lumen, { apiKey: 'a' })).toBe('Key a is wrong')
})
