import type { FastifyInstance } from 'fastify'
import { knownAtReplicate } from '../../catalog/hosted.ts'
import type { HostedKind } from '../../catalog/outputs.ts'
import { PolyphonyError } from '../../core/errors.ts'
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
  const known = knownAtReplicate(`${owner}/${name}`)
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
    latest_version: null,
  }
}
