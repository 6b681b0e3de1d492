import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { GetObjectCommand, ListObjectsV2Command, S3Client, S3ServiceException } from '@aws-sdk/client-s3'
import { S3Driver } from 'flydrive/drivers/s3'
import { SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { S3Place } from './s3-place.ts'
import { OWNERS } from './storage-mark.ts'

const CONNECT_MS = 5 * SECOND_MS
/** A server that does not answer for so long counts as gone. */
const SILENCE_MS = 60 * SECOND_MS
/** The databases whose files are here: an empty object for each. */
/** The error codes of a full bucket: Amazon's, MinIO's, Ceph's. */
const FULL = new Set(['EntityTooLarge', 'XMinioStorageFull', 'QuotaExceeded', 'InsufficientStorage'])

/**
 * flydrive's driver for S3 and compatible servers, inside a folder of the bucket, with ranges, and with errors as codes:
 * `not_found`, `storage_full`, `store_unavailable` (unreachable, or no longer permitted). flydrive's listing, copying and
 * `deleteAll`, which are not needed here, ignore the folder.
 */
export class S3Files extends S3Driver {
  readonly #client: S3Client
  readonly #place: S3Place

  constructor(place: S3Place) {
    const { bucket, region, endpoint, forcePathStyle, credentials } = place
    const client = new S3Client({
      forcePathStyle,
      ...(region === undefined ? {} : { region }),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined ? {} : { credentials }),
      requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
      // Many S3 servers do not know the checksums that Amazon's SDK adds by default since 2025, and refuse
      // them. The signature covers the body, and the row of each file has a checksum.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    })
    // Buckets have no access lists unless their owner switches them on, and most other servers have none at all.
    super({ client, bucket, visibility: 'private', supportsACL: false })
    this.#client = client
    this.#place = place
    client.middlewareStack.add(
      (next) => async (call) => {
        const { input } = call
        const placed = 'Key' in input ? { ...input, Key: `${place.folder}${input.Key}` } : input
        try {
          return await next({ ...call, input: placed })
        } catch (error) {
          throw meaningOf(error)
        }
      },
      { step: 'initialize', name: 'inOurFolder' },
    )
  }

  /** Bytes `start` to `end`, both included. */
  async getRange(key: string, { start, end }: { start: number; end: number }): Promise<Readable> {
    const { bucket } = this.#place
    const { Body } = await this.#client.send(
      new GetObjectCommand({ Bucket: bucket, Key: key, Range: `bytes=${start}-${end}` }),
    )
    return Body as Readable // in Node the body is one of its streams
  }

  /** Needs the permission to list the bucket, unlike everything else here. */
  async *filesBefore(before: number): AsyncGenerator<string[]> {
    for (let first = 0; first < 256; first++) {
      const folder = first.toString(16).padStart(2, '0')
      for await (const objects of this.#list(`${folder}/`)) {
        yield objects.flatMap(({ key, writtenAt }) => (writtenAt < before ? [key] : []))
      }
    }
  }

  async enterOwner(name: string): Promise<void> {
    await this.put(`${OWNERS}/${name}`, name)
  }

  async owners(): Promise<string[]> {
    const owners: string[] = []
    for await (const objects of this.#list(`${OWNERS}/`)) {
      owners.push(...objects.map(({ key }) => key.slice(OWNERS.length + 1)))
    }
    return owners
  }

  async *#list(prefix: string): AsyncGenerator<{ key: string; writtenAt: number }[]> {
    const { bucket, folder } = this.#place
    let token: string | undefined
    do {
      const { Contents = [], NextContinuationToken } = await this.#client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: `${folder}${prefix}`,
          ContinuationToken: token,
          MaxKeys: 500,
        }),
      )
      yield Contents.flatMap(({ Key, LastModified }) =>
        Key === undefined || !LastModified
          ? []
          : [{ key: Key.slice(folder.length), writtenAt: LastModified.getTime() }],
      )
      token = NextContinuationToken
    } while (token !== undefined)
  }

  /** Writes and deletes a small file, as the gateway will. Throws an Error that says what to do. */
  async check(): Promise<void> {
    const key = `.check-${randomUUID()}`
    try {
      await this.put(key, 'Polyphony can write here.')
      await this.delete(key)
    } catch (error) {
      throw new Error(`STORAGE_URL names ${whereIs(this.#place)}, where no file can be kept: ${adviceOn(error)}`, {
        cause: error,
      })
    }
  }
}

function whereIs({ bucket, folder, endpoint }: S3Place): string {
  return `s3://${bucket}/${folder}${endpoint === undefined ? '' : ` at ${endpoint}`}`
}

/** The error for callers; the cause is for the log. */
function meaningOf(cause: unknown): PolyphonyError {
  const name = cause instanceof Error ? cause.name : ''
  const status = cause instanceof S3ServiceException ? cause.$metadata.httpStatusCode : undefined
  if (name === 'NoSuchKey' || name === 'NotFound')
    return new PolyphonyError('not_found', 'The file is gone.', { cause })
  if (status === 507 || FULL.has(name)) {
    return new PolyphonyError('storage_full', 'There is no room for the file; nothing was stored.', { cause })
  }
  const fault = cause instanceof S3ServiceException && cause.$fault === 'client' ? 'refuses us' : 'does not answer'
  return new PolyphonyError('store_unavailable', `The storage of files ${fault}; the log says why.`, { cause })
}

/** What to do, by the error codes of Amazon's S3 documentation, which the other servers share. */
const ADVICE: Readonly<Record<string, string>> = {
  NoSuchBucket: 'there is no such bucket. Create it, or name another; the gateway makes none.',
  InvalidAccessKeyId: 'it does not know the key. Correct AWS_ACCESS_KEY_ID.',
  SignatureDoesNotMatch: 'the secret is not that of the key. Correct AWS_SECRET_ACCESS_KEY.',
  AccessDenied: 'the credentials may not do it. They need s3:PutObject, s3:GetObject and s3:DeleteObject.',
  CredentialsProviderError: 'there are no credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  ExpiredToken: 'the credentials have expired. Renew AWS_SESSION_TOKEN with its key and secret.',
  PermanentRedirect: 'the bucket lies elsewhere. Correct region or endpoint.',
  AuthorizationHeaderMalformed: 'the bucket lies in another region. Correct region.',
}

function adviceOn(error: unknown): string {
  const words: string[] = []
  for (let at = error; at instanceof Error; at = at.cause) {
    const advice = ADVICE[at.name]
    if (advice !== undefined) return advice
    words.push(at.message)
  }
  const last = words.at(-1) ?? String(error)
  if (last === 'Region is missing') return 'no region is known. Add ?region=… to STORAGE_URL.'
  return `${last}. Is the endpoint right, and does it run?`
}
