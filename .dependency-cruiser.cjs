/**
 * The arrows of docs/architecture.md. Each room names the rooms that it may import; everything else is an error.
 * Tests and the shared test suites (contract) stand beside the code and may reach further.
 */
const TESTS = '\\.(test|testing|property\\.test)\\.ts$|/contract(\\.ts$|/)'

const rooms = {
  core: [],
  catalog: ['core'],
  engines: [],
  config: ['core'],
  store: ['core', 'config/sync-folder'],
  tenants: ['core', 'store'],
  // Who is who: sessions, and the package of the login.
  people: ['core', 'store', 'tenants'],
  assets: ['core', 'store', 'engines/mp3', 'config/(private-folder|sync-folder)'],
  webhooks: ['core', 'store', 'assets'],
  accounts: ['core', 'store', 'providers/provider'],
  prices: ['core', 'catalog', 'store'],
  tasks: ['core', 'catalog', 'prices', 'store', 'accounts', 'assets', 'webhooks', 'providers/provider'],
  // Requests that are answered on the spot: nothing of a dialect, nothing of a vendor.
  calls: ['core', 'store', 'accounts/member', 'assets', 'providers/provider'],
  // Who takes money, and what becomes of it.
  payments: ['core', 'store', 'assets'],
  notices: ['core', 'store', 'assets', 'webhooks', 'config/setting-forms'],
  tracing: ['core', 'tasks/observer'],
  // What administrators do, without HTTP: the server and the command line run the same verbs.
  admin: ['core', 'catalog', 'engines/font-files', 'store', 'accounts', 'payments', 'people', 'prices', 'tenants'],
  // Databases and services of others, and what is made of them here.
  imports: ['core', 'catalog', 'store', 'accounts', 'people', 'prices', 'tenants'],
  http: ['core', 'store', 'assets', 'tasks', 'tenants', 'dialects/(dialect|kit)'],
  dialects: ['core', 'calls', 'catalog', 'prices', 'assets', 'tasks', 'tenants'],
  providers: ['core', 'catalog', 'engines', 'assets'],
  // The verbs as routes, served as a dialect is: the same keys, the same way to answer an error.
  workspace: ['core', 'catalog', 'accounts', 'admin', 'payments', 'people', 'prices', 'dialects/(dialect|kit)'],
}

const arrows = Object.entries(rooms).map(([room, allowed]) => ({
  name: `${room}-knows-only`,
  comment: `src/${room} may import ${allowed.join(', ') || 'nothing of ours'}.`,
  severity: 'error',
  from: { path: `^src/${room}/`, pathNot: TESTS },
  to: {
    path: '^src/',
    pathNot: [
      `^src/${room}/`,
      ...allowed.map((other) => `^src/${other}(/|\\.ts$|$)`),
      '^src/(version|thread-file)\\.ts$',
    ],
  },
}))

module.exports = {
  forbidden: [
    ...arrows,
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'an-engine-knows-only-engines',
      comment: 'Engines know nothing of tasks, HTTP or stores.',
      severity: 'error',
      from: { path: '^src/engines/', pathNot: TESTS },
      to: { path: '^src/(?!engines/|thread-file)' },
    },
    {
      name: 'dialects-do-not-know-each-other',
      severity: 'error',
      comment:
        'But the tools of MCP take and give the bodies of our own protocol, and take those of PiAPI: they have none.',
      from: { path: '^src/dialects/([^/]+)/', pathNot: [TESTS, '^src/dialects/mcp/'] },
      to: { path: '^src/dialects/[^/]+/', pathNot: '^src/dialects/($1|kit|shared)/' },
    },
    {
      name: 'mcp-knows-the-bodies-of-two-dialects',
      severity: 'error',
      from: { path: '^src/dialects/mcp/', pathNot: TESTS },
      to: {
        path: '^src/dialects/[^/]+/',
        pathNot: '^src/dialects/(mcp|kit|shared|polyphony)/|^src/dialects/piapi/to-task\\.ts$',
      },
    },
    {
      name: 'providers-do-not-know-each-other',
      severity: 'error',
      comment: 'But a relay, which forwards to other vendors in their own protocols, reads their manifests.',
      from: { path: '^src/providers/([^/]+)/', pathNot: [TESTS, '^src/providers/relay/proxied-vendors\\.ts$'] },
      to: { path: '^src/providers/[^/]+/', pathNot: '^src/providers/($1|kit)/' },
    },
    {
      name: 'the-composition-does-not-know-the-command-line',
      severity: 'error',
      from: { path: '^src/(main\\.ts$|compose/)', pathNot: TESTS },
      to: { path: '^src/cli/' },
    },
    {
      name: 'only-the-composition-knows-http',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(http/|compose/|main\\.ts$)|${TESTS}` },
      to: { path: '^src/http/' },
    },
    {
      name: 'only-the-command-line-knows-the-composition',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(cli/|compose/|main\\.ts$)|${TESTS}` },
      to: { path: '^src/(main\\.ts$|compose/)' },
    },
    {
      name: 'no-development-packages-at-run-time',
      severity: 'error',
      from: { path: '^src/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.json'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
