import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import gateway from '../package.json' with { type: 'json' }
import provider from '../packages/ai-sdk-provider/package.json' with { type: 'json' }
import client from '../packages/client/package.json' with { type: 'json' }
import n8n from '../packages/n8n-nodes-polyphony/package.json' with { type: 'json' }
import { clientFiles } from '../scripts/client-types.ts'

describe('the client packages', () => {
  it.each(Object.entries(clientFiles()))(
    'have what the catalogue has in %s; `node scripts/client-types.ts` writes it again',
    async (path, text) => {
      expect(await readFile(path, 'utf8')).toBe(text)
    },
  )

  it('have the version of the gateway, and of each other', async () => {
    expect(client.version).toBe(gateway.version)
    expect(provider.version).toBe(gateway.version)
    expect(n8n.version).toBe(gateway.version)
    expect(provider.dependencies['@polyphony/client']).toBe(gateway.version)
    const python = await readFile(new URL('../packages/python-client/pyproject.toml', import.meta.url), 'utf8')
    expect(/^version = "(.*)"$/m.exec(python)?.[1]).toBe(gateway.version)
  })

  it('need no package in the node of n8n, which n8n would have to install, and nothing of n8n in the gateway', () => {
    expect(n8n).not.toHaveProperty('dependencies')
    expect(n8n.keywords).toContain('n8n-community-node-package')
    const names = Object.keys({ ...gateway.dependencies, ...gateway.devDependencies })
    expect(names.filter((name) => name.includes('n8n'))).toEqual([])
  })

  it('need no package in the client, and those of the gateway in the provider', () => {
    expect(client).not.toHaveProperty('dependencies')
    const { '@polyphony/client': _, ...others } = provider.dependencies
    expect(gateway.dependencies).toMatchObject(others)
  })
})
