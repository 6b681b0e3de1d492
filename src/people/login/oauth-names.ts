/** Names of OAuth that are needed without the packages of the login and of who issues tokens. */

/** What a client may do: call the tools of MCP, and do so while the person is away. */
export const SCOPES = ['mcp', 'offline_access'] as const

/** The paths of the resources that tokens are for. */
export const RESOURCES = ['/mcp', '/mcp/piapi'] as const

/** How tokens begin; what follows is stored as a hash. */
export const ACCESS_PREFIX = 'poly_at_'
export const REFRESH_PREFIX = 'poly_rt_'

/** How clients may prove who they are. The rest would have the gateway fetch keys from addresses that clients name. */
export const AUTH_METHODS = ['none', 'client_secret_basic', 'client_secret_post'] as const

/** Characters that the name of a client may have. */
export const NAME_LENGTH = 100

/** Characters of any other text of a client. */
export const TEXT_LENGTH = 2_000

/** Stored with clients whose id is the address of a document about them. */
export const DOCUMENTS = 'metadata-document'

/** Clients that are known and that nobody has let in. */
export const MOST_UNUSED = 1_000

/** The id of the operator's provider of OpenID Connect in the package of the login. */
export const PROVIDER = 'oidc'
