import type { FastifyInstance } from 'fastify'
import { knownAtReplicate } from '../../catalog/hosted.ts'
import type { HostedKind } from '../../catalog/outputs.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { PREFIX } from './from-task.ts'
import type { Descriptions } from './openapi.ts'

const described = describedBy<Descriptions>()

const MAKES: Record<HostedKind, string> = {
  pictures: 'Makes pictures.',
  videos: 'Makes a video.',
  sounds: 'Makes a sound.',
  texts: 'Makes text.',
  model: 'Makes a 3D model.',
}

interface OneModel {
  Params: { owner: string; name: string }
}

/**
 * What is known of Replicate's catalogue, which is not ours: the output of well-known models, no collections, and the
 * owner of the key. Everything that is not known is null or empty.
 */
export function modelRoutes(app: FastifyInstance, context: DialectContext): void {
  app.get<OneModel>('/models/:owner/:name', described('replicateModel'), (request) =>
    modelBody(request.params, context.urls.publicUrl),
  )

  // The id may be that of `latest_version`, which has a slash.
  app.get<{ Params: OneModel['Params'] & { '*': string } }>(
    '/models/:owner/:name/versions/*',
    described({ '/models/{owner}/{name}/versions/{id}': 'replicateVersion' }),
    ({ params: { owner, name, '*': id } }) => versionBody({ owner, name }, id),
  )

  app.get<OneModel>('/models/:owner/:name/versions', described('replicateVersions'), ({ params }) => {
    const results = knownAtReplicate(nameOf(params)) ? [latestVersion(params)] : []
    return { next: null, previous: null, results }
  })

  app.get('/collections', described('replicateCollections'), () => ({
    next: null,
    previous: null,
    results: [],
  }))

  app.get('/webhooks/default/secret', described('replicateWebhookSecret'), async ({ caller }) => ({
    key: await context.signingSecretOf(caller),
  }))

  app.get('/account', described('replicateAccount'), async ({ caller }) => {
    const { name } = await context.tenantOf(caller)
    return { type: 'organization', username: name, name, github_url: null }
  })
}

export function modelBody({ owner, name }: OneModel['Params'], publicUrl: string) {
  const known = knownAtReplicate(nameOf({ owner, name }))
  if (!known) {
    throw new PolyphonyError(
      'not_found',
      `${owner}/${name} is not described here. Predictions of it are accepted all the same.`,
    )
  }
  return {
    url: `${publicUrl}${PREFIX}/models/${owner}/${name}`,
    owner,
    name,
    description: MAKES[known.makes],
    visibility: 'public',
    is_official: false,
    github_url: null,
    paper_url: null,
    license_url: null,
    run_count: 0,
    cover_image_url: null,
    default_example: null,
    latest_version: latestVersion({ owner, name }),
  }
}

function nameOf({ owner, name }: OneModel['Params']): string {
  return `${owner}/${name}`
}

/** A model's name stands for its latest version, in a prediction too. */
function latestVersion(model: OneModel['Params']) {
  return versionBody(model, nameOf(model))
}

/**
 * A version, which clients read after they have made a prediction of it, to learn whether its output is a list that
 * comes piece by piece. When it was made and by what is not known here.
 */
export function versionBody(model: OneModel['Params'], id: string) {
  return {
    id,
    created_at: new Date(0).toISOString(),
    cog_version: '',
    openapi_schema: { components: { schemas: { Output: { title: 'Output', ...outputSchema(nameOf(model)) } } } },
  }
}

function outputSchema(name: string): JsonObject {
  const known = knownAtReplicate(name)
  if (!known) return {}
  const { makes, isSingle } = known
  if (makes === 'model') return { type: 'object' }
  const one = makes === 'texts' ? { type: 'string' } : { type: 'string', format: 'uri' }
  if (isSingle) return one
  // Language models give their words one by one.
  return { type: 'array', items: one, ...(makes === 'texts' ? { 'x-cog-array-type': 'iterator' } : {}) }
}
