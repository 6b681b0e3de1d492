import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { notesOf } from '../scripts/release-notes.ts'
import vitestConfig from '../vitest.config.ts'

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const filesIn = (folder: string): string[] =>
  readdirSync(new URL(`../${folder}`, import.meta.url)).map((name) => `${folder}/${name}`)

interface Workflow {
  jobs: Record<string, { needs?: string; steps: { run?: string; uses?: string }[] }>
}

const workflows = filesIn('.github/workflows').map((path) => [path, parse(read(path)) as Workflow] as const)
const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts)
const projects = (vitestConfig.test?.projects ?? []).map((one) => (one as { test: { name: string } }).test.name)

describe('the workflows', () => {
  it.each(workflows)('%s runs only commands and projects that exist', (_, { jobs }) => {
    const runs = Object.values(jobs).flatMap(({ steps }) => steps.map(({ run = '' }) => run))
    const named = runs.flatMap((run) => [...run.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name))
    for (const name of named) expect(scripts).toContain(name)
    const parts = runs.flatMap((run) => [...run.matchAll(/--project (\w+)/g)].map(([, name = '']) => name))
    for (const name of parts) expect(projects).toContain(name)
    const files = runs.flatMap((run) => [...run.matchAll(/node (scripts\/[\w.-]+)/g)].map(([, name = '']) => name))
    for (const name of files) expect(read(name)).not.toBe('')
    expect(runs.join('').trim()).not.toBe('')
  })

  it.each(workflows)('every job of %s that waits for another waits for one of the same file', (_, { jobs }) => {
    const waits = Object.values(jobs).flatMap(({ needs }) => needs ?? [])
    for (const name of waits) expect(Object.keys(jobs)).toContain(name)
    expect(Object.keys(jobs).length).toBeGreaterThan(0)
  })
})

describe('the forms of issues', () => {
  const forms = filesIn('.github/ISSUE_TEMPLATE').filter((path) => !path.endsWith('config.yml'))

  it.each(forms)('%s has a name, a description and fields with ids of their own', (path) => {
    const form = parse(read(path)) as { name: string; description: string; body: { id: string }[] }
    expect(form).toMatchObject({ name: expect.any(String), description: expect.any(String) })
    const ids = form.body.map(({ id }) => id)
    expect(ids.length).toBeGreaterThan(0)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('the notes of a release', () => {
  const CHANGELOG =
    '# Changelog\n\n## Unreleased\n\nNew\n\n## 0.2.0 (2026-10-01)\n\nSecond\n\n### Fixed\n\nA fault\n\n## 0.1.0\n\nFirst\n'

  it('are the section of the version, with all that is below its heading', () => {
    expect(notesOf('0.2.0', CHANGELOG)).toBe('Second\n\n### Fixed\n\nA fault')
    expect(notesOf('0.1.0', CHANGELOG)).toBe('First')
  })

  it('are missing for a version without a section, or with an empty one', () => {
    expect(notesOf('0.2', CHANGELOG)).toBeUndefined()
    expect(notesOf('1.0.0', `${CHANGELOG}\n## 1.0.0\n`)).toBeUndefined()
  })

  it('are there for the version that package.json has, or for what is not released yet', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string }
    const changelog = read('CHANGELOG.md')
    expect(notesOf(version, changelog) ?? notesOf('Unreleased', changelog)).toEqual(expect.any(String))
  })
})
