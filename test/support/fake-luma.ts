import { sampleFiles } from '../../src/assets/sample-files.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { type FakeVendor, openFakeVendor } from './fake-vendor.ts'

/** Dream Machine as far as pictures go: credits, create, poll. Written from Luma's documentation, as `lumaai` reads it. */
export interface FakeLuma extends FakeVendor {
  /** What the `baseUrl` of an account is to be. */
  baseUrl: string
  /** The accepted keys. */
  keys: Set<string>
  /** While held, generations do not end. */
  hold(isHeld: boolean): void
  /** How many generations were begun. */
  begun(): number
}

export async function openFakeLuma(key: string): Promise<FakeLuma> {
  const png = await sampleFiles['image/png']?.()
  if (!png) throw new Error('There is no sample of a PNG.')
  const keys = new Set([key])
  const state = { isHeld: false, made: 0 }
  const generationOf = (id: string, url: string): JsonObject => {
    const assets: Json = state.isHeld ? null : { image: `${url}/files/${id}.png` }
    return { id, state: state.isHeld ? 'dreaming' : 'completed', assets, failure_reason: null }
  }
  const vendor = await openFakeVendor(({ method, path, headers }, { url }) => {
    if (path.startsWith('/files/')) return { bytes: png, type: 'image/png' }
    const given = headers.authorization?.replace('Bearer ', '') ?? ''
    // As some vendors do, it repeats the key that it does not know.
    if (!keys.has(given)) return { status: 401, json: { detail: `Not authenticated: ${given} is no key.` } }
    if (path === '/v1/credits') return { json: { credit_balance: 1_200 } }
    if (method === 'POST') {
      state.made += 1
      return { status: 201, json: { id: `g-${state.made}`, state: 'queued', assets: null, failure_reason: null } }
    }
    const id = /^\/v1\/generations\/(g-\d+)$/.exec(path)?.[1]
    return id === undefined ? { status: 404, json: { detail: 'Not found' } } : { json: generationOf(id, url) }
  })
  return Object.assign(vendor, {
    baseUrl: `${vendor.url}/v1`,
    keys,
    begun: () => state.made,
    hold(isHeld: boolean) {
      state.isHeld = isHeld
    },
  })
}
