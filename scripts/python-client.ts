import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inPython, type RunPython } from './python.ts'
import { describedByGateway } from './web-api.ts'

/**
 * `npm run python-client`: generates the client for Python out of the gateway's own description, into the package of
 * `packages/python-client`. The generated code is no part of the repository: that it is current could be tested only where there
 * is Python. Exit code 2 where there is none.
 */

export const PYTHON_PACKAGE = fileURLToPath(new URL('../packages/python-client/', import.meta.url))
const GENERATED = join(PYTHON_PACKAGE, 'polyphony_client/generated')

type Member = Record<string, unknown>
interface Described {
  info: Member
  paths: Record<string, Record<string, { requestBody?: { content: Record<string, Member> } }>>
  components: { schemas: Record<string, Member> } & Member
}

/** The part of a gateway's description that is its own protocol, in a form that a generator makes few classes of. */
export function ownProtocol(document: Described): Described {
  const { info, paths, components } = structuredClone(document)
  const schemas = Object.fromEntries(
    Object.entries(components.schemas).filter(([name]) => name.startsWith('Polyphony')),
  )
  // Every operation has a form of its own there, each of which would be classes: they stay open.
  schemas.PolyphonyTaskRequest = {
    type: 'object',
    required: ['operation', 'input'],
    properties: { operation: { type: 'string' }, input: { type: 'object' }, webhook: { type: 'string' } },
  }
  schemas.PolyphonyTask = withOpenOutput(schemas.PolyphonyTask ?? {})
  const own = Object.fromEntries(Object.entries(paths).filter(([path]) => path.startsWith('/polyphony/v1/')))
  for (const operations of Object.values(own)) {
    for (const { requestBody } of Object.values(operations)) delete requestBody?.content['application/json']?.examples
  }
  return {
    ...document,
    info: { ...info, title: 'Polyphony' },
    paths: own,
    components: { ...components, schemas },
    ...{ webhooks: {} },
  }
}

function withOpenOutput(task: Member): Member {
  return { ...task, properties: { ...(task.properties as Member), output: {} } }
}

/** Generates into the package, whose earlier code is deleted. Resolves with the exit code of the generator. */
export async function generatePython(python: RunPython): Promise<number> {
  const scratch = await mkdtemp(join(tmpdir(), 'polyphony-python-client-'))
  try {
    const description = join(scratch, 'polyphony.json')
    await writeFile(description, JSON.stringify(ownProtocol((await describedByGateway()) as unknown as Described)))
    const config = join(scratch, 'config.json')
    // Nobody edits the code, so it need not be formatted.
    await writeFile(config, JSON.stringify({ post_hooks: [] }))
    await rm(GENERATED, { recursive: true, force: true })
    const from = ['--path', description, '--config', config, '--output-path', GENERATED, '--meta', 'none']
    return await python(['-m', 'openapi_python_client', 'generate', ...from])
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

if (import.meta.main) {
  process.exitCode = await inPython(join(PYTHON_PACKAGE, 'requirements.txt'), async (python) => {
    const generated = await generatePython(python)
    if (generated !== 0) return generated
    return python(['-m', 'build', '--outdir', join(PYTHON_PACKAGE, 'dist'), PYTHON_PACKAGE])
  })
}
