import { describe, expect, it } from 'vitest'
import { cursorAt, positionIn } from './cursors.ts'

describe('a cursor', () => {
  const cursor = cursorAt('tasks of a tenant', '42')

  it('gives its position in the list that it is of', () => {
    expect(positionIn('tasks of a tenant', cursor)).toBe('42')
  })

  it.each([
    ['of another list', 'tasks of another', cursor],
    ['that is cut', 'tasks of a tenant', cursor.slice(0, -1)],
    ['that is longer', 'tasks of a tenant', `${cursor}A`],
    ['with another position', 'tasks of a tenant', `1${cursor}`],
    ['that is a position alone', 'tasks of a tenant', '42'],
    ['that is empty', 'tasks of a tenant', ''],
  ])('%s is refused by its name', (_what, list, text) => {
    expect(() => positionIn(list, text)).toThrow('cursor must be the one that the page before gave')
  })
})
