import type { IExecuteFunctions } from 'n8n-workflow'
import { GatewayError, send } from './gateway.ts'
import { FORMS } from './operations.ts'

/** The input of an operation, read from the parameters of the node. */

const IN_JSON = 'binary:'

interface Uploaded {
  url: string
}

/** The input of an item as its parameters have it: files of the item are still named by their binary fields. */
export function inputOf(context: IExecuteFunctions, operation: string, index: number): Record<string, unknown> {
  const { shown = [], json = [] } = FORMS[operation] ?? {}
  const more = context.getNodeParameter('additionalFields', index, {}) as Record<string, unknown> // a collection
  const fields = [
    ...shown.map((name) => [name, context.getNodeParameter(name, index)] as const),
    ...Object.entries(more),
  ]
  const sent = fields.filter(([, value]) => !isLeftOut(value))
  return Object.fromEntries(sent.map(([name, value]) => [name, json.includes(name) ? parsed(name, value) : value]))
}

/** The gateway takes these as left out, too; without them the input is easier to read. */
const isLeftOut = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

function parsed(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value // an expression gave it
  try {
    return JSON.parse(value)
  } catch {
    throw new GatewayError(`${name} must be JSON.`, { code: 'invalid_input', status: 400, field: `input.${name}` })
  }
}

/** The same input with URLs in place of the files of the item, which are uploaded. They are kept for some hours. */
export async function withUploads(
  context: IExecuteFunctions,
  operation: string,
  input: Record<string, unknown>,
  index: number,
): Promise<Record<string, unknown>> {
  const { files = [], json = [] } = FORMS[operation] ?? {}
  const urls = new Map<string, Promise<string>>()
  const urlOf = (name: string): Promise<string> => {
    const url = urls.get(name) ?? upload(context, index, name).then((uploaded) => uploaded.url)
    urls.set(name, url)
    return url
  }
  const entries = Object.entries(input).map(async ([name, value]) => {
    if (files.includes(name)) return [name, await replaced(value, (text) => fileNamed(context, index, text), urlOf)]
    if (json.includes(name)) return [name, await replaced(value, afterPrefix, urlOf)]
    return [name, value]
  })
  return Object.fromEntries(await Promise.all(entries))
}

/** The binary field that a text names, if the item has it. */
function fileNamed(context: IExecuteFunctions, index: number, text: string): string | undefined {
  const { binary = {} } = context.getInputData()[index] ?? {}
  return Object.hasOwn(binary, text) ? text : undefined
}

const afterPrefix = (text: string): string | undefined =>
  text.startsWith(IN_JSON) ? text.slice(IN_JSON.length) : undefined

/** A value with every text replaced that names a binary field. */
async function replaced(
  value: unknown,
  nameIn: (text: string) => string | undefined,
  urlOf: (name: string) => Promise<string>,
): Promise<unknown> {
  if (typeof value === 'string') {
    const name = nameIn(value)
    return name === undefined ? value : urlOf(name)
  }
  if (Array.isArray(value)) return Promise.all(value.map((one) => replaced(one, nameIn, urlOf)))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(async ([name, one]) => [name, await replaced(one, nameIn, urlOf)])
  return Object.fromEntries(await Promise.all(entries))
}

/** Uploads the file of a binary field: `{ url, media_type, size_bytes, expires_at }`. */
export async function upload(context: IExecuteFunctions, index: number, name: string): Promise<Uploaded> {
  const { mimeType, fileName = 'file' } = context.helpers.assertBinaryData(index, name)
  const bytes = await context.helpers.getBinaryDataBuffer(index, name)
  const boundary = `polyphony-${Math.random().toString(36).slice(2)}${bytes.byteLength}`
  return send(context, 'POST', '/polyphony/v1/files', {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: formOf(bytes, { boundary, mimeType, fileName }),
  })
}

/** A form with one file. n8n's HTTP client takes forms of a package that a community node may not depend on. */
function formOf(bytes: Uint8Array, file: { boundary: string; mimeType: string; fileName: string }): Buffer {
  const name = file.fileName.replaceAll(/[\r\n"]/g, '_')
  const head = [
    `--${file.boundary}`,
    `content-disposition: form-data; name="file"; filename="${name}"`,
    `content-type: ${file.mimeType.replaceAll(/[\r\n]/g, '')}`,
  ].join('\r\n')
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), bytes, Buffer.from(`\r\n--${file.boundary}--\r\n`)])
}
