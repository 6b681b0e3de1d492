import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fileAdvice, withAdvice } from './file-advice.ts'

/** As the file system reports it; tests run as root, whom it refuses nothing. */
const refused = (code: string, path?: string): Error => Object.assign(new Error(code), { code, path })

describe('what to do about an error of a file', () => {
  let folder: string
  let file: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'polyphony-advice-'))
    file = join(folder, 'secret')
    writeFileSync(file, '')
  })
  afterEach(() => {
    vi.restoreAllMocks()
    rmSync(folder, { recursive: true })
  })

  it('names the owner of a file that belongs to another user, and this user', () => {
    const owner = process.getuid?.() === 0 ? 'root' : `user ${process.getuid?.()}`
    vi.spyOn(process, 'getuid').mockReturnValue(54_321)
    expect(fileAdvice(refused('EACCES', file))).toMatch(
      new RegExp(`^${file} belongs to ${owner}, and this process runs as `),
    )
  })

  it('names the nearest folder that is there, of a path whose end is not', () => {
    vi.spyOn(process, 'getuid').mockReturnValue(54_321)
    expect(fileAdvice(refused('EACCES', join(folder, 'none', 'files')))).toMatch(new RegExp(`^${folder} belongs to `))
  })

  it('names the mode where the file is of this user', () => {
    expect(fileAdvice(refused('EPERM', file))).toBe(
      `${file} belongs to this user, but its mode forbids it: run chmod u+rwX ${file}.`,
    )
  })

  it.each<[string, () => unknown, RegExp]>([
    [
      'a folder that is missing',
      () => readFileSync(join(folder, 'none', 'backup')),
      /^Make the folder .*none first\.$/,
    ],
    ['a folder where a file is needed', () => readFileSync(folder), /^It is a folder/],
    ['a file where a folder is needed', () => mkdirSync(join(file, 'files')), /^A part of the path is a file/],
  ])('says what is wrong with %s', (_name, act, words) => {
    expect(() => act()).toThrow(expect.objectContaining({ code: expect.any(String) }))
    try {
      act()
    } catch (error) {
      expect(fileAdvice(error)).toMatch(words)
    }
  })

  it('leaves a sentence as it is where nothing is known to do', () => {
    for (const error of [refused('EIO'), new Error('x'), 'x'])
      expect(withAdvice('It failed.', error)).toBe('It failed.')
    expect(withAdvice('It failed.', refused('ENOSPC'))).toMatch(/^It failed\. The disk is full: make room/)
  })
})
