import { describe, expect, it } from 'vitest'
import { GENRES } from './genres.ts'
import { chooseStyle, type Style } from './style.ts'

const style = (tags: string, negativeTags = '', take = 0, sung = true): Style =>
  chooseStyle({ seed: 3, take, tags, title: 'Test' }, { negativeTags, sung })

describe('style', () => {
  it.each(GENRES.map(({ name }) => [name]))('the style %s is recognized by its own name', (name) => {
    expect(style(name).genre.name).toBe(name)
  })

  it('the first style that the tags name is taken', () => {
    expect(style('dark techno with jazz chords').genre.name).toBe('techno')
    expect(style('a song about a lighthouse and a rocket').genre.name).not.toMatch(/house|rock$/)
  })

  it.each([
    ['рок, женский вокал', 'rock', 'high'],
    ['摇滚，男声', 'rock', 'low'],
    ['balada triste, voz femenina', 'ballad', 'high'],
    ['ジャズ、女性ボーカル', 'jazz', 'high'],
    ['reggae, erkek vokal', 'reggae', 'low'],
    ['جاز حزين', 'jazz', ''],
    ['piosenka dla mamy, jazzowa', 'jazz', ''],
  ])('the tags %j in another language are a style of %s', (tags, genre, singer) => {
    const { genre: found, singer: sings } = style(tags)
    expect(found.name).toBe(genre)
    expect(sings.name).toMatch(singer)
  })

  it('a stated tempo and key are kept', () => {
    expect(style('pop, 133 bpm, F# minor')).toMatchObject({ bpm: 133, key: { tonic: 6, mode: 'minor' } })
  })

  it('the instruments that the tags name are played', () => {
    expect(style('jazz, flute, piano', '', 0, false)).toMatchObject({ lead: 'flute', chords: 'piano' })
  })

  it('the instruments that the negative tags name are left out', () => {
    const bare = style('rock', 'drums, bass, guitar, pads')
    expect(bare).toMatchObject({ drums: 'none', bass: undefined, pad: undefined })
    expect(bare.chords ?? '').not.toMatch(/guitar/i)
    expect(style('techno, folk', 'techno').genre.name).toBe('folk')
    expect(style('pop', 'vocals').lead).not.toBe('voice')
    expect(style('pop', 'male vocals')).toMatchObject({ lead: 'voice', singer: { name: 'high' } })
  })

  it('what the tags refuse is not played: neither its instruments, nor its style, nor its singer', () => {
    expect(style('jazz, flute, no piano, without drums', '', 0, false)).toMatchObject({ lead: 'flute', drums: 'none' })
    expect(style('jazz, no piano').chords).not.toBe('piano')
    expect(style('no techno, folk').genre.name).toBe('folk')
    expect(style('pop without autotune').singer.name).not.toBe('robot')
    expect(style('pop, no male vocals').singer.name).toBe('high')
  })

  it('another take has another tempo and key', () => {
    for (const { name } of GENRES) {
      const [first, second] = [style(name, '', 0), style(name, '', 1)]
      expect(second.bpm, name).not.toBe(first.bpm)
      expect(second.key.tonic, name).not.toBe(first.key.tonic)
    }
  })
})
