import type { OAuthClientProvider } from '@modelcontextprotocol/client'

export const RETURNS_TO = 'http://127.0.0.1:7777/callback'

export type Tokens = NonNullable<Awaited<ReturnType<OAuthClientProvider['tokens']>>>
type Discovery = NonNullable<Awaited<ReturnType<NonNullable<OAuthClientProvider['discoveryState']>>>>
type Registration = NonNullable<Awaited<ReturnType<OAuthClientProvider['clientInformation']>>>

/** What a host of MCP keeps, for the steps of OAuth of the official client. */
export class Host implements OAuthClientProvider {
  registration: Registration | undefined
  kept: Tokens | undefined
  verifier = ''
  sentTo: URL | undefined
  discovery: Discovery | undefined
  readonly redirectUrl = RETURNS_TO
  /** The address of a document about the host; undefined = it registers. */
  readonly clientMetadataUrl?: string
  constructor(clientMetadataUrl?: string) {
    if (clientMetadataUrl !== undefined) this.clientMetadataUrl = clientMetadataUrl
  }
  readonly clientMetadata = {
    client_name: 'A host',
    redirect_uris: [RETURNS_TO],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  }
  state = () => 'a state'
  clientInformation = () => this.registration
  saveClientInformation = (registration: Registration) => {
    this.registration = registration
  }
  tokens = () => this.kept
  saveTokens = (tokens: Tokens) => {
    this.kept = tokens
  }
  redirectToAuthorization = (url: URL) => {
    this.sentTo = url
  }
  saveCodeVerifier = (verifier: string) => {
    this.verifier = verifier
  }
  codeVerifier = () => this.verifier
  saveDiscoveryState = (state: Discovery) => {
    this.discovery = state
  }
  discoveryState = () => this.discovery
  invalidateCredentials = () => {
    this.kept = undefined
  }
}
