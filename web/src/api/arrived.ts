import { reach } from './client.ts'

/**
 * A script that is loaded when it is needed. One that does not come may be gone, as after an upgrade: that is the error then. Where
 * the gateway does not answer at all, the error says so (`unreachable`).
 */
export async function arrived<Loaded>(coming: Promise<Loaded>): Promise<Loaded> {
  try {
    return await coming
  } catch (error) {
    await reach(document.baseURI, { method: 'HEAD', cache: 'no-store' })
    throw error
  }
}
