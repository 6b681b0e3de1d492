import type { ICredentialType } from 'n8n-workflow'

export class PolyphonyApi implements ICredentialType {
  name = 'polyphonyApi'
  displayName = 'Polyphony API'
  icon = 'file:polyphony.svg'
  properties = [
    {
      displayName: 'URL of the Gateway',
      name: 'url',
      type: 'string',
      default: '',
      required: true,
      placeholder: 'e.g. https://gateway.example',
      description: 'Where n8n reaches the gateway',
    },
    {
      displayName: 'API Key',
      name: 'apiKey',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      required: true,
      description: 'A key of the gateway. One of test mode makes sample files and costs nothing.',
    },
  ]
  authenticate: NonNullable<ICredentialType['authenticate']> = {
    type: 'generic',
    properties: { headers: { 'x-api-key': '={{$credentials.apiKey}}' } },
  }
  test: NonNullable<ICredentialType['test']> = {
    request: { baseURL: '={{$credentials.url.replace(/\\/+$/, "")}}', url: '/account/info' },
  }
}
