import { PolyphonyError } from '../../core/errors.ts'
import type { BuildModel } from '../kit/edited-body.ts'
import type { Account, CallSide } from '../provider.ts'
import { withClaudeOptions } from './claude-options.ts'

/** Vendors and regions with which the ids of models begin: https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html. */
const VENDORS = ['ai21', 'amazon', 'anthropic', 'cohere', 'deepseek', 'meta', 'mistral', 'openai', 'qwen', 'writer']
const REGIONS = ['us', 'eu', 'apac', 'jp', 'au', 'global']

/** Amazon Bedrock, by its Converse API. Every request is translated: it has a format of its own. */
export const bedrockCalls: CallSide = {
  models: [...VENDORS, ...REGIONS].map((name) => `${name}.*`),
  apiOf: () => 'bedrock',
  urlOf: () => undefined,
  headersOf: () => ({}),
  async loadModel({ model, settings, fetch }) {
    const { createAmazonBedrock } = await import('@ai-sdk/amazon-bedrock')
    const { region = '', baseUrl = '' } = settings
    const build: BuildModel = (send) =>
      createAmazonBedrock({
        region,
        ...credentialIn(settings),
        fetch: send,
        ...(baseUrl === '' ? {} : { baseURL: baseUrl }),
      })(model)
    // As the package tells them: https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html.
    return model.includes('anthropic.') ? withClaudeOptions(build, fetch) : build(fetch)
  },
}

/** The package would read what is left out from the environment, which belongs to another account perhaps. */
function credentialIn(settings: Account['settings']) {
  const { region = '', apiKey = '', accessKeyId = '', secretAccessKey = '', sessionToken = '' } = settings
  if (apiKey !== '') return { apiKey }
  if (accessKeyId === '' || secretAccessKey === '') {
    throw new PolyphonyError(
      'account_refused',
      'The account has neither an API key nor an access key and its secret.',
      {
        lacks: 'credential',
      },
    )
  }
  const given = { region, accessKeyId, secretAccessKey, ...(sessionToken === '' ? {} : { sessionToken }) }
  // An empty key is none, and is not looked for elsewhere.
  return { apiKey: '', credentialProvider: async () => given }
}
