import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import type { CallFiles, Received } from '../../calls/call-files.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { type Form, isForm, readForm } from './form.ts'

export interface SentFile {
  form: Form
  name: string
  file: Received
}

const MAX_NAME = 255

/**
 * Reads a form whose only file, in the part `field`, is written as it comes, since what the other parts say of it may come
 * after it. `keep` gives it a name; where that or anything else fails, the bytes are deleted. Throws `unsupported_media`
 * for another body, `invalid_input` naming the part, and as `CallFiles.receive` does.
 */
export async function receiveFile<Kept>(
  request: FastifyRequest,
  { callFiles, field, maxBytes = callFiles.maxBytes }: { callFiles: CallFiles; field: string; maxBytes?: number },
  keep: (sent: SentFile) => Promise<Kept>,
): Promise<Kept> {
  if (!isForm(request)) {
    throw new PolyphonyError('unsupported_media', `Send the file as multipart/form-data, in the part "${field}".`)
  }
  const receiving: { name: string; bytes: Promise<Received> }[] = []
  try {
    const form = await new Promise<Form>((resolve, reject) => {
      const take = (part: { field: string; name: string; stream: Readable }): void => {
        if (part.field !== field) {
          reject(invalidInput(part.field, 'must not be a file'))
          part.stream.resume()
          return
        }
        const bytes = callFiles.receive(part.stream, request.caller)
        receiving.push({ name: part.name, bytes })
        bytes.catch(reject) // such as a full disk: the rest of the form is not waited for
      }
      readForm(request, { maxBytes, take }).then(resolve, reject)
    })
    const [only] = receiving
    if (!only) throw invalidInput(field, 'is required')
    const file = await only.bytes
    if (file.asset.sizeBytes === 0) throw invalidInput(field, 'must not be empty')
    return await keep({ form, name: fileName(only.name, field), file })
  } catch (error) {
    for (const { bytes } of receiving) {
      const left = await bytes.catch(() => undefined) // of one that failed nothing is stored, and its error is the one thrown below
      if (left) await callFiles.discard(left)
    }
    throw error
  }
}

/** The name of a file as a client gives it; "file" for none. Throws `invalid_input`. */
export function fileName(given: string, field: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  if (/[\u0000-\u001f\u007f]/.test(given)) throw invalidInput(field, 'must have a name without control characters')
  if (given.length > MAX_NAME) throw invalidInput(field, `must have a name of at most ${MAX_NAME} characters`)
  return given === '' ? 'file' : given
}
