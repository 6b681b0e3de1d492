/** Names of OAuth that are needed without the package that issues the tokens. */

/** What a client may do: call the tools of MCP, and do so while the person is away. */
export const SCOPES = ['mcp', 'offline_access'] as const

/** The paths of the resources that tokens are for. */
export const RESOURCES = ['/mcp', '/mcp/piapi'] as const

/** How tokens begin; what follows is stored as a hash. */
export const ACCESS_PREFIX = 'poly_at_'
export const REFRESH_PREFIX = 'poly_rt_'
