import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseLyrics } from './lyrics.ts'
import { linesRhyme, syllablesIn } from './metre.ts'
import { chooseStyle } from './style.ts'
import { THEMES } from './themes.ts'
import { titleOfLyrics } from './title.ts'
import { writeLyrics } from './write-lyrics.ts'

const PROMPTS = [
  'Write a sad song about a lighthouse keeper in winter',
  'a song about rain on a tin roof',
  'my dog who waits at the window',
  'heartbreak in Tokyo at midnight',
  'a happy birthday song for my grandmother Rosa',
  'coffee',
  'the last train home',
  'write an epic metal song about a dragon guarding a library',
  'summer road trip with friends',
  'robots learning to love',
  'sad',
  'techno, dark',
  '24 hours in 1999',
  '🐶 🎂',
]

/** The lines of each section that has some: a solo has none. */
const sectionsOf = (text: string): string[][] =>
  text
    .split('\n\n')
    .map((section) => section.split('\n').slice(1))
    .filter((lines) => lines.length > 0)

describe('titleOfLyrics', () => {
  it.each([
    [
      '[Verse]\nTaxi drivers know my name\n[Chorus]\nNeon in my veins tonight, burning\nHold me',
      'Neon in My Veins Tonight, Burning',
    ],
    ['walking down the avenue of the stars\nagain', 'Walking Down the Avenue'],
    ['[Verse]\n带我飞过那片大海', '带我飞过那片大海'],
    ['[Coro]\nDame la mano, dime que sí', 'Dame la mano, dime que sí'],
    ['[Intro]\n[Solo]', undefined],
    ['', undefined],
  ])('the title of the lyrics %j is %j', (lyrics, title) => expect(titleOfLyrics(lyrics)).toBe(title))
})

describe('writeLyrics', () => {
  it.each([
    ['pop about the last train home', 'verse chorus verse chorus bridge chorus'],
    ['a folk song about the last train home', 'verse chorus verse chorus verse chorus'],
    ['a rock song about the last train home', 'verse chorus verse chorus solo bridge chorus'],
    ['a lullaby about the last train home', 'verse chorus verse chorus bridge chorus outro'],
  ])('the form of %j is that of its style, with the same chorus each time', (prompt, form) => {
    const { text } = writeLyrics({ prompt, seed: 1 })
    const sections = parseLyrics(text)
    expect(sections.map(({ kind }) => kind).join(' ')).toBe(form)
    const choruses = sections.filter(({ kind }) => kind === 'chorus').map(({ lines }) => lines.map((line) => line.text))
    expect(choruses).toEqual([choruses[0], choruses[0], choruses[0]])
  })

  it.each([
    ['a song about rain on a tin roof', 'rain on a tin roof', 'Rain on a Tin Roof'],
    ['my dog who waits at the window', 'my dog who waits at the window', 'My Dog Who Waits at the Window'],
    ['a lullaby for my daughter Mia', 'my daughter Mia', 'My Daughter Mia'],
    ["my mum's 60th birthday", "my mum's 60th birthday", "My Mum's 60th Birthday"],
    ['heartbreak in Tokyo at midnight', 'heartbreak in Tokyo at midnight', 'Heartbreak in Tokyo at Midnight'],
    ['песня о море', 'песня о море', 'Песня о море'],
    ['una canción sobre la casa de mi abuela', 'la casa de mi abuela', 'La casa de mi abuela'],
    ['a Ramadan song', 'Ramadan', 'Ramadan'],
    ['lo-fi for a rainy Sunday', 'a rainy Sunday', 'A Rainy Sunday'],
    ['a rock song about my brother, and make it loud', 'my brother', 'My Brother'],
    ['a birthday song for my grandma Rosa who is turning 90', 'my grandma Rosa', 'My Grandma Rosa'],
  ])('the phrase of the prompt %j is the refrain and the title', (prompt, phrase, title) => {
    for (const seed of [1, 2, 3, 4]) {
      const lyrics = writeLyrics({ prompt, seed })
      expect(lyrics.title).toBe(title)
      const chorus = sectionsOf(lyrics.text)[1] ?? []
      expect(chorus[0]?.toLowerCase().startsWith(phrase.toLowerCase())).toBe(true)
    }
  })

  it('a person whom the prompt names beside its subject is sung to by name', () => {
    const { text } = writeLyrics({ prompt: 'my first summer by the lake. I danced there with Teresa.', seed: 5 })
    expect(text).toMatch(/\[Bridge\]\nTeresa, .*\nTeresa, /)
  })

  it('what is told of a person is sung too, though nothing rhymes with it', () => {
    const { text } = writeLyrics({ prompt: 'a song for Anna and Tom, who met in a bookshop in Prague', seed: 5 })
    expect(text).toMatch(/\[Bridge\]\nMet in a bookshop in Prague, .*\nMet in a bookshop in Prague, /)
  })

  it('a song names a club by its whole name, begins no line with the rest of a clause, and mourns no keys', () => {
    const texts = (prompt: string) => [1, 2, 3, 4].map((seed) => writeLyrics({ prompt, seed }).text)
    for (const text of texts('an anthem for our football club, the Riverside Rovers'))
      expect(text).toContain('\nRiverside Rovers, ')
    for (const text of texts('love in the time of rent increases')) expect(text).not.toMatch(/^of rent/im)
    const mourning = THEMES.grief.chorus.flatMap((couplet) => couplet.split(' / '))
    for (const text of texts('I lost my keys again')) expect(mourning.filter((line) => text.includes(line))).toEqual([])
  })

  it('who has died is mourned, and not sung to as if alive', () => {
    const linesOf = (theme: (typeof THEMES)['grief']): string[] =>
      theme.chorus.flatMap((couplet) => couplet.split(' / '))
    for (const [prompt, theme] of [
      ['a sad song about my dog who died', THEMES.petLoss],
      ['a song for my grandmother who passed away last year', THEMES.grief],
    ] as const)
      for (const seed of [1, 2, 3]) {
        const chorus = sectionsOf(writeLyrics({ prompt, seed }).text)[1] ?? []
        expect(linesOf(theme)).toEqual(expect.arrayContaining(chorus.slice(2)))
      }
  })

  it('what somebody loves to eat or to do makes no love song', () => {
    expect(writeLyrics({ prompt: 'a song about how much I love pizza', seed: 1 }).tags).not.toContain('romantic')
    expect(writeLyrics({ prompt: 'I love you', seed: 1 }).tags).toContain('romantic')
  })

  it('whole words of the prompt choose the lines: a train brings no rain', () => {
    const opening = (prompt: string): string =>
      sectionsOf(writeLyrics({ prompt, seed: 2 }).text)[0]
        ?.slice(0, 2)
        .join(' / ') ?? ''
    expect(THEMES.journey.scene).toContain(opening('the brain of the train'))
    expect(THEMES.rain.scene).toContain(opening('rain'))
    expect(THEMES.pet.scene).toContain(opening('puppies'))
  })

  it('no line of a verse or the bridge is sung twice, nor in the chorus', () => {
    for (const prompt of PROMPTS)
      for (let seed = 0; seed < 8; seed++) {
        const [verse1 = [], chorus = [], verse2 = [], , bridge = []] = sectionsOf(writeLyrics({ prompt, seed }).text)
        const lines = [...verse1, ...verse2, ...bridge]
        expect(new Set(lines).size).toBe(lines.length)
        expect(lines.filter((line) => chorus.includes(line))).toEqual([])
      }
  })

  it('nine in ten couplets rhyme by the dictionary, and their lines are alike in length', () => {
    let couplets = 0
    let rhymed = 0
    for (const prompt of PROMPTS)
      for (let seed = 0; seed < 10; seed++)
        for (const lines of sectionsOf(writeLyrics({ prompt, seed }).text))
          for (let at = 0; at + 1 < lines.length; at += 2) {
            const [one = '', other = ''] = lines.slice(at, at + 2)
            expect(Math.abs(syllablesIn(one) - syllablesIn(other)), `${one} / ${other}`).toBeLessThanOrEqual(2)
            // A refrain whose end is sung again is no couplet.
            if (one.toLowerCase().endsWith(other.toLowerCase().split(', ').at(-1) ?? other)) continue
            couplets++
            if (linesRhyme(one, other)) rhymed++
          }
    expect(rhymed / couplets).toBeGreaterThan(0.95)
  })

  it('the same prompt and seed give the same lyrics, and the next seed begins with another line', () => {
    for (const prompt of [...PROMPTS, '夏の終わり', 'una canción sobre el mar']) {
      expect(writeLyrics({ prompt, seed: 1 })).toEqual(writeLyrics({ prompt, seed: 1 }))
      const [one, next] = [1, 2].map((seed) => writeLyrics({ prompt, seed }).text.split('\n')[1])
      expect(next, prompt).not.toBe(one)
    }
  })

  it('the tags are the sound that the prompt names, or one that suits its subject', () => {
    const tags = (prompt: string): string[] => writeLyrics({ prompt, seed: 1 }).tags
    expect(tags('a slow sad jazz ballad about the moon, male vocals, 80 bpm')).toEqual(
      expect.arrayContaining(['jazz', 'sad', '80 bpm', 'male vocals']),
    )
    expect(tags('a house by the sea')).not.toContain('house')
    expect(tags('a lullaby for my son')[0]).toBe('lullaby')
    expect(tags('soulful R&B slow jam about late night texts')[0]).toBe('soul')
    expect(tags('EDM festival banger, euphoric drop')[0]).toBe('trance')
    expect(tags('lo-fi beats to study, instrumental')).toContain('instrumental')
    expect(tags('请写一首关于友情的摇滚歌曲，女声')).toEqual(['rock', expect.any(String), 'chinese', 'female vocals'])
    expect(tags('una canción triste')).toContain('sad')
    expect(tags('jazz, not sad, no female vocals')).not.toContain('sad')
    expect(tags('jazz, no female vocals')).toContain('male vocals')
  })

  it.each([
    ['una canción sobre el mar y mi abuela', 'spanish', /\p{Script=Latin}/u],
    ['una canzone sulla pioggia', 'italian', /\p{Script=Latin}/u],
    ['ein Lied über den Regen und meine Mutter', 'german', /\p{Script=Latin}/u],
    ['写一首关于夏天的歌', 'chinese', /\p{Script=Han}/u],
    ['夏の終わりについての歌', 'japanese', /\p{Script=Hiragana}/u],
    ['여름 바다에 대한 노래', 'korean', /\p{Script=Hangul}/u],
    ['a K-pop song in Korean about 바다', 'korean', /\p{Script=Hangul}/u],
  ])('the prompt %j gets lyrics in %s', (prompt, language, script) => {
    const { text, tags, notes } = writeLyrics({ prompt, seed: 1 })
    expect(tags).toContain(language)
    expect(notes).toEqual([])
    for (const line of sectionsOf(text).flat()) expect(line).toMatch(script)
    expect(text).not.toMatch(/\b(?:the|and|you)\b/)
  })

  it.each([
    ['напиши весёлую песню о кошке в стиле рок', 'Песня о кошке', 'rock', 'happy'],
    ['Напиши грустную балладу о первой любви', 'Баллада о первой любви', 'ballad', 'sad'],
    ['сделай трек в жанре хип-хоп о друзьях', 'Песня о друзьях', 'hip hop', ''],
    ['Сочини колыбельную для моей дочери Маши', 'Колыбельная для моей дочери Маши', 'lullaby', ''],
    ['напиши веселу пісню про кота у стилі рок', 'Пісня про кота', 'rock', 'happy'],
    ['створи сумну баладу про кохання', 'Балада про кохання', 'ballad', 'sad'],
    ['napisz wesołą piosenkę o kocie w stylu rock', 'Piosenka o kocie', 'rock', 'happy'],
    ['smutna ballada o miłości', 'Ballada o miłości', 'ballad', 'sad'],
    ['اكتب أغنية سعيدة عن القطط بأسلوب الروك', 'القطط', 'rock', 'happy'],
    ['أغنية حزينة عن الحب', 'الحب', '', 'sad'],
    ['रॉक स्टाइल में बिल्ली के बारे में एक मज़ेदार गाना लिखो', 'बिल्ली', 'rock', 'happy'],
    ['मेरी माँ के लिए एक गाना बनाओ', 'मेरी माँ', '', ''],
    ['kedi hakkında neşeli bir rock şarkısı yaz', 'Kedi', 'rock', 'happy'],
    ['annem için bir şarkı yaz', 'Annem', '', ''],
    ['viết một bài hát vui về con mèo theo phong cách rock', 'Con mèo', 'rock', 'happy'],
    ['hãy sáng tác một bản ballad cho mẹ', 'Mẹ', 'ballad', ''],
    ['tulis lagu ceria tentang kucing dengan gaya rock', 'Kucing', 'rock', 'happy'],
    ['γράψε ένα χαρούμενο τραγούδι για μια γάτα σε στυλ ροκ', 'Τραγούδι για μια γάτα', 'rock', 'happy'],
    ['כתוב שיר שמח על חתול בסגנון רוק', 'חתול', 'rock', 'happy'],
    ['เขียนเพลงร็อคสนุกๆ เกี่ยวกับแมว', 'แมว', 'rock', 'happy'],
    ['schrijf een vrolijk liedje over een kat in rockstijl', 'Een Kat', 'rock', 'happy'],
    ['skriv en glad låt om en katt i rockstil', 'En katt', 'rock', ''],
    ['napiš veselou písničku o kočce ve stylu rock', 'Píseň o kočce', 'rock', 'happy'],
    ['scrie un cântec vesel despre o pisică în stil rock', 'O pisică', 'rock', 'happy'],
    ['írj egy vidám dalt egy macskáról rock stílusban', 'Macskáról', 'rock', 'happy'],
    ['kirjoita iloinen laulu kissasta rock-tyyliin', 'Kissasta', 'rock', 'happy'],
  ])('the request %j is one for %j, in %s', (prompt, title, style, mood) => {
    const lyrics = writeLyrics({ prompt, seed: 1 })
    expect(lyrics.title).toBe(title)
    expect(lyrics.tags[0]).toMatch(style)
    expect(lyrics.tags[1]).toMatch(mood)
    expect(lyrics.notes).toEqual([expect.stringContaining('in English')])
  })

  it.each([
    ['песня про кошку', 'pet'],
    ['أغنية عن المطر', 'rain'],
    ['बारिश के बारे में गाना', 'rain'],
    ['piosenka dla mojej mamy', 'family'],
    ['deniz üzerine bir şarkı yap', 'sea'],
    ['bài hát về tình yêu', 'love'],
    ['lagu untuk ibu', 'family'],
    ['τραγούδι για τη θάλασσα', 'sea'],
    ['שיר על הגשם', 'rain'],
    ['เพลงเกี่ยวกับฝน', 'rain'],
    ['a worship song about grace', 'faith'],
    ['I lost my brother in the war', 'grief'],
  ] as const)('the lines around %j are about it', (prompt, theme) => {
    const [verse = []] = sectionsOf(writeLyrics({ prompt, seed: 1 }).text)
    expect(THEMES[theme].scene).toContain(verse.slice(0, 2).join(' / '))
  })

  it.each([
    ['rock song, no instrumental break', true],
    ['a pop song with an instrumental bridge about the sea', true],
    ['instrumental intro, folk song about a miller', true],
    ['rock with a long instrumental guitar solo in the middle', true],
    ['not instrumental, rock about fire', true],
    ['jazz without male vocals', true],
    ['instrumental solo piano', false],
    ['a jazz song without vocals', false],
    ['no singing, ambient', false],
  ])('the prompt %j gets a voice: %j', (prompt, isSung) => {
    const { tags } = writeLyrics({ prompt, seed: 1 })
    expect(tags.at(-1)).toMatch(isSung ? /^(?:fe)?male vocals$/ : /^instrumental$/)
    const identity = { seed: 1, take: 0, tags: `${tags.join(', ')}, ${prompt}`, title: '' }
    expect(chooseStyle(identity, { negativeTags: '', sung: true }).lead === 'voice').toBe(isSung)
  })

  it.each([
    ['a song about dreaming in French', 'Dreaming in French'],
    ['dreaming in French', 'Dreaming in French'],
    ['a girl who speaks in Greek', 'A Girl Who Speaks in Greek'],
    ['children singing songs in Korean', 'Children Singing Songs in Korean'],
    ['write a song about a letter in French', 'A Letter in French'],
  ])('a language in the subject %j is no request for lyrics in it', (prompt, title) =>
    expect(writeLyrics({ prompt, seed: 1 })).toMatchObject({ title, notes: [] }),
  )

  it.each([
    ['a sad song in French', 'in French'],
    ['a rap about my dog, in Dutch', 'in Dutch'],
    ['write a song about my dog in Polish', 'in Polish'],
    ['a lullaby, in Turkish please', 'in Turkish'],
    ['Sing in Swedish about pizza', 'in Swedish'],
    ['pop, Portuguese, about summer', 'Portuguese'],
  ])('the request for a language in %j is noted, and is not sung', (prompt, request) => {
    const { title, text, notes } = writeLyrics({ prompt, seed: 1 })
    expect(notes).toEqual([expect.stringContaining(request.replace('in ', '').toLowerCase())])
    expect(`${title}\n${text}`.toLowerCase()).not.toMatch(new RegExp(`${request.toLowerCase()}|please`))
  })

  it('a prompt with labels is read as the form that it is, and marks of sections are no subject', () => {
    const form = 'Title: Broken Wings. Genre: rock; Theme: a soldier coming home\nLanguage: German'
    expect(writeLyrics({ prompt: form, seed: 1 })).toMatchObject({
      title: 'Broken Wings',
      tags: expect.arrayContaining(['rock', 'german']),
    })
    expect(writeLyrics({ prompt: 'Prompt: write a song about the ocean', seed: 1 }).title).toBe('The Ocean')
    expect(writeLyrics({ prompt: '[Verse]\nWalking down the street\n[Chorus]\nOh', seed: 1 }).title).toBe(
      'Walking Down the Street',
    )
  })

  it('a language that the prompt requests is taken, and is no part of the subject', () => {
    const { title, tags } = writeLyrics({ prompt: 'a song in Spanish about the sea', seed: 1 })
    expect([title, tags.includes('spanish')]).toEqual(['The Sea', true])
    expect(writeLyrics({ prompt: 'a fight in Chinese restaurants', seed: 1 }).tags).not.toContain('chinese')
  })

  it('lyrics say that they are in English where none can be written in the language of the prompt', () => {
    for (const prompt of ['песня о море', 'أغنية عن البحر', 'chanson sur la pluie', 'a song in French about the rain'])
      expect(writeLyrics({ prompt, seed: 1 }).notes, prompt).toEqual([expect.stringContaining('in English')])
    expect(writeLyrics({ prompt: 'the sea', seed: 1 }).notes).toEqual([])
  })

  it('any prompt of any script and length gets lyrics of the full form, with a title that ends on no article', () => {
    const prompt = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: fc.constantFrom('!', '?', '.', ' ', '[', ']', '(', '"', '\n', '🌧'), maxLength: 40 }),
      fc
        .array(fc.constantFrom('rain ', 'the ', 'of ', 'Anna ', '雨', '바다 ', 'море, ', '. '), {
          minLength: 5,
          maxLength: 20,
        })
        .map((words) => words.join('').repeat(1_000).slice(0, 5_000)),
      fc.array(fc.lorem({ maxCount: 3 }), { maxLength: 6 }).map((parts) => `a song about ${parts.join(', ')}`),
    )
    fc.assert(
      fc.property(prompt, fc.integer(), (prompt, seed) => {
        const { title, text, tags } = writeLyrics({ prompt, seed })
        expect(title).toMatch(/[\p{L}\p{N}]/u)
        expect(title.length).toBeLessThanOrEqual(100)
        expect(title).not.toMatch(/\s(?:a|an|the)$/i)
        expect(tags.length).toBeGreaterThan(1)
        const form = parseLyrics(text).map(({ kind }) => kind)
        expect(form.join(' ')).toMatch(/^verse chorus verse chorus (?:solo )?(?:bridge|verse) chorus(?: outro)?$/)
        for (const line of sectionsOf(text).flat()) expect(syllablesIn(line)).toBeGreaterThan(0)
      }),
      { numRuns: 200 },
    )
  })
})
