/** What tells languages in Latin letters apart: words that every text has, and letters that the others do not. */
const SIGNS: readonly (readonly [name: string, words: string, letters?: RegExp])[] = [
  [
    'english',
    'the and you i me my of to in is it we on for be with that are your not all this love oh about song who was so have why what how do does they she her his him can will would when where there',
  ],
  [
    'spanish',
    'el la los las de que y en un una mi tu te me no es con por para se lo su amor corazón sin como más canción sobre del noche mar muy',
    /[ñ¿¡]/gu,
  ],
  [
    'italian',
    'il lo la gli che di e un una mi ti non è per con sei sono nel della amore cuore come più io canzone sulla sul mio mia notte mare',
    /[ìòà]/gu,
  ],
  [
    'german',
    'der die das und ich du nicht ist ein eine mit wir mein meine dein auf es zu im dem von wie herz liebe lied über für nacht',
    /[äöüß]/gu,
  ],
  [
    'french',
    'le les des et je tu est une mon ma ton dans pour que pas avec nous vous sur ce qui au du mais chanson nuit amour',
    /[çœêâîû]/gu,
  ],
  [
    'portuguese',
    'o os um uma que não eu você meu minha com para de do da em no na é seu mas por canção música sobre noite',
    /[ãõ]/gu,
  ],
  ['dutch', 'de het een en ik je niet van dat is op mijn met voor we zijn over lied liedje nacht liefde', /ĳ/gu],
  [
    'polish',
    'i w nie na się z do jest to że jak mój moja moje mojej co o dla noc piosenka piosenkę ballada napisz',
    /[ąęłżźśćń]/gu,
  ],
  ['czech', 'je se v ve že jsem jsi pro písnička písničku píseň můj moje láska noc napiš jako když', /[ěřůčďťňšž]/gu],
  ['croatian or serbian', 'je se sam si ti moja moj pjesma pesma ljubav kao što nije za', /[đčćž]/gu],
  ['swedish', 'och jag du är en det inte på att som med för min mig dig sång om låt natt kärlek', /[åäö]/gu],
  ['danish or norwegian', 'og jeg du er en et det ikke på som med min sang om kærlighed kjærlighet', /[æøå]/gu],
  ['finnish', 'ja ei minun minä sinä sinun että kun niin se olen laulu rakkaus yö kirjoita', /[äö]/gu],
  ['hungarian', 'az egy és nem hogy van én te szerelem dal dalt dalom írj ki mint', /[őűöü]/gu],
  ['romanian', 'și si nu un o este eu tu mea meu pe cu în la ce cântec dragoste despre pentru scrie', /[ășțşţâî]/gu],
  ['turkish', 've bir bu ne sen ben için çok gibi şarkı şarkısı gece aşk benim hakkında', /[ğışöü]/gu],
  [
    'vietnamese',
    'em anh và là của không tôi một cho về bài hát tình yêu mẹ đêm có như',
    /[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/gu,
  ],
  [
    'indonesian or malay',
    'yang dan di aku kau cinta tak tidak untuk dengan ini itu tentang lagu ku mu kamu saya dari malam hati buat tulis ibu',
  ],
  ['tagalog', 'ang ng mga sa ko mo ay ako ikaw kita hindi mahal pag-ibig'],
]

/** How much a letter of a language's own counts beside one of its words. */
const LETTER_WEIGHT = 2

const KNOWN = SIGNS.map(([name, words, letters]) => ({ name, words: new Set(words.split(' ')), letters }))

/** The language of a text in Latin letters. English where nothing tells, and where it has as many signs as another. */
export function latinLanguageOf(text: string): string {
  const lower = text.toLowerCase().normalize('NFC')
  const found = lower.match(/[\p{Script=Latin}\p{M}]+/gu) ?? []
  let best = { name: 'english', score: 0 }
  for (const { name, words, letters } of KNOWN) {
    const own = letters ? (lower.match(letters)?.length ?? 0) : 0
    const score = found.filter((word) => words.has(word)).length + LETTER_WEIGHT * own
    if (score > best.score) best = { name, score }
  }
  return best.name
}
