import { describe, expect, it } from 'vitest'
import { subjectOf } from './prompt-subject.ts'

describe('prompt subject', () => {
  it.each([
    ['a song about rain on a tin roof', 'rain on a tin roof'],
    ['my dog who waits at the window', 'my dog who waits at the window'],
    ['Write me a sad song about a lighthouse keeper in winter', 'a lighthouse keeper in winter'],
    ['write an epic metal song about a dragon guarding a library', 'a dragon guarding a library'],
    ['upbeat pop about dancing in the kitchen, female vocals, 120 bpm', 'dancing in the kitchen'],
    ['a lullaby for my daughter Mia with soft piano', 'my daughter Mia'],
    ['The song of the sea', 'The song of the sea'],
    ['thinking about you', 'thinking about you'],
    ['I want to hold your hand', 'I want to hold your hand'],
    ['24 hours in 1999', '24 hours in 1999'],
    ['SUMMER RAIN IN ROME', 'summer rain in rome'],
    ['coffee, rain, goodbye', 'coffee, rain, goodbye'],
    ['love', 'love'],
    ['happy birthday', 'happy birthday'],
    ["a song called 'Blue Door' about leaving home", 'Blue Door'],
    ['una canción sobre el mar', 'el mar'],
    ['una canzone per mia madre', 'mia madre'],
    ['ein Lied über den Regen in Hamburg', 'der Regen in Hamburg'],
    ['写一首关于夏天的歌', '夏天'],
    ['夏の終わりについての歌', '夏の終わり'],
    ['여름 바다에 대한 노래', '여름 바다'],
    ['una canción de amor para mi novia Lucía', 'mi novia Lucía'],
    ["une chanson d'amour pour Claire", 'Claire'],
    ['Schreib ein Liebeslied für Anna', 'Anna'],
    ['upbeat k-pop about summer, female vocals', 'summer'],
    ['Christmas song for kids about a reindeer who is afraid of flying', 'a reindeer who is afraid of flying'],
    ['breakup song, angry pop punk, he cheated on me', 'he cheated on me'],
    ['a sea shanty about a whale named Moby', 'a whale named Moby'],
    ['soulful R&B slow jam about late night texts', 'late night texts'],
    ['A bluesy tune on missing the last bus', 'missing the last bus'],
    ["a children's song teaching the alphabet", 'the alphabet'],
    ['a song to cheer up my friend Sarah', 'my friend Sarah'],
    ['halloween spooky song with witches and pumpkins', 'witches and pumpkins'],
    ['a love song to my wife Maria for our 10th anniversary', 'my wife Maria'],
    ['I wrote a song about you', 'I wrote a song about you'],
  ])('the subject of %j is %j', (prompt, phrase) => expect(subjectOf(prompt).phrase).toBe(phrase))

  it.each([
    '',
    '!!! ... ???',
    '🌧️',
    'sad piano ballad',
    'Write a song',
    'lofi beats to study to',
    'write me a love song',
    'in the style of Nirvana',
    'A motivational gym song, hard rock',
    'EDM festival banger, euphoric drop, female vocals',
    'a song that makes people want to dance all night',
    'a song with guitar solos and heavy drums',
    'lo-fi hip hop beats to study, instrumental',
  ])('the prompt %j names no subject', (prompt) => expect(subjectOf(prompt).phrase).toBeUndefined())

  it('a phrase too long for a line ends where a thought does, and on no article', () => {
    expect(
      subjectOf('two old brothers who sold the farm by the river and never spoke a single word about it again').phrase,
    ).toBe('two old brothers who sold the farm by the river')
    expect(subjectOf('the '.repeat(1_200)).phrase).not.toMatch(/the the the the the the the the the the the/)
    expect(subjectOf('x'.repeat(4_000)).phrase?.length).toBeLessThanOrEqual(60)
  })

  it('people that the prompt names are found, and places are not taken for them', () => {
    expect(subjectOf('my first summer in Lisbon. I danced with Teresa there.').names).toEqual(['Teresa'])
    expect(subjectOf('The Last Train Home To Boston').names).toEqual([])
  })

  it('a topic is what is neither the sound nor the form of a song, where nothing else is named', () => {
    expect(subjectOf('a funny Diwali song for kids').topic).toBe('Diwali')
    expect(subjectOf('sad piano ballad').topic).toBeUndefined()
    expect(subjectOf('a Diwali song about lamps').topic).toBeUndefined()
  })

  it('the words for the sound are kept apart from the subject', () => {
    expect(subjectOf('a slow jazz ballad about the moon').style).toBe('a slow jazz ballad')
    expect(subjectOf('the moon over Lima, female vocals').style).toBe('female vocals')
  })
})
