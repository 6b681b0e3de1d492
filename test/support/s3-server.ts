import { mkdtemp, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DeleteObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'

/** The only key pair that s3rver knows. It looks at the key and not at the signature. */
export const S3_KEYS = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' }

/** A server that speaks S3, with an empty bucket named `files`. */
export interface S3Server extends AsyncDisposable {
  url: string
  /** A STORAGE_URL of this server: `files`, or a folder of it (`files/generated`), or another bucket. */
  storageUrl(bucketAndFolder?: string): string
  /** The keys in the bucket, in order. */
  keys(): Promise<string[]>
  /** Deletes one behind the gateway's back. */
  remove(key: string): Promise<void>
  close(): Promise<void>
}

/** What is used of s3rver, which brings no types. */
interface S3rver {
  run(): Promise<AddressInfo>
  httpServer: Server
}

export async function openS3Server(): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'polyphony-s3-'))
  const Opened = createRequire(import.meta.url)('s3rver') as new (options: object) => S3rver // see there
  const server = new Opened({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: 'files' }],
  })
  const { port } = await server.run()
  const url = `http://127.0.0.1:${port}`
  const client = new S3Client({
    region: 'us-east-1',
    endpoint: url,
    forcePathStyle: true,
    credentials: { accessKeyId: S3_KEYS.AWS_ACCESS_KEY_ID, secretAccessKey: S3_KEYS.AWS_SECRET_ACCESS_KEY },
  })
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing ??= new Promise<void>((closed) => {
      server.httpServer.close(() => closed())
      server.httpServer.closeAllConnections()
    }).then(() => rm(directory, { recursive: true, force: true }))
    return closing
  }
  return {
    url,
    storageUrl: (bucketAndFolder = 'files') => `s3://${bucketAndFolder}?endpoint=${url}&force_path_style=true`,
    async keys() {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: 'files' }))
      return Contents.map(({ Key }) => String(Key)).sort()
    },
    async remove(key) {
      await client.send(new DeleteObjectCommand({ Bucket: 'files', Key: key }))
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
