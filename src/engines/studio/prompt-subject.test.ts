import { analyse } from 'scslre'
import { describe, expect, it } from 'vitest'
import { FOREIGN_PATTERNS } from './foreign-requests.ts'
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
    ['a song about jam', 'jam'],
    ['a song about salsa', 'salsa'],
    ['a song about jazz, slow', 'jazz'],
    ['a song of joy', 'joy'],
    ['a song about a world without music', 'a world without music'],
    ['a story about Anna and the bop', 'Anna and the bop'],
    ['Sarah and her music', 'Sarah and her music'],
    ['A tale of Rosa in the jazz theme', 'A tale of Rosa in the jazz theme'],
    ['Anna loves a good story', 'Anna loves a good story'],
    ['Tom wrote a theme', 'Tom wrote a theme'],
    ['Anna wrote a song about the moon', 'Anna wrote a song about the moon'],
    ['children singing songs', 'children singing songs'],
    ['life without music', 'life without music'],
    ['a song like Taylor Swift about a breakup', 'a breakup'],
    ['in the style of Metallica, about the apocalypse', 'the apocalypse'],
    ['K-pop girl group, dance, about being the queen', 'being the queen'],
    ["I'm about to lose control", "I'm about to lose control"],
    ['no drums, just piano and voice, about my father', 'my father'],
    ['country ballad about a truck, without autotune', 'a truck'],
    ['a rock song without guitars about summer', 'summer'],
    ['a song about climate change, 2 verses and a chorus', 'climate change'],
    ['love ❤️', 'love'],
    ['hello 👋🏽 world 🇫🇷', 'hello world'],
    ['1️⃣ two 👨‍👩‍👧 three', '1 two three'],
    ['summer in Nice', 'summer in Nice'],
    ['여름 바다에 대한 노래 만들어줘', '여름 바다'],
    ['사랑 노래 만들어줘', '사랑'],
    ['여름에 관한 신나는 노래를 만들어줘', '여름'],
    ['고양이에 대한 노래를 써줘', '고양이'],
    ['슬픈 이별 노래', '이별'],
    ['발라드, 이별, 여성 보컬', '이별'],
    ['노래를 부르는 소녀', '노래를 부르는 소녀'],
    ['夏の海についての歌を作って', '夏の海'],
    ['猫についての楽しい歌を作って', '猫'],
    ['桜をテーマにした曲を作って', '桜'],
    ['失恋ソング', '失恋'],
    ['私の好きな歌', '私の好きな歌'],
    ['帮我写一首关于妈妈的歌', '妈妈'],
    ['请写一首关于友情的摇滚歌曲', '友情'],
    ['写一首关于夏天的歌，要欢快', '夏天'],
    ['写首歌送给我女朋友', '我女朋友'],
    ['给我写一首生日歌', '生日'],
    ['月亮代表我的心', '月亮代表我的心'],
    ['hazme una canción sobre el verano', 'el verano'],
    ['crea una canción alegre sobre la playa, con guitarra', 'la playa'],
    ['¿Me puedes hacer una canción para mi mamá?', 'mi mamá'],
    ['mi canción para ti', 'mi canción para ti'],
    ["scrivi una canzone sull'estate", 'estate'],
    ['Kannst du mir ein Lied über Hunde schreiben?', 'Hunde'],
    ["une chanson d'anniversaire pour ma fille Léa", 'ma fille Léa'],
    ['faça uma música sobre o mar', 'o mar'],
    ['he lied about the money', 'he lied about the money'],
    ['Моя любимая песня', 'Моя любимая песня'],
    ['Кошка на крыше', 'Кошка на крыше'],
    ['напиши песню о маме, под гитару', 'Песня о маме'],
    ['песня про лето и море, женский вокал', 'Песня про лето и море'],
    ['napisz piosenkę o lecie z gitarą', 'Piosenka o lecie'],
    ['benim güzel ülkem', 'benim güzel ülkem'],
    ['cinta di Jakarta', 'cinta di Jakarta'],
    ['mùa hè ở Huế', 'mùa hè ở Huế'],
    ['miłość i śmierć', 'miłość i śmierć'],
    ['the ballad of Anna', 'the ballad of Anna'],
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
    'a song for piano',
    'rock song, no instrumental break',
    'pop with an instrumental outro',
    '☀️',
    '노래를 만들어줘',
    '신나는 노래',
    '歌を作って',
    '元気な曲',
    '写一首歌',
    '一首悲伤的歌',
    'hazme una canción',
    'una canción triste',
    'напиши песню',
    'весёлая песня',
    'грустная песня, женский вокал',
    'wesoła piosenka',
    'hüzünlü bir şarkı',
    'bài hát buồn',
    'lagu sedih',
    'اكتب أغنية حزينة',
    'एक दुखद गाना',
    'שיר עצוב',
    'เพลงเศร้า',
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
    expect(subjectOf('pop with instrumental outro').topic).toBeUndefined()
  })

  it('no pattern for requests in other languages takes more than linear time on any text', () => {
    expect(FOREIGN_PATTERNS.length).toBeGreaterThan(30)
    for (const { source, flags } of FOREIGN_PATTERNS) expect(analyse({ source, flags }).reports, source).toEqual([])
  })

  it('the words for the sound are kept apart from the subject', () => {
    expect(subjectOf('a slow jazz ballad about the moon').style).toBe('a slow jazz ballad')
    expect(subjectOf('the moon over Lima, female vocals').style).toBe('female vocals')
  })
})
