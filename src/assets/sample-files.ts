import { crc32 } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'

/** Small valid files for tests: one of every kind that may be stored. */
export const sampleFiles: Record<string, () => Promise<Uint8Array>> = {
  'audio/mpeg': async () => mp3(2),
  'audio/wav': async () => wav(100),
  'image/jpeg': () => picture().jpeg().toBuffer(),
  'image/png': () => picture().png().toBuffer(),
  'image/webp': () => picture().webp().toBuffer(),
  'video/mp4': async () => mp4(),
  'model/gltf-binary': async () => glb(),
  'application/zip': async () => zip('heron.txt', 'a heron in the morning mist'),
}

/** Silent frames of 417 bytes: MPEG-1 layer III, 128 kbit/s, 44,100 Hz. */
export function mp3(frames: number): Uint8Array {
  const frame = Buffer.alloc(417)
  frame.set([0xff, 0xfb, 0x90, 0x00])
  return Buffer.concat(Array.from({ length: frames }, () => frame))
}

function wav(samples: number): Uint8Array {
  const header = Buffer.alloc(44)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(36 + 2 * samples, 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(8_000, 24)
  header.writeUInt32LE(16_000, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(2 * samples, 40)
  return Buffer.concat([header, Buffer.alloc(2 * samples)])
}

function picture(): Sharp {
  return sharp({ create: { width: 16, height: 16, channels: 3, background: '#336699' } })
}

function mp4(): Uint8Array {
  const brands = Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42', 'latin1')
  return Buffer.concat([brands, Buffer.from('\0\0\0\x08mdat', 'latin1')])
}

function glb(): Uint8Array {
  const json = '{"asset":{"version":"2.0"}} '
  const header = Buffer.alloc(20)
  header.write('glTF', 0, 'latin1')
  header.writeUInt32LE(2, 4)
  header.writeUInt32LE(20 + json.length, 8)
  header.writeUInt32LE(json.length, 12)
  header.write('JSON', 16, 'latin1')
  return Buffer.concat([header, Buffer.from(json)])
}

/** An archive of one file, stored as it is. */
function zip(name: string, text: string): Uint8Array {
  const entry = Buffer.alloc(26)
  entry.writeUInt16LE(20, 0) // the version that is needed to read it: 2.0
  entry.writeUInt32LE(crc32(text), 10)
  entry.writeUInt32LE(text.length, 14)
  entry.writeUInt32LE(text.length, 18)
  entry.writeUInt16LE(name.length, 22)
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), entry, Buffer.from(name + text)])
  const directory = Buffer.concat([
    Buffer.from('PK\x01\x02\x14\0'),
    entry,
    Buffer.alloc(14), // no comment, first disk, no attributes, at the start of the archive
    Buffer.from(name),
  ])
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06')
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, directory, end])
}
