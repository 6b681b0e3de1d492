import { keep } from './keep.ts'
import { SOFTWARE, TITLE } from './mark.ts'
import { sandboxPicture } from './picture.ts'

const TEXTURE_PX = 512

/** A cube in glTF's binary form, each side with the word SANDBOX. Kept; callers share the bytes and must not write into them. */
export const sandboxModel = (): Promise<Uint8Array> => keptModel('cube')

const keptModel = keep(make, { maxBytes: 2 ** 20, sizeBytes: ({ length }) => length })

async function make(): Promise<Uint8Array> {
  const [{ Document, WebIO }, picture] = await Promise.all([
    import('@gltf-transform/core'),
    sandboxPicture({ widthPx: TEXTURE_PX, heightPx: TEXTURE_PX, mediaType: 'image/png' }),
  ])
  const document = new Document()
  const root = document.getRoot()
  const asset = root.getAsset()
  asset.generator = SOFTWARE
  asset.copyright = TITLE
  asset.extras = { sandbox: true, note: TITLE }
  const buffer = document.createBuffer()
  const { positions, normals, places, corners } = cube()
  const accessor = (type: 'VEC3' | 'VEC2' | 'SCALAR', values: Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>) =>
    document.createAccessor().setBuffer(buffer).setType(type).setArray(values)
  const texture = document.createTexture(TITLE).setImage(picture).setMimeType('image/png')
  const material = document
    .createMaterial('Sandbox')
    .setBaseColorTexture(texture)
    .setMetallicFactor(0)
    .setRoughnessFactor(0.8)
  const surface = document
    .createPrimitive()
    .setAttribute('POSITION', accessor('VEC3', positions))
    .setAttribute('NORMAL', accessor('VEC3', normals))
    .setAttribute('TEXCOORD_0', accessor('VEC2', places))
    .setIndices(accessor('SCALAR', corners))
    .setMaterial(material)
  const node = document.createNode('Sandbox').setMesh(document.createMesh('Sandbox').addPrimitive(surface))
  root.setDefaultScene(document.createScene('Sandbox').addChild(node))
  return new WebIO().writeBinary(document)
}

type Vector = readonly [number, number, number]

/** Each side: where it looks, and which way its picture's right is. Up follows from the two. */
const SIDES: readonly { out: Vector; right: Vector }[] = [
  { out: [0, 0, 1], right: [1, 0, 0] },
  { out: [1, 0, 0], right: [0, 0, -1] },
  { out: [0, 0, -1], right: [-1, 0, 0] },
  { out: [-1, 0, 0], right: [0, 0, 1] },
  { out: [0, 1, 0], right: [1, 0, 0] },
  { out: [0, -1, 0], right: [1, 0, 0] },
]

/** The corners of a side, counter-clockwise from the lower left one as seen from outside. */
const CORNERS = [
  [-1, -1],
  [1, -1],
  [1, 1],
  [-1, 1],
] as const

/** One metre a side, around the origin; four corners for each side, so that edges stay sharp. */
function cube() {
  const at = SIDES.flatMap(({ out, right }) => {
    const up = cross(out, right)
    return CORNERS.map(([across, along]) => ({
      position: out.map((value, axis) => 0.5 * (value + across * (right[axis] ?? 0) + along * (up[axis] ?? 0))),
      normal: out,
      place: [(1 + across) / 2, (1 - along) / 2],
    }))
  })
  return {
    positions: Float32Array.from(at.flatMap(({ position }) => position)),
    normals: Float32Array.from(at.flatMap(({ normal }) => normal)),
    places: Float32Array.from(at.flatMap(({ place }) => place)),
    corners: Uint16Array.from(SIDES.flatMap((_, side) => [0, 1, 2, 0, 2, 3].map((corner) => 4 * side + corner))),
  }
}

const cross = ([a, b, c]: Vector, [d, e, f]: Vector): Vector => [b * f - c * e, c * d - a * f, a * e - b * d]
