import { afterAll, beforeAll, expect, it } from 'vitest'
import { sandboxVideo } from '../../src/engines/sandbox-media/sandbox-media.ts'
import { download, openGateway, type TestGateway } from '../support/gateway.ts'
import { handProvider } from './hand-provider.ts'

let gateway: TestGateway
const hand = handProvider({ slots: 10, operations: ['luma/video_generation'] })
beforeAll(async () => {
  gateway = await openGateway({ replaced: { builtIn: [hand] } })
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

async function made(seen: string): Promise<string> {
  const { mp4 } = await sandboxVideo({ widthPx: 64, heightPx: 64, seconds: 1, hasSound: false })
  const { task_id: id } = await gateway.piapi.create('video_generation', { prompt: 'a fox' }, { model: 'luma' })
  const video = { file: 'file:film', cover: seen, lastFrame: '', widthPx: 64, heightPx: 64, seconds: 1 }
  hand.finish(id, { output: { videos: [video] }, files: [{ key: 'film', mediaType: 'video/mp4', content: mp4 }] })
  expect(await gateway.piapi.ended(id)).toMatchObject({ status: 'completed' })
  return id
}

const fileOf = async (id: string): Promise<string> => {
  const { output } = await gateway.until(id, ({ status }) => status === 'completed')
  return (output as { videos: { file: string }[] }).videos[0]?.file ?? '' // as `made` delivered it
}

it('deleting a task deletes the files that it produced, and no file that its output only names', async () => {
  const other = await made('')
  const kept = await fileOf(other)
  const id = await made(kept)
  const gone = await fileOf(id)
  expect((await gateway.send('DELETE', `/dream-machine/v1/generations/${id}`)).status).toBeLessThan(300)
  const url = (reference: string) => `${gateway.url}/files/${reference.replace('asset:', '')}`
  expect((await fetch(url(gone))).status).toBe(404)
  expect((await download(url(kept))).bytes.length).toBeGreaterThan(1_000)
})
