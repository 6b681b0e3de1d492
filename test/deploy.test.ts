import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { SETTINGS } from '../src/config/settings.ts'

const textOf = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const KNOWN = new Set(Object.keys(SETTINGS))
/** Variables of Node.js, of the AWS SDK and of the other services. */
const OTHERS = /^(NODE_|AWS_|POSTGRES_|MINIO_)/

describe('the files for installing', () => {
  it('the image copies what exists, and checks a route that the server has', () => {
    const dockerfile = textOf('Dockerfile')
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) => names.split(' '))
    expect(copied).toEqual(['package.json', 'package-lock.json', 'bin', 'docs', 'scripts', 'src', 'web'])
    expect(copied.filter((name) => !existsSync(new URL(`../${name}`, import.meta.url)))).toEqual([])
    const ignored = textOf('.dockerignore')
    for (const name of copied) expect(ignored).toContain(`!${name}\n`)
    expect(dockerfile).toMatch(/^HEALTHCHECK/m)
    expect(dockerfile).toMatch(/^USER 1000:1000$/m)
  })

  it('name only settings that there are', () => {
    const { services } = parse(textOf('compose.yaml'))
    const manifests = parseAllDocuments(textOf('deploy/kubernetes/polyphony.yaml')).map((one) => one.toJS())
    const { data } = manifests.find(({ kind }) => kind === 'ConfigMap')
    const inImage = [...textOf('Dockerfile').matchAll(/^(?:ENV| {3}) (\w+)=\S/gm)].map(([, name = '']) => name)
    const named = [...Object.keys(services.polyphony.environment), ...Object.keys(data), ...inImage]
    expect(named.length).toBeGreaterThan(8)
    expect(named.filter((name) => !KNOWN.has(name) && !OTHERS.test(name))).toEqual([])
  })

  it('the manifests probe the routes of health, and give a stop its time', () => {
    const manifests = parseAllDocuments(textOf('deploy/kubernetes/polyphony.yaml')).map((one) => one.toJS())
    const { spec } = manifests.find(({ kind }) => kind === 'Deployment').spec.template
    const [container] = spec.containers
    expect(container.startupProbe.httpGet.path).toBe('/healthz')
    expect(container.livenessProbe.httpGet.path).toBe('/healthz')
    expect(container.readinessProbe.httpGet.path).toBe('/readyz')
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(15)
    expect(textOf('deploy/systemd/polyphony.service')).toContain('TimeoutStopSec=15')
  })
})
