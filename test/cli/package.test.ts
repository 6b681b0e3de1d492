import { execFile, spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPackages } from '../../scripts/build-packages.ts'
import { placeOwn, placePublished } from '../../scripts/published-manifest.ts'
import { listen } from '../../src/engines/studio/listen.testing.ts'
import { openS3Server, S3_KEYS } from '../support/s3-server.ts'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)

interface Packed {
  filename: string
  size: number
  files: { path: string }[]
}

it('the client packages compile, and the client runs in Node without anything else', { timeout: 120_000 }, async () => {
  await buildPackages()
  const script =
    "import { createClient } from './dist/index.js'; console.log(typeof createClient({ url: 'http://x', key: 'k' }).suno.music)"
  const words = ['--input-type=module', '--eval', script]
  const { stdout } = await run(process.execPath, words, { cwd: join(PROJECT, 'packages/client') })
  expect(stdout.trim()).toBe('function')
  expect(await readdir(join(PROJECT, 'packages/ai-sdk-provider/dist'))).toContain('index.d.ts')
})

describe('the package', () => {
  let folder: string
  let installed: string
  let packed: Packed

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyphony-package-'))
    installed = join(folder, 'installed')
    // `prepare` would build once more what the tests have built, and other tests read the manifest that `prepack` exchanges.
    const staged = join(folder, 'staged')
    for (const name of ['bin', 'dist', 'LICENSE', 'README.md', 'package.json']) {
      await cp(join(PROJECT, name), join(staged, name), { recursive: true })
    }
    placePublished(staged)
    const words = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
    const { stdout } = await run('npm', words, { cwd: staged, maxBuffer: 2 ** 24 })
    placeOwn(staged)
    expect(await readFile(join(staged, 'package.json'), 'utf8')).toBe(
      await readFile(join(PROJECT, 'package.json'), 'utf8'),
    )
    const [one] = Object.values(JSON.parse(stdout) as Record<string, Packed>)
    if (!one) throw new Error(`npm pack reported no package: ${stdout}`)
    packed = one
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('has the bundle, the command and the texts about it, and nothing else', () => {
    const paths = packed.files.map(({ path }) => path)
    expect(paths.filter((path) => !path.startsWith('dist/')).sort()).toEqual([
      'LICENSE',
      'README.md',
      'bin/polyphony.js',
      'package.json',
    ])
    expect(paths).toContain('dist/program.js')
    expect(paths).toContain('dist/THIRD-PARTY-LICENSES.txt')
    expect(paths).toContain('dist/web/THIRD-PARTY-LICENSES.txt')
    expect(paths).toEqual(expect.arrayContaining(['dist/guide/llms.txt.gz', 'dist/guide/THIRD-PARTY-LICENSES.txt']))
    expect(paths).toContain('dist/soundbank/LICENSE')
    expect(paths).toEqual(expect.arrayContaining(['dist/models/notices.json', 'dist/models/LICENSE-u2net']))
    // Of these, 11 MB are the sound bank, and 11 MB the networks of the workshop.
    expect(packed.size).toBeLessThan(34e6)
  })

  it('makes songs in two formats where it is installed, without development packages: they play, are paid for and announced, and lie in a bucket', {
    timeout: 300_000,
  }, async () => {
    await using s3 = await openS3Server()
    await mkdir(installed)
    await writeFile(join(installed, 'package.json'), '{ "private": true }')
    const words = ['install', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']
    await run('npm', [...words, join(folder, packed.filename)], { cwd: installed })
    const packages = await readdir(join(installed, 'node_modules'))
    expect(packages).toContain('sharp')
    // Neither what only the tests need, nor what the bundle has inside it.
    expect(
      packages.filter((name) => ['vitest', 'fastify', 'better-auth', '@aws-sdk', 'kysely'].includes(name)),
    ).toEqual([])
    const out = join(folder, 'songs')
    const program = join(installed, 'node_modules/.bin/polyphony')
    const { stdout, stderr } = await run(process.execPath, [program, 'demo', '--exit', '--out', out], {
      cwd: installed,
      env: {
        ...S3_KEYS,
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        PORT: '0',
        STORAGE_URL: s3.storageUrl(),
        POLYPHONY_STUDIO_SONG_SECONDS: '12',
      },
    })
    expect(stderr.replace(/.*%.*\n|\n/g, '')).toBe('')
    expect(stdout).toMatch(/\(PiAPI\): signature verified/)
    expect(stdout).toMatch(/\(relay\): signature verified/)
    expect(stdout).toMatch(/Paid \$0\.0800 from the ledger; .* it reconciles/)
    for (const name of ['piapi-format', 'suno-relay-format']) {
      for (const number of [1, 2]) {
        const song = await listen(new Uint8Array(await readFile(join(out, `${name}-${number}.mp3`))))
        expect(song.errors).toBe(0)
        expect(song.seconds).toBeGreaterThan(10)
        expect(song.left.some((x) => Math.abs(x) > 0.1)).toBe(true)
        const cover = await sharp(join(out, `${name}-${number}.jpeg`)).metadata()
        expect(cover).toMatchObject({ format: 'jpeg', width: 1_024, height: 1_024 })
      }
    }
    const piapi = JSON.parse(await readFile(join(out, 'piapi-format.json'), 'utf8'))
    expect(piapi).toMatchObject({ code: 200, data: { status: 'completed', model: 'suno', task_type: 'music' } })
    const relay = JSON.parse(await readFile(join(out, 'suno-relay-format.json'), 'utf8'))
    expect(relay).toMatchObject({ code: 'success', data: { status: 'SUCCESS', progress: '100%', action: 'MUSIC' } })
    expect((await readdir(out)).filter((name) => name.endsWith('.mp3'))).toHaveLength(4)
    expect((await s3.keys()).filter((key) => key.endsWith('.mp3'))).toHaveLength(4)
  })

  it('serves its documents and metrics where it is installed', async () => {
    const program = join(installed, 'node_modules/polyphony/bin/polyphony.js')
    const child = spawn(process.execPath, [program, 'serve'], {
      env: { PATH: process.env.PATH, DATA_DIR: join(folder, 'data'), PORT: '0' },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    try {
      const url = await new Promise<string>((resolve) => {
        createInterface({ input: child.stdout }).on('line', (line) => {
          const [, found] = /"url":"([^"]+)"/.exec(line) ?? []
          if (found !== undefined) resolve(found)
        })
      })
      const bodyOf = async (path: string) => (await fetch(url + path)).text()
      expect(await bodyOf('/metrics')).toContain('# TYPE process_cpu_user_seconds_total counter')
      expect(JSON.parse(await bodyOf('/openapi.json'))).toHaveProperty('openapi')
      expect((await bodyOf('/docs/scalar.js')).length).toBeGreaterThan(1e6)
    } finally {
      child.kill('SIGKILL')
    }
  })
})
