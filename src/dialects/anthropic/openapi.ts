import type { ApiDescription } from '../dialect.ts'
import { callDescriptions } from '../kit/call-openapi.ts'

const TAG = 'Anthropic: messages'
const { call } = callDescriptions(TAG, ({ status }) => status)

export type Descriptions = ReturnType<typeof operationsOf>

/** The routes of this API, in OpenAPI. What their bodies hold is the vendor's to say; most of it passes as it comes. */
export async function describeAnthropic(): Promise<ApiDescription> {
  return {
    tags: [{ name: TAG, description: 'Anthropic’s Messages API. Any model may be named here, of whichever vendor.' }],
    operations: operationsOf(),
    webhooks: {},
    schemas: {},
  }
}

function operationsOf() {
  return {
    messages: call('Answer a conversation'),
    count_tokens: call('Count the tokens of a request'),
  }
}
