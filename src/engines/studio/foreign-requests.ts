import { ASIAN_SOUND, inWordsOfTags, SOUND_PATTERNS } from './foreign-styles.ts'
import { SUBJECT_PATTERNS } from './foreign-subjects.ts'
import { STYLE_WORDS } from './lyric-words.ts'
import { PATTERNS_BY_WORDS, subjectByWords } from './requests-by-words.ts'

/** A request for a song, taken apart: what it says of the sound, and what the song is about. Empty where it names nothing. */
export interface Request {
  style: string
  about: string
}

/** How a language asks for a song. All but `dedicates` are alternatives of a regular expression. */
interface RequestForms {
  ask: string
  article: string
  form: string
  /** Words before what the song is about, with the space after them. */
  about: string
  /** The same, which may also stand before a style: "de rock", "de mi abuela". */
  of: string
  /** What a song of a kind is "of". */
  kinds: string
}

// biome-ignore format: a table reads better in rows
const EUROPEAN: readonly RequestForms[] = [
  {
    ask: '(?:por favor,? )?(?:¿?(?:me )?(?:puedes?|podrías?) )?(?:escrib[ei]r?|escríbe|haz|hacer|crear?|créa|compón|componer?|generar?|cantar?|cánta|dame|quiero|quisiera|necesito)(?:me|nos|le)?',
    article: 'una?', form: 'canción|cancion|balada|letra|nana|himno|villancico|tema|música|rap|reggaet[oó]n|reguetón|bachata|bolero|cumbia|salsa|ranchera|corrido|merengue|rock|pop|trap',
    about: '(?:sobre|acerca de|para|dedicada a|que (?:hable|trate|habla|trata) (?:de|sobre)) ', of: '(?:de|del) ',
    kinds: 'amor|cuna|navidad|cumpleaños|boda|despedida|desamor|cumple',
  },
  {
    ask: '(?:por favor,? )?(?:(?:você )?(?:pode|poderia) )?(?:me )?(?:escrev[ae]r?|faça|faz|fazer|cri[ae]r?|compor|componha|gere|cante|quero|queria|preciso de)(?:-me| para mim)?',
    article: 'uma?', form: 'canção|música|balada|letra|hino|samba|rap',
    about: '(?:sobre|a respeito de|para|dedicada a|que fale (?:de|sobre)) ', of: '(?:de|do|da) ',
    kinds: 'amor|ninar|natal|aniversário|casamento|despedida',
  },
  {
    ask: '(?:per favore,? )?(?:(?:mi )?(?:puoi|potresti) )?(?:scriv(?:i|ere|er)|crea(?:re)?|fai|fa|fammi|fare|compon(?:i|imi|ere)|canta(?:re)?|genera|vorrei|voglio)(?:mi|ci)?',
    article: "una?|un'", form: 'canzone|ballata|ninna nanna|inno|brano|filastrocca|rap',
    about: "(?:(?:su|sul|sulla|sullo|sui|sulle|sugli|per|riguardo a|dedicata a|che parl[ai] di) |sull')", of: "(?:di|del|della) |dell'",
    kinds: "amore|natale|compleanno|addio|matrimonio",
  },
  {
    ask: '(?:bitte )?(?:(?:kannst|könntest) du )?(?:schreibe?|mache?|komponiere?|dichte|erstelle?|singe|sing (?:mir|uns|bitte)|gib|ich (?:möchte|will|brauche|hätte gern)|mir|uns)(?: (?:mir|uns|bitte)){0,2}',
    article: 'eine?n?', form: '\\p{L}{0,16}lied|\\p{L}{0,12}song|ballade|hymne|rap|schlager',
    about: '(?:über|für|von|vom|zum|an (?=mein|dich|die|den|das|euch|unser)) ', of: '(?:der|des) ', kinds: 'liebe',
  },
  {
    ask: "(?:s'il (?:te|vous) pla[iî]t,? )?(?:(?:peux-tu|tu peux|pourrais-tu|pouvez-vous) )?(?:m')?(?:écri(?:s|re|vez)|compose[rz]?|crée[rz]?|fai(?:s|re|tes)|chante[rz]?|génère|donne|je (?:veux|voudrais)|j'aimerais)(?:-(?:moi|nous))?",
    article: 'une?', form: 'chanson|ballade|berceuse|comptine|hymne|morceau|rap',
    about: "(?:sur|pour|à propos de|au sujet de|qui parle (?:de|du)) ", of: "(?:de|du|des) |de l'",
    kinds: "amour|noël|anniversaire|adieu|été|mariage",
  },
]

/** Words that make it a certain song, and no request for one: "mi canción para ti", "das Lied von der Erde". */
const NO_REQUEST = 'mi|tu|su|la|las|el|los|esta|esa|minha|tua|a|o|mia|questa|il|das|mein|dein|dieses|ma|ta|les?|cette'

const REQUESTS = EUROPEAN.map(({ ask, article, form, about, of, kinds }) => {
  const start = `^¿?(?!(?:${NO_REQUEST}) )(?:(?<ask>${ask}) )?(?:(?<article>${article}) ?)?(?:[\\p{L}-]{1,20} ){0,2}?(?:${form})(?!\\p{L})`
  const kind = `(?: (?:${of})?(?:d')?(?:${kinds})(?!\\p{L}))?`
  return {
    about: new RegExp(`${start}${kind}(?: [\\p{L}'-]{1,20}){0,4}?,? (?:${about})(?<about>.+)$`, 'iu'),
    of: new RegExp(`${start} (?:${of})(?<about>.+)$`, 'iu'),
    alone: new RegExp(
      `${start}(?<kind>${kind})(?: (?!qu[ei] |ch[ei] |die |der |das |o[ùu] )[\\p{L}'-]{1,20}){0,3}(?=$|[,.;:!?])(?<rest>.*)$`,
      'iu',
    ),
    kinds: new RegExp(`^(?:${kinds})(?!\\p{L})`, 'iu'),
  }
})

/** A request in another language than English; undefined where the text is none. */
export function foreignRequestIn(prompt: string): Request | undefined {
  const text = prompt.replace(/[\s\u3000]+/g, ' ').trim()
  return europeanRequestIn(text) ?? asianRequestIn(text) ?? requestByWords(text)
}

function requestByWords(text: string): Request | undefined {
  const about = subjectByWords(text)
  return about === undefined ? undefined : { style: about === '' ? text : text.replace(about, ''), about }
}

function europeanRequestIn(text: string): Request | undefined {
  for (const { about, of, alone, kinds } of REQUESTS) {
    const told = about.exec(text)?.groups?.about
    if (told !== undefined) return parted(text, told)
    const owner = of.exec(text)?.groups?.about
    if (owner !== undefined && !kinds.test(owner) && !STYLE_WORDS.has(owner.toLowerCase().split(/[\s,.]/)[0] ?? ''))
      return parted(text, owner)
    const { ask, article, kind, rest } = alone.exec(text)?.groups ?? {}
    if (rest !== undefined && (ask || article || kind)) return parted(text, rest)
  }
  return undefined
}

const PLEASE = /,?\s(?:por favor|per favore|bitte|s'il (?:te|vous) pla[iî]t|gracias|danke|merci|grazie)(?=$|[,.!?])/giu
/** What German puts last: "Kannst du mir ein Lied über Hunde schreiben?" */
const VERB_AT_THE_END = /\s(?:schreiben|machen|komponieren|singen|erstellen)(?=[.!?]?$)/iu
const WITH_A_SOUND =
  /,? (?:con|mit|avec|com|met) (?:(?!,)\S{1,20} ){0,2}?(?:guitarr?a|chitarra|gitarre|guitare|piano|klavier|viol|geige|voz|voc[ei]|voix|\p{L}{0,10}stimme|ritmo|rythme|tambor|tromp|bater|batterie|schlagzeug|saxo|orques|orches|flaut|flöte|coro|chor|chœur|beat|acorde)\p{L}{0,10}.*$/iu

/** A request whose subject is known: what is said of the sound beside it is no part of it. */
function parted(text: string, told: string): Request {
  const about = told
    .replace(PLEASE, '')
    .replace(VERB_AT_THE_END, '')
    .replace(WITH_A_SOUND, '')
    .split(/,\s|(?<=[.!?;])\s/)
    .map((clause) => clause.replace(/^[\s,.;:!?]+/, ''))
    .filter((clause, index) => clause !== '' && (index === 0 || !isOfSound(clause)))
    .join(', ')
  return { style: about === '' ? text : text.replace(about, ''), about: nominative(about) }
}

const isOfSound = (clause: string): boolean =>
  inWordsOfTags(clause) !== '' ||
  /^(?:con|mit|avec|com|met|estilo|stile?|style|en estilo|im stil|género|genere|ritmo)\s/iu.test(clause)

/** German: "über den Regen" is about "der Regen". */
const nominative = (about: string): string =>
  about.replace(/^(?:den|einen|meinen|deinen|unseren)(?=\s\p{Lu})/u, (article) =>
    article === 'den' ? 'der' : article.slice(0, -2),
  )

const SOUNDS = `(?:(?:${ASIAN_SOUND})(?:な|の|的)?\\s?){0,3}`
const CHINESE_FORM = '(?:歌曲|歌词|歌詞|情歌|儿歌|兒歌|歌|曲子|曲|音乐|音樂)'
const CHINESE_REQUEST =
  '(?:请|請|麻烦|帮我|幫我|给我|給我|替我|为我|為我|我想要|我想|我要|我需要|想要|能不能|可以|能|你){0,4}'
const CHINESE_VERB = '(?:写|寫|创作|創作|生成|制作|製作|做|作|来|來|谱|譜|编|編)'
const CHINESE_COUNT = '(?:一?[首个個支段]|一曲)'
const JAPANESE_FORM = '(?:歌詞|歌|曲|ソング|音楽)'
const JAPANESE_REQUEST =
  '(?:(?:を|が)?(?:[一1１]曲)?(?:作|書|つく|かい|聞か|聴か|歌って|うたって|お願い|おねがい|くだ|下さ|欲し|ほし|生成|頼|たの|ちょうだい).*)'
const KOREAN_FORM = '(?:노래|곡|발라드|음악)'
const KOREAN_REQUEST =
  '(?:[를을]? ?(?:하나|한 ?곡)?[를을]? ?(?:만들어|만들고 싶|써 ?[주줘봐]|쓰고 싶|불러|작곡|작사|지어|들려|부탁|주세요|원해|듣고 싶|해 ?줘|추천).*)'
const KOREAN_ADJECTIVES = `(?:(?:${ASIAN_SOUND}|아름다운|예쁜|좋은|멋진|따뜻한|귀여운|재미있는|재밌는|감동적인|웃긴|짧은|긴)\\s){0,3}`

/** Each with the subject as `about`, which is missing or empty in requests that name none. */
const ASIAN: readonly RegExp[] = [
  `^${CHINESE_REQUEST}${CHINESE_VERB}?${CHINESE_COUNT}?${SOUNDS}(?:关于|關於|有关|有關|讲述|描写|描述|歌颂|以)(?<about>.+?)(?:[为為]主?[题題])?的${SOUNDS}${CHINESE_FORM}$`,
  `^(?:请|請|帮我|幫我|我想|我要){0,2}(?:为|為|给|給)(?<about>(?!我们?[写寫做作]|我們?[写寫做作]).{1,16}?)(?:写|寫|创作|創作|做|作|唱)${CHINESE_COUNT}?${SOUNDS}.{0,6}?${CHINESE_FORM}$`,
  `^${CHINESE_REQUEST}${CHINESE_VERB}${CHINESE_COUNT}?${SOUNDS}${CHINESE_FORM}(?:来|來)?(?:送给|送給|献给|獻給|给|給|唱给)(?<about>.+)$`,
  `^${CHINESE_REQUEST}(?:${CHINESE_VERB}${CHINESE_COUNT}?|${CHINESE_COUNT})${SOUNDS}(?<about>.{0,12}?)的?${CHINESE_FORM}$`,
  `^${CHINESE_REQUEST}${CHINESE_VERB}?${CHINESE_COUNT}?(?:关于|關於)(?<about>[^，,]+)$`,
  `^(?<about>.+?)(?:についての|に関する|をテーマにした|をテーマとした|をテーマに|に捧げる|に贈る|のための|への)${SOUNDS}${JAPANESE_FORM}?${JAPANESE_REQUEST}?$`,
  `^(?:[一1１]曲)?${SOUNDS}(?:${JAPANESE_FORM}|${ASIAN_SOUND})${JAPANESE_REQUEST}$`,
  `^(?:${ASIAN_SOUND})(?:な|の)?${SOUNDS}${JAPANESE_FORM}$`,
  `^${SOUNDS}(?<about>(?!(?:私|僕|俺|君|あなた|わたし|ぼく)の).+?)の${SOUNDS}(?:${JAPANESE_FORM}|バラード|子守唄)${JAPANESE_REQUEST}?$`,
  `^${SOUNDS}(?<about>.{1,12}?)(?:ソング|バラード)${JAPANESE_REQUEST}?$`,
  `^${SOUNDS}(?<about>.{1,12}?)の?${JAPANESE_FORM}${JAPANESE_REQUEST}$`,
  `^(?:한국어로 )?${KOREAN_ADJECTIVES}(?<about>.+?)(?:에 ?대한|에 ?대해|에 ?관한|에 ?관해|[을를] 위한|[을를] 주제로 한|에게 바치는|의) ${KOREAN_ADJECTIVES}(?:\\S{1,8} )?${KOREAN_FORM}(?:${KOREAN_REQUEST}|[을를])?$`,
  `^(?:한국어로 )?${KOREAN_ADJECTIVES}${KOREAN_FORM}(?:${KOREAN_REQUEST}|[을를])?$`,
  `^(?:한국어로 )?${KOREAN_ADJECTIVES}(?<about>[^,]{1,30}?) ?${KOREAN_FORM}${KOREAN_REQUEST}$`,
  `^(?:한국어로 )?${KOREAN_ADJECTIVES}(?<about>\\S{1,8}(?: \\S{1,8})?) ${KOREAN_FORM}$`,
].map((source) => new RegExp(source, 'su'))

/** As a whole sentence, or else the clause that comes first; what follows it is of the sound. */
function asianRequestIn(text: string): Request | undefined {
  if (!/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(text)) return undefined
  const [sentence = ''] = text.split(/[。！!？?；;]/u)
  const [clause = ''] = sentence.split(/[,，、]/u)
  for (const asked of new Set([sentence, clause])) {
    const said = asked.trim().replace(/(?:好吗|好嗎|可以吗|可以嗎|吗|嗎|呢|吧|谢谢|謝謝){1,3}$/u, '')
    for (const pattern of ASIAN) {
      const found = pattern.exec(said)
      if (found) {
        const about = found.groups?.about?.trim() || besides(sentence, asked)
        return { style: text.replace(about, ''), about }
      }
    }
  }
  return undefined
}

/** "발라드, 이별, 여성 보컬": the clauses after a form that are of no sound. */
const besides = (sentence: string, clause: string): string =>
  sentence
    .slice(clause.length)
    .split(/[,，、]\s?/u)
    .filter((part) => part !== '' && inWordsOfTags(part) === '')
    .join(', ')

/** What the test of their time analyses. */
export const FOREIGN_PATTERNS: readonly RegExp[] = [
  ...REQUESTS.flatMap((patterns) => Object.values(patterns)),
  ...ASIAN,
  ...PATTERNS_BY_WORDS,
  ...SOUND_PATTERNS,
  ...SUBJECT_PATTERNS,
]
