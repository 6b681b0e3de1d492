import { wordsSource } from './foreign-words.ts'

/** What songs are mostly about, by the beginnings of words, and one word for it that themes of lyrics know. */
// biome-ignore format: a table reads better in rows
const ROWS: readonly (readonly [words: string, english: string])[] = [
  [
    'кошк|кот[аеиуыі]?!|котик|кіт!|собак|пёс!|пес!|щен[ок]|kot[aue]?!|kocie!|kotk|pies!|psa!|psie!|kočk|pejs|pes!|قط|كلب|बिल्ली|कुत्त|kedi|köpek|mèo|chó!|kucing|anjing|γάτ|σκύλ|חתול|כלב|แมว|หมา|สุนัข|chat!|chats!|chien|gato|cachorro|kat!|hond!|katt|hund!|pisic|câine',
    'pet',
  ],
  [
    'любв|любов|кохан|miłoś|miłość|lásk|حب!|الحب|حبيب|प्यार|प्रेम|इश्क|aşk|sevgi|tình yêu|cinta|kasih|αγάπ|έρωτ|אהב|ความรัก|amour|amor!|liefde|kärlek|kjærlighet|kærlighed|dragost|iubir|szerel|rakkau',
    'love',
  ],
  [
    'дожд|дощ|deszcz|déšť|dešt|مطر|बारिश|वर्षा|yağmur|mưa|hujan|βροχ|גשם|ฝน|pluie|chuva|regen!|regn!|ploai|eső!|sade!',
    'rain',
  ],
  ['мор[еяю]!|океан|morz[eau]|moř[ei]|بحر|समुद्र|सागर|deniz|biển|laut!|θάλασσ|הים!|ים!|ทะเล|mer!|mar!|zee!|hav!|havet|mare!|tenger|meri!', 'sea'],
  [
    'мам[аеуоы]|матер|папа|папе|отец|отц|батьк|тат[оау]!|мати!|дочер|дочк|доньк|сын[аеу]?!|син[аеу]?!|бабуш|бабус|семь|родин|mam[aąęoy]!|matk|ojc|tat[ay]!|córk|syn[au]?!|babci|rodzin|mám[auy]|أم!|أمي|امي|أب!|أبي|عائل|ابنت|माँ|मां|पिता|पापा|बेटी|बेटा|परिवार|anne|baba|kızım|oğlum|aile|mẹ!|cha!|bố!|gia đình|con gái|con trai|ibu!|ayah|keluarga|μητέρ|μαμά|πατέρ|οικογέν|אמא|אבא|משפח|แม่|พ่อ|ครอบครัว|maman|mère|père|mãe|pai!|família|moeder|vader|mamma|pappa|mama!|familie',
    'family',
  ],
  ['друз|друг[аеу]?!|дружб|przyja[cź]|přátel|صديق|أصدقاء|दोस्त|arkadaş|dostluk|bạn bè|tình bạn|sahabat|teman|φίλ[οεη]|חבר|เพื่อน|ami[es]?!|amis!|amitié|amig|vriend|vän!|vänn|venner|prieten', 'friends'],
  ['лет[оау]!|літ[оа]!|lat[oa]!|latem!|lét[oa]!|صيف|गर्मी|yaz(?:ın|ı|a)!|mùa hè|mùa hạ|musim panas|καλοκαίρ|קיץ|ฤดูร้อน|หน้าร้อน|été!|verão|zomer|sommar|sommer|vară!|nyár|kesä', 'summer'],
  ['зим[аеуоы]|снег|сніг|zim[aęyą]|śnieg|zim[au]!|sníh|شتاء|ثلج|सर्दी|बर्फ|kış!|kar!|mùa đông|tuyết|salju|musim dingin|χειμών|χιόν|חורף|שלג|ฤดูหนาว|หิมะ|hiver|neige|inverno|neve|winter|sneeuw|vinter|snö!|iarn', 'winter'],
  ['город|міст[оаі]!|miast|mieście|měst|مدين|शहर|şehir|şehri|thành phố|kota!|πόλη|עיר!|เมือง|ville!|cidade|stad!|oraș', 'city'],
  ['день рождения|дн[яеюё]м? рождения|день народження|urodzin|narozenin|عيد ميلاد|जन्मदिन|doğum günü|sinh nhật|ulang tahun|γενέθλι|יום הולדת|วันเกิด|anniversaire|aniversári|verjaardag|födelsedag|zi de naștere', 'birthday'],
  ['доро[гж]|путешеств|подорож|podróż|drog[aię]|cest[ayě]!|سفر|طريق|सफ़र|यात्रा|yolculuk|hành trình|perjalanan|ταξίδ|מסע|การเดินทาง|voyage|viagem|reis!|resa!|călător', 'journey'],
  ['расставан|разлук|разбит|розлук|розстав|rozstani|rozchod|فراق|जुदाई|ayrılık|chia tay|perpisahan|patah hati|χωρισμ|פרידה|อกหัก|rupture|separação', 'heartbreak'],
  ['свобод|wolnoś|svobod|حرية|आज़ादी|özgürlük|tự do!|kebebasan|ελευθερί|חופש|อิสรภาพ|liberté|liberdade|vrijheid|frihet|libertat', 'freedom'],
]

const MEANT = ROWS.map(([words, english]) => ({ words: new RegExp(wordsSource(words), 'iu'), english }))

/** What the test of their time analyses. */
export const SUBJECT_PATTERNS: readonly RegExp[] = MEANT.map(({ words }) => words)

/** The subjects that a text in another language names, in English: ["rain", "love"]. */
export const subjectsInEnglish = (text: string): string[] =>
  MEANT.filter(({ words }) => words.test(text)).map(({ english }) => english)
