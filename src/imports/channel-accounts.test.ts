import { expect, it } from 'vitest'
import { accountPlan } from './channel-accounts.ts'
import type { Relay, SourceChannel } from './relay-rows.ts'

const channel = (type: number, baseUrl: string): SourceChannel => ({
  id: 1,
  name: 'a channel',
  type,
  baseUrl,
  keys: [],
  models: [],
  groups: [],
  weight: 0,
  priority: 0,
  isDisabled: false,
  organization: '',
  other: '',
  config: {},
  modelMapping: {},
  extras: [],
})

// new-api and one-api append the path of an endpoint to the channel's address, by its type.
it.each<[Relay, number, string, string]>([
  ['new-api', 1, 'https://gateway.example', 'https://gateway.example/v1'],
  ['new-api', 1, 'https://gateway.example/team/a', 'https://gateway.example/team/a/v1'],
  ['new-api', 8, 'https://gateway.example/openai/v3/chat/completions', 'https://gateway.example/openai/v3'],
  ['new-api', 17, '', 'https://dashscope.aliyuncs.com/compatible-mode/v1'],
  ['new-api', 17, 'https://dashscope-intl.aliyuncs.com', 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1'],
  ['new-api', 26, 'https://open.bigmodel.example', 'https://open.bigmodel.example/api/paas/v4'],
  ['new-api', 27, 'https://proxy.example/perplexity', 'https://proxy.example/perplexity'],
  ['new-api', 45, 'https://ark.example', 'https://ark.example/api/v3'],
  ['new-api', 46, 'https://qianfan.example', 'https://qianfan.example/v2'],
  ['one-api', 40, 'https://ark.example', 'https://ark.example/api/v3'],
  ['one-api', 41, '', 'https://api.novita.ai/v3/openai'],
  ['one-api', 41, 'https://novita.example/v3/openai', 'https://novita.example/v3/openai'],
  ['one-api', 49, 'https://dashscope-intl.aliyuncs.com', 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1'],
  ['one-api', 51, 'https://proxy.example/v1beta/openai', 'https://proxy.example/v1beta/openai'],
])('a channel of %s of type %i at "%s" becomes an account at %s', (kind, type, baseUrl, expected) => {
  expect(accountPlan(kind, channel(type, baseUrl), 'sk-key')).toMatchObject({
    provider: 'openai-compatible',
    fields: { baseUrl: expected },
  })
})
