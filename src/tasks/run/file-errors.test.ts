import { expect, it } from 'vitest'
import { PolyphonyError } from '../../core/errors.ts'
import { redacted } from './errors.ts'
import { isFileError, markFileErrors } from './file-errors.ts'

it('knows the error of a file, and what redaction made of it, from the error of a vendor', async () => {
  const error = new PolyphonyError('unsupported_media', 'https://files.example/?key=sk-secret is not an image.')
  await expect(markFileErrors(Promise.reject(error))).rejects.toBe(error)
  const shown = redacted(error, (text) => text.replace('sk-secret', '[hidden]'))
  expect(shown).not.toBe(error)
  expect([error, shown].map(isFileError)).toEqual([true, true])
  expect(isFileError(new PolyphonyError('vendor_unreachable', 'No answer.'))).toBe(false)
})
