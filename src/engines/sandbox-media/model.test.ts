import { createRequire } from 'node:module'
import { WebIO } from '@gltf-transform/core'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { sandboxModel } from './sandbox-media.ts'

interface Report {
  info: { generator?: string }
  issues: { numErrors: number; numWarnings: number; messages: unknown[] }
}

// The package has no types.
const { validateBytes }: { validateBytes(bytes: Uint8Array): Promise<Report> } = createRequire(import.meta.url)(
  'gltf-validator',
)

it('sandboxModel returns a valid model, and the same one again', async () => {
  const glb = await sandboxModel()
  const { info, issues } = await validateBytes(glb)
  expect(issues).toMatchObject({ numErrors: 0, numWarnings: 0, messages: [] })
  expect(info.generator).toBe('Polyphony sandbox')
  expect(glb.length).toBeLessThan(100_000)
  expect(await sandboxModel()).toBe(glb)
})

it('sandboxModel returns a cube that faces outwards and has SANDBOX in its data', async () => {
  const root = (await new WebIO().readBinary(await sandboxModel())).getRoot()
  expect(root.getAsset()).toMatchObject({
    copyright: 'SANDBOX – not a real result',
    extras: { sandbox: true },
  })
  const [texture] = root.listTextures()
  expect(await sharp(texture?.getImage() ?? new Uint8Array()).metadata()).toMatchObject({ width: 512, height: 512 })
  const surface = root.listMeshes()[0]?.listPrimitives()[0]
  const [positions, normals] = ['POSITION', 'NORMAL'].map((name) => surface?.getAttribute(name))
  const corners = surface?.getIndices()
  if (!positions || !normals || !corners) throw new Error('The cube lacks an attribute.')
  expect(surface?.getAttribute('TEXCOORD_0')?.getCount()).toBe(24)
  expect(corners.getCount()).toBe(36)
  const corner = (index: number): number[] => positions.getElement(corners.getScalar(index), [0, 0, 0])
  const edge = (from: number, to: number): number[] =>
    corner(to).map((value, axis) => value - (corner(from)[axis] ?? 0))
  for (let first = 0; first < 36; first += 3) {
    const [one, other] = [edge(first, first + 1), edge(first, first + 2)]
    const facing = [0, 1, 2].map((axis) => {
      const [next, last] = [(axis + 1) % 3, (axis + 2) % 3]
      return (one[next] ?? 0) * (other[last] ?? 0) - (one[last] ?? 0) * (other[next] ?? 0)
    })
    const normal = normals.getElement(corners.getScalar(first), [0, 0, 0])
    for (const axis of [0, 1, 2]) expect(facing[axis]).toBeCloseTo(normal[axis] ?? Number.NaN)
  }
})
