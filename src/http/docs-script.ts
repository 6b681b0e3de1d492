import { parentPort } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import scalar from '@scalar/fastify-api-reference'
import Fastify from 'fastify'

/**
 * Thread that takes the reference's script out of its package, compresses it, and ends. The package holds the script as
 * one text of four megabytes inside a module, which would never leave the memory of a process that imported it.
 */
const app = Fastify()
await app.register(scalar, { routePrefix: '/docs', configuration: { url: '/openapi.json' } })
const { statusCode, rawPayload } = await app.inject('/docs/js/scalar.js')
if (statusCode !== 200) throw new Error(`The reference's package answers ${statusCode} for its script.`)
// The field for a key shows a text that looks like one, in base64.
const script = rawPayload.toString().replaceAll('QUxMIFlPVVIgQkFTRSBBUkUgQkVMT05HIFRPIFVT', 'Your API key')
parentPort?.postMessage(gzipSync(script))
