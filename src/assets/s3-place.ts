export interface S3Place {
  bucket: string
  /** The prefix of every key: '' or a path that ends in a slash. */
  folder: string
  /** Absent: the SDK's default (AWS_REGION, the shared configuration). */
  region: string | undefined
  /** Absent: Amazon's own. */
  endpoint: string | undefined
  /** The bucket in the path in place of the host name: which most self-hosted servers require. */
  forcePathStyle: boolean
  /** Absent: the SDK's default chain (shared credentials, SSO, web identity, the container's or the machine's role). */
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } | undefined
}

/** Reads a setting that is not in the URL, by its name in the environment. */
export type Variable = (name: string) => string | undefined

const S3_FORM = 's3://bucket/folder?region=…&endpoint=…&force_path_style=true'
/** The region for self-hosted servers, which accept any. */
const ANY_REGION = 'us-east-1'

/** The bucket and folder of a STORAGE_URL. Throws an Error that says how to write it. */
export function s3Place(given: string, variable: Variable): S3Place {
  const url = URL.parse(given)
  if (!url?.hostname) throw new Error(`STORAGE_URL names no bucket; write it as ${S3_FORM}.`)
  if (url.username !== '' || url.password !== '' || url.port !== '') {
    throw new Error('STORAGE_URL has no place for credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.')
  }
  for (const name of url.searchParams.keys()) {
    if (!['region', 'endpoint', 'force_path_style'].includes(name)) {
      throw new Error(`STORAGE_URL has no parameter "${name}"; write it as ${S3_FORM}.`)
    }
  }
  const endpoint = url.searchParams.get('endpoint') ?? undefined
  if (endpoint !== undefined && !(/^https?:\/\//.test(endpoint) && URL.canParse(endpoint))) {
    throw new Error(`STORAGE_URL: endpoint must be an http or https URL, not "${endpoint}".`)
  }
  const pathStyle = url.searchParams.get('force_path_style') ?? 'false'
  if (!['true', 'false'].includes(pathStyle)) {
    throw new Error(`STORAGE_URL: force_path_style must be true or false, not "${pathStyle}".`)
  }
  const folder = decodeURIComponent(url.pathname).replace(/^\/+|(?<!\/)\/+$/g, '')
  const region = url.searchParams.get('region') ?? variable('AWS_REGION')
  return {
    bucket: url.hostname,
    folder: folder === '' ? '' : `${folder}/`,
    region: region ?? (endpoint === undefined ? undefined : ANY_REGION),
    endpoint,
    forcePathStyle: pathStyle === 'true',
    credentials: credentialsIn(variable),
  }
}

function credentialsIn(variable: Variable): S3Place['credentials'] {
  const accessKeyId = variable('AWS_ACCESS_KEY_ID')
  const secretAccessKey = variable('AWS_SECRET_ACCESS_KEY')
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new Error('Of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY only one is set; set both.')
  }
  const sessionToken = variable('AWS_SESSION_TOKEN')
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
}
