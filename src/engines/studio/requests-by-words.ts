import { isForeignSound } from './foreign-styles.ts'
import { STYLE_WORDS } from './lyric-words.ts'

/**
 * Requests for songs in languages whose words bend or stand in many orders, taken apart word by word. All but `names` are
 * alternatives of a regular expression; `ask`, `form` and `fill` are matched by whole words.
 */
interface Words {
  /** A text without it is in another language. */
  letters: RegExp
  /** Who asks, and for what to be done: "write", "please", "me". */
  ask: string
  /** What is requested: "song". */
  form: string
  /** Articles and the like. */
  fill: string
  /** Before what the song is about, or behind it. */
  about: string
  isBehind?: true
  /** Before the name of a style, or behind it: "in the style of". */
  style: string
  isStyleBehind?: true
  /** Its name is a part of `style`: "rock-tyyliin". */
  isStyleAlone?: true
  /** A style and the word for it in one: "i rockstil". */
  compound?: string
  /**
   * Forms as they stand in a title. Where the case of the subject depends on the word before it, the title keeps both: "Песня о
   * кошке".
   */
  names?: readonly (readonly [form: string, name: string])[]
}

const CYRILLIC = /\p{Script=Cyrillic}/u
const LATIN = /\p{Script=Latin}/u

const LANGUAGES: readonly Words[] = [
  {
    letters: CYRILLIC,
    ask: 'будь|ласка|напиши|напишіть|створи|створіть|склади|зроби|придумай|заспівай|хочу|хотів|хотіла|би|мені|нам|я|потрібна|можеш|ти',
    form: 'п[іи]с(?:н|ен)\\S*|балад\\S*|гімн\\S*|р[еє]п|трек\\S*|композиці\\S*|колискова\\S*|колискову|мелоді\\S*|музик\\S*',
    fill: 'одну|гарну|гарна|коротку|дитячу|нову',
    about: 'про|для|на тему|присвячен\\S*',
    style: '(?:в|у) (?:стилі|жанрі|дусі)',
    names: [
      ['балад.*', 'Балада'],
      ['гімн.*', 'Гімн'],
      ['колиск.*', 'Колискова'],
      ['.*', 'Пісня'],
    ],
  },
  {
    letters: CYRILLIC,
    ask: 'пожалуйста|(?:напи|при)ши(?:те)?|написать|сочини(?:те|ть)?|созда(?:й|йте|ть)|сдела(?:й|йте|ть)|придума(?:й|йте|ть)|спо(?:й|йте)|сгенерируй(?:те)?|исполни(?:те)?|запиши(?:те)?|дай|хочу|хочется|хотел[аи]?|бы|мне|нам|я|нуж(?:на|ен|но)|можешь|можете|ты',
    form: 'пес(?:н|ен)\\S*|балл?ад\\S*|романс\\S*|гимн\\S*|р[эе]п|трек\\S*|композици\\S*|колыбельн\\S*|мелоди\\S*|музык\\S*|хит\\S*|вальс\\S*',
    fill: 'один|одну|какую-нибудь|красив\\S*|хорош\\S*|коротк\\S*|детск\\S*|новую|нов(?:ая|ый)',
    about: 'о|об|обо|про|для|на тему|посвящ[её]нн\\S*',
    style: '(?:в|во) (?:стиле|жанре|духе|манере)',
    names: [
      ['балл?ад.*', 'Баллада'],
      ['романс.*', 'Романс'],
      ['гимн.*', 'Гимн'],
      ['колыбельн.*', 'Колыбельная'],
      ['песен.*', 'Песенка'],
      ['.*', 'Песня'],
    ],
  },
  {
    letters: LATIN,
    ask: 'proszę|napisz|napiszcie|napisać|stwórz|skomponuj|zrób|ułóż|wymyśl|zaśpiewaj|wygeneruj|chcę|chciał(?:by|a)?m|mi|nam|potrzebuję|możesz',
    form: 'piosenk\\S*|piosnk\\S*|pieśń|pieśni|ballad[aęy]|kołysank\\S*|hymn|utwór|kawałek|melodi[aęi]|rap',
    fill: 'jedną|jakąś|ładną|krótką|nową|ładna|nowa',
    about: 'o|dla|na temat|poświęcon\\S*',
    style: 'w (?:stylu|gatunku|rytmie|klimacie)',
    names: [
      ['ballad.*', 'Ballada'],
      ['kołysank.*', 'Kołysanka'],
      ['hymn', 'Hymn'],
      ['.*', 'Piosenka'],
    ],
  },
  {
    letters: LATIN,
    ask: 'prosím|napiš|napište|napsat|složit|slož|vytvoř|vymysli|zazpívej|chci|chtěl[a]?|bych|mi|nám|potřebuji',
    form: 'písničk\\S*|pís(?:eň|ně|ni)|balad[auy]|ukolébavk\\S*|skladb[auy]',
    fill: 'jednu|nějakou|krásnou|krátkou|novou',
    about: 'o|pro|na téma',
    style: '(?:ve|v) (?:stylu|žánru)',
    names: [
      ['balad.*', 'Balada'],
      ['ukolébavk.*', 'Ukolébavka'],
      ['.*', 'Píseň'],
    ],
  },
  {
    letters: LATIN,
    ask: 'lütfen|yaz|yazar|yazın|yazabilir|yap|yapar|yapın|besteler?|oluştur|söyle|bana|bize|misin|mısın|istiyorum|isterim',
    form: 'şark[ıi](?:sı|yı|sını)?|türkü(?:sü)?|parça(?:sı)?|beste(?:si)?|ninni(?:si)?|balad(?:ı)?|müzik|rap',
    fill: 'bir|güzel|kısa|yeni|olan',
    about: 'hakkında|için|üzerine|ile ilgili|dair|konulu',
    isBehind: true,
    style: 'tarzında|tarzı|türünde|stilinde',
    isStyleBehind: true,
  },
  {
    letters: LATIN,
    ask: 'hãy|xin|vui lòng|làm ơn|viết|sáng|tác|soạn|tạo|làm|giúp|tôi|mình|cho|muốn|cần|hát',
    form: 'bài hát|bài|ca khúc|bản nhạc|bản|nhạc|khúc',
    fill: 'một|những|thật|rất|hay|ngắn|ballad|nhạc|tình ca|ca|rap',
    about: 'về|nói về|viết về|dành cho|dành tặng|tặng|cho|chủ đề',
    style: '(?:theo |với )?(?:phong cách|thể loại|điệu)',
  },
  {
    letters: LATIN,
    ask: 'tolong|mohon|tulis|tuliskan|buat|buatkan|ciptakan|cipta|nyanyikan|bikin|bikinkan|saya|aku|kami|mau|ingin|minta|bisa|kamu',
    form: 'lagu|nyanyian|balada|musik|tembang|himne',
    fill: 'sebuah|satu|yang|bagus|indah|pendek|baru|anak',
    about: 'tentang|untuk|mengenai|bertema|buat|soal',
    style: '(?:dengan |dalam |ber)?(?:gaya|genre|aliran|irama)',
  },
  {
    letters: LATIN,
    ask: 'alsjeblieft|graag|schrijf|maak|componeer|bedenk|zing|genereer|geef|mij|me|ons|voor|ik|wil|kun|kan|je|jij',
    form: '(?:\\p{L}*)?lied(?:je)?|slaapliedje|ballade|hymne|nummer',
    fill: 'een|mooi|kort|nieuw',
    about: 'over|voor|van',
    style: 'in (?:de )?stijl(?: van)?',
    compound: 'in \\p{L}{2,16}-?stijl',
  },
  {
    letters: LATIN,
    ask: 'snälla|skriv|gör|komponera|skapa|sjung|jag|vill|ha|mig|oss|åt|kan|du|vær|venlig|lav|gjør|lag|vil|jeg|mig|meg|syng',
    form: '\\p{L}*sång|\\p{L}*låt|vaggvisa|ballad|\\p{L}*sang|vise',
    fill: 'en|ett|et|fin|kort|ny',
    about: 'om|till|åt|til',
    style: 'i stil(?:en)?(?: med| av)?',
    compound: 'i \\p{L}{2,16}-?stil',
  },
  {
    letters: LATIN,
    ask: 'te rog|vă rog|scrie|scrieți|compune|creează|fă|fa|cântă|vreau|aș|vrea|îmi|ne|mi',
    form: 'cântec|melodie|baladă|piesă|imn',
    fill: 'un|o|frumos|frumoasă|scurt|scurtă',
    about: 'despre|pentru|dedicat[ă]?',
    style: 'în stil(?:ul)?',
  },
  // The ending of a word says in Hungarian and Finnish what it is to a song: "macskáról" is "about a cat".
  {
    letters: LATIN,
    ask: 'kérlek|írj|írjon|írjál|szerezz|készíts|csinálj|énekelj|szeretnék|akarok|kérek|nekem|nekünk|tudsz|írni',
    form: '\\S*dalt?|ének|éneket|balladát?|altatót?|himnuszt?',
    fill: 'egy|szép|rövid|új',
    about: '(?!)',
    style: '(?:rock|pop|jazz|blues|folk|country|metal|punk|reggae|rap|techno) stílus(?:ban|ú)',
    isStyleAlone: true,
  },
  {
    letters: LATIN,
    ask: 'kirjoita|kirjoittakaa|tee|tehkää|sävellä|luo|laula|haluan|haluaisin|minulle|meille|ole|hyvä|voitko|kirjoittaa',
    form: '\\S*laulun?|balladin?|kappale(?:en)?|biisin?|kehtolaulun?',
    fill: 'kaunis|kauniin|lyhyt|lyhyen|uusi|uuden',
    about: '(?!)',
    style: '\\p{L}{2,16}-?tyyliin',
    isStyleAlone: true,
  },
  {
    letters: /\p{Script=Greek}/u,
    ask: 'παρακαλώ|γράψε|γράψτε|φτιάξε|φτιάξτε|σύνθεσε|δημιούργησε|τραγούδησε|κάνε|θέλω|θα|ήθελα|μου|μας|για μένα|μπορείς|να|γράψεις',
    form: 'τραγούδι\\S*|μπαλάντ\\S*|ύμνο\\S*|νανούρισμα|μελωδία|κομμάτι|ραπ',
    fill: 'ένα|μια|μία|έναν|όμορφο|μικρό|ωραίο',
    about: 'για|σχετικά με|αφιερωμένο σ\\S*',
    style: 'σε (?:στυλ|στιλ|ύφος|ρυθμό)|στο στυλ',
    names: [
      ['μπαλάντ.*', 'Μπαλάντα'],
      ['ύμν.*', 'Ύμνος'],
      ['νανούρ.*', 'Νανούρισμα'],
      ['.*', 'Τραγούδι'],
    ],
  },
  {
    letters: /\p{Script=Hebrew}/u,
    ask: 'בבקשה|כתוב|כתבי|כתבו|תכתוב|תכתבי|צור|צרי|חבר|הלחן|תלחין|שיר לי|תעשה|עשה|אני|רוצה|לי|לנו|צריך|צריכה',
    form: 'שיר|בלדה|המנון|פזמון|ניגון|ראפ',
    fill: 'יפה|קצר|חדש|ילדים',
    about: 'על|אודות|עבור|בשביל|שמדבר על|לכבוד',
    style: "ב(?:סגנון|ז[׳']?אנר|קצב)",
  },
  {
    letters: /\p{Script=Arabic}/u,
    ask: 'من|فضلك|رجاء|اكتب|أكتب|اكتبي|ألف|ألّف|اصنع|أنشئ|اعمل|لحن|غن|أريد|اريد|أرغب|في|لي|لنا|أحتاج|هل|يمكنك|كتابة|تأليف',
    form: 'أغنية|اغنية|أغنيه|نشيد|أنشودة|تهويدة|قصيدة|موال|لحن|مقطوعة|موسيقى',
    fill: 'جميلة|قصيرة|جديدة|أطفال|للأطفال|تتحدث',
    about: 'عن|حول|من أجل|إلى|بعنوان',
    style: '(?:ب|على )?(?:أسلوب|اسلوب|طراز|نمط|طريقة|إيقاع|ستايل)',
  },
  {
    letters: /\p{Script=Devanagari}/u,
    ask: 'कृपया|मुझे|हमें|लिखो|लिखें|लिखिए|लिख|बनाओ|बनाएं|बनाएँ|बनाइए|बना|गाओ|सुनाओ|दो|दें|दीजिए|चाहिए|करो|करें|तैयार',
    form: 'गाना|गाने|गीत|संगीत|भजन|ग़ज़ल|गजल|लोरी|रैप',
    fill: 'एक|कोई|सुंदर|अच्छा|छोटा|नया|सा',
    about: 'के बारे में|के लिए|के ऊपर|के विषय पर|पर',
    isBehind: true,
    style: '(?:स्टाइल|शैली|अंदाज़|अंदाज) (?:में|का|की)',
    isStyleBehind: true,
  },
]

const normal = (source: string): string => source.normalize('NFC')
const whole = (source: string): RegExp => new RegExp(`^(?:${normal(source)})$`, 'iu')
const WORD = '[^\\s,.;:!?،؛]+'

const READERS = LANGUAGES.map((words) => ({
  ...words,
  ask: whole(words.ask),
  form: whole(words.form),
  fill: whole(words.fill),
  about: whole(words.about),
  style: new RegExp(
    words.isStyleAlone
      ? `(?<![^\\s,])(?:${normal(words.style)})(?!\\p{L})`
      : words.isStyleBehind
        ? `(?<![^\\s,])${WORD} (?:${normal(words.style)})(?=$|[\\s,.;:!?])`
        : `(?<![^\\s,])(?:(?:${normal(words.style)}) ${WORD}${words.compound ? `|${words.compound}(?!\\p{L})` : ''})`,
    'giu',
  ),
  names: words.names?.map(([form, name]) => [whole(form), name] as const),
}))

type Reader = (typeof READERS)[number]

/** The longest form and the longest preposition, in words. */
const MOST_JOINED = 3
/** Words that nothing here knows, between those that make a request. */
const MOST_UNKNOWN = 3

/** What a request is about, with the text that leads to it left out; undefined where the text is none. Empty: nothing is named. */
export function subjectByWords(text: string): string | undefined {
  for (const reader of READERS) {
    if (!reader.letters.test(text)) continue
    const [sentence = '', ...after] = text.replace(reader.style, ' ').split(/(?<=[,،.;:!?])\s/u)
    const words = sentence.split(' ').map(withoutMarks)
    const found = reader.isBehind ? aboutBefore(words, reader) : aboutAfter(words, reader)
    if (found !== undefined)
      return [found, ...after.filter((clause) => !isForeignSound(clause))].join(', ').replace(/^, /, '')
  }
  return thaiSubject(text)
}

const MARKS = ',،.;:!?'

/** A word without the marks that follow it. */
function withoutMarks(word: string): string {
  let end = word.length
  while (end > 0 && MARKS.includes(word.charAt(end - 1))) end -= 1
  return word.slice(0, end)
}

/** How many words from `at` on match, the most first; 0 for none. */
function matching(words: readonly string[], at: number, pattern: RegExp): number {
  for (let count = Math.min(MOST_JOINED, words.length - at); count > 0; count--)
    if (pattern.test(words.slice(at, at + count).join(' '))) return count
  return 0
}

/** Past the words that match, from `at` on. */
function past(words: readonly string[], at: number, isKnown: (word: string) => boolean): number {
  let next = at
  while (next < words.length && isKnown(words[next] ?? '')) next++
  return next
}

const isSoundWord = (word: string): boolean => STYLE_WORDS.has(word.toLowerCase()) || isForeignSound(word)

/** "Write a merry song about a cat" */
function aboutAfter(words: readonly string[], reader: Reader): string | undefined {
  const isKnown = (word: string): boolean => reader.fill.test(word) || isSoundWord(word)
  const asked = pastAsking(words, reader)
  const start = past(words, asked, (word) => isKnown(word) && !reader.form.test(word))
  const most = asked > 0 ? MOST_UNKNOWN : 0
  const formAt = [...Array(most + 1).keys()].map((more) => start + more).find((at) => formsAt(words, at, reader) > 0)
  if (formAt === undefined) return undefined
  let behind = formAt
  let formName = ''
  for (let count = formsAt(words, behind, reader); count > 0; count = formsAt(words, behind, reader)) {
    formName = words.slice(behind, behind + count).join(' ')
    behind += count
  }
  const next = past(words, behind, isKnown)
  for (let at = next; at <= next + most && at < words.length; at++) {
    const count = matching(words, at, reader.about)
    if (count === 0) continue
    const told = withoutSound(words.slice(at + count))
    const name = reader.names?.find(([form]) => form.test(formName))?.[1]
    return name === undefined || told === '' ? told : `${name} ${words.slice(at, at + count).join(' ')} ${told}`
  }
  const rest = withoutSound(words.slice(next).filter((word) => !reader.ask.test(word)))
  // "Ballad" and "rap" are English, too.
  return asked > 0 || (rest === '' && !STYLE_WORDS.has(formName.toLowerCase())) ? rest : undefined
}

/** Of words that also are prepositions, such as "for" in "for me", those count that a request has before its form. */
function pastAsking(words: readonly string[], { ask }: Reader): number {
  let at = 0
  for (let count = matching(words, at, ask); count > 0; count = matching(words, at, ask)) at += count
  return at
}

/** A form may be a part of a compound: "рок-балладу". */
const formsAt = (words: readonly string[], at: number, { form }: Reader): number =>
  matching(words, at, form) || (form.test((words[at] ?? '').replace(/^.*-/u, '')) ? 1 : 0)

/** "About a cat a merry song write" */
function aboutBefore(words: readonly string[], reader: Reader): string | undefined {
  const first = pastAsking(words, reader)
  const formAt = words.findLastIndex((_, at) => at >= first && formsAt(words, at, reader) > 0)
  if (formAt === -1) return undefined
  const isKnown = (word: string): boolean => reader.fill.test(word) || isSoundWord(word) || reader.form.test(word)
  const isAsked = first > 0 || words.slice(formAt + 1).some((word) => reader.ask.test(word))
  if (words.slice(formAt + 1).some((word) => !reader.ask.test(word) && !isKnown(word))) return undefined
  for (let at = formAt - 1; at > first; at--) {
    const count = matching(words, at, reader.about)
    if (count === 0) continue
    const unknown = words.slice(at + count, formAt).filter((word) => !isKnown(word))
    return unknown.length > MOST_UNKNOWN ? undefined : withoutSound(words.slice(first, at))
  }
  const rest = words.slice(first, formAt).filter((word) => !isKnown(word))
  if (rest.length > 0 && !isAsked) return undefined
  return rest.join(' ').replace(/\s(?:का|की|के)$/u, '')
}

/** Words that lead to a description of the sound: "под гитару", "z gitarą", "với piano". */
const WITH = /^(?:под|с|со|з|із|z|ze|s|se|ile|με|với|dengan|met|med|cu|مع|עם|के)$/iu

function withoutSound(words: readonly string[]): string {
  const from = words.findLastIndex(
    (word, at) => at > 0 && WITH.test(word) && at < words.length - 1 && words.slice(at + 1).every(isSoundWord),
  )
  return words.slice(0, from === -1 ? words.length : from).join(' ')
}

const THAI_STYLE = /\s?(?:แนว|สไตล์|ในแบบ)\s?\S{1,16}/gu
const THAI =
  /^(?:ช่วย|กรุณา|โปรด|อยากได้|ขอ|แต่ง|เขียน|สร้าง|ทำ|ร้อง|ให้|หน่อย|ฉัน|ผม){0,6}(?:บท)?เพลง(?<kind>[^\s]{0,24}?)(?<link>เกี่ยวกับ|สำหรับ|ให้|ถึง|เรื่อง|ว่าด้วย|$)(?<about>.*)$/su

function thaiSubject(text: string): string | undefined {
  if (!/\p{Script=Thai}/u.test(text)) return undefined
  const said = text.replace(THAI_STYLE, '').replace(/(?<=\p{Script=Thai}|ๆ) (?=\p{Script=Thai})/gu, '')
  const { kind = '', link = '', about = '' } = THAI.exec(said)?.groups ?? {}
  if (link !== '') return about.replace(/(?:หน่อย|ที|ให้หน่อย|ครับ|ค่ะ|นะ){1,3}$/u, '')
  // "เพลงเศร้า" is a sad song, "เพลงของเรา" is ours.
  return kind === '' || !isForeignSound(kind) ? undefined : ''
}

/** What the test of their time analyses. */
export const PATTERNS_BY_WORDS: readonly RegExp[] = [
  ...READERS.flatMap(({ ask, form, fill, about, style }) => [ask, form, fill, about, style]),
  THAI_STYLE,
  THAI,
  WITH,
]
