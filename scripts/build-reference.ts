import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import scalar from '@scalar/fastify-api-reference'
import Fastify from 'fastify'
import { LICENCE_FILE, licencesOf } from './licences.ts'

const PACKAGE = new URL('../node_modules/@scalar/fastify-api-reference', import.meta.url).pathname

/**
 * Takes the script of the reference at `/docs` out of its package, as gzip, a quarter of its size. The package holds it as
 * one text of four megabytes inside a module, beside a dozen packages that the page does not need: neither is installed with
 * the program. Resolves with the number of files.
 */
export async function buildReference(into: string): Promise<number> {
  const app = Fastify()
  await app.register(scalar, { routePrefix: '/docs', configuration: { url: '/openapi.json' } })
  const { statusCode, rawPayload } = await app.inject('/docs/js/scalar.js')
  await app.close()
  if (statusCode !== 200) throw new Error(`The reference's package answers ${statusCode} for its script.`)
  // The field for a key shows a text that looks like one, in base64.
  const script = rawPayload.toString().replaceAll('QUxMIFlPVVIgQkFTRSBBUkUgQkVMT05HIFRPIFVT', 'Your API key')
  await rm(into, { recursive: true, force: true })
  await mkdir(into, { recursive: true })
  await writeFile(join(into, 'scalar.js.gz'), gzipSync(script, { level: 9 }))
  await writeFile(join(into, LICENCE_FILE), await licencesOf([PACKAGE]))
  return 2
}
