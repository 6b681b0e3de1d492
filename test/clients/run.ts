import { join } from 'node:path'
import { PROTOCOLS } from '../../scripts/guide/protocols.ts'
import { inPython } from '../../scripts/python.ts'
import { generatePython, PYTHON_PACKAGE } from '../../scripts/python-client.ts'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import { openGateway, TEST_KEY } from '../support/gateway.ts'

/**
 * The vendors' Python clients against a gateway: `npm run test:clients`. Needs Python 3.11 or later and its registry: the
 * packages go into an environment in a temporary folder. Exit code 1 when a check failed, 2 when there is no Python.
 */
process.exitCode = await inPython(join(import.meta.dirname, 'requirements.txt'), async (python) => {
  await using gateway = await openGateway()
  const picture = Buffer.from((await sampleFiles['image/png']?.()) ?? []).toString('base64')
  const calls = await python([join(import.meta.dirname, 'clients.py')], {
    GATEWAY_URL: gateway.url,
    GATEWAY_KEY: TEST_KEY,
    PICTURE: picture,
    LITELLM_LOCAL_MODEL_COST_MAP: 'True',
  })
  const programs = PROTOCOLS.flatMap(({ slug, python: program }) =>
    program ? [[slug, program.code.replaceAll('http://127.0.0.1:8080', gateway.url)]] : [],
  )
  const guide = await python([join(import.meta.dirname, 'guide.py')], {
    POLYPHONY_KEY: TEST_KEY,
    GUIDE_PROGRAMS: JSON.stringify(Object.fromEntries(programs)),
  })
  // The project's own client last, as it is published: generated, and installed as a package.
  const isMade =
    (await python(['-m', 'pip', 'install', '--quiet', '--requirement', join(PYTHON_PACKAGE, 'requirements.txt')])) ===
      0 &&
    (await generatePython(python)) === 0 &&
    (await python(['-m', 'pip', 'install', '--quiet', PYTHON_PACKAGE])) === 0
  const own = isMade
    ? await python([join(import.meta.dirname, 'own.py')], { GATEWAY_URL: gateway.url, GATEWAY_KEY: TEST_KEY })
    : 1
  return Math.max(calls, guide, own)
})
