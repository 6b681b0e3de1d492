/** The first parts of the paths of the routes that belong to no protocol, with those of the workspace's pages. */
export const OWN_PARTS: ReadonlySet<string> = new Set([
  'accounts',
  'api',
  'assets',
  'callbacks',
  'chat',
  'claim',
  'connect',
  'docs',
  'enter',
  'favicon.ico',
  'files',
  'guide',
  'healthz',
  'invitation',
  'keys',
  'library',
  'llms-full.txt',
  'llms.txt',
  'metrics',
  'money',
  'openapi',
  'openapi.json',
  'operator',
  'readyz',
  'reset',
  'robots.txt',
  'settings',
  'sign-in',
  'sign-up',
  'studio',
  'tasks',
  'team',
])

/** Throws for a route of the server's own that the list above does not have: the public address may not begin like one. */
export function checkOwnRoute({ url }: { url: string }): void {
  const [, first = ''] = url.split('/')
  if (first === '' || first === '*' || OWN_PARTS.has(first)) return
  throw new Error(`The route ${url} begins with a part that OWN_PARTS of src/http/own-paths.ts does not have.`)
}
