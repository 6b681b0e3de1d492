import { spawnSync } from 'node:child_process'
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

  it('the compose file needs no variable for the gateway alone, and its address follows the port', () => {
    const text = textOf('compose.yaml')
    // Compose fills in every service before it looks at profiles.
    expect(text.replaceAll('$$', '').match(/\$\{\w+:?\?/g)).toBeNull()
    const { environment, ports } = parse(text).services.polyphony
    const filled = (value: string, variables: Record<string, string>): string => {
      const inner = value.replace(/\$\{(\w+):-([^${}]*)\}/g, (_, name, otherwise) => variables[name] ?? otherwise)
      return inner === value ? value : filled(inner, variables)
    }
    expect(filled(environment.PUBLIC_URL, {})).toBe('http://localhost:8080')
    expect(filled(environment.PUBLIC_URL, { PUBLIC_PORT: '9000' })).toBe('http://localhost:9000')
    expect(filled(ports[0], { PUBLIC_PORT: '9000' })).toBe('127.0.0.1:9000:8080')
  })

  it('the S3 server of the compose file does not start without credentials', () => {
    const [shell, flag, script] = parse(textOf('compose.yaml')).services.s3.entrypoint as string[]
    expect([shell, flag]).toEqual(['sh', '-c'])
    const harmless = script?.replaceAll('$$', '$').replace('mkdir -p /data/polyphony && exec minio', 'echo started')
    const run = (env: Record<string, string>) => spawnSync('sh', ['-c', harmless ?? ''], { env, encoding: 'utf8' })
    expect(run({ MINIO_ROOT_USER: 'u', MINIO_ROOT_PASSWORD: '' })).toMatchObject({
      stdout: '',
      stderr: expect.stringContaining('set AWS_SECRET_ACCESS_KEY in .env'),
    })
    expect(run({ MINIO_ROOT_USER: 'u', MINIO_ROOT_PASSWORD: 'p' })).toMatchObject({
      status: 0,
      stdout: 'started server /data\n',
    })
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
