import { wordsSource } from './foreign-words.ts'

/**
 * Words for a sound in Chinese, Japanese and Korean; from the start of a word, in languages in which requests have a fixed form, and
 * in those whose requests are taken apart word by word; and what they are in tags. "!" is the end of a word. Thai has no spaces.
 */
type Row = readonly [asian: string, european: string, further: string, english: string]

// biome-ignore format: a table reads better in rows
const ROWS: readonly Row[] = [
  ['摇滚|搖滾|ロック|록', '', 'рок!|рока!|роке!|рок-|рок-н|rockow|rockov|rockstij|rockstil|rock-tyyl|روك|रॉक|ροκ|רוק!|ร็อก|ร็อค', 'rock'],
  ['流行|ポップス|ポップ|팝', '', 'поп!|поп-|попс|popow|popov|بوب!|पॉप|ποπ!|פופ|ป๊อป|ป็อป', 'pop'],
  ['说唱|說唱|嘻哈|ラップ|ヒップホップ|힙합|랩', '', 'рэп|реп!|репу!|х[иі]п[ -]?хоп|hip-hopow|rapow|راب!|هيب هوب|रैप|हिप ?हॉप|ραπ!|χιπ χοπ|ראפ|היפ הופ|แร็ป|ฮิปฮอป', 'hip hop'],
  ['爵士|ジャズ|재즈', '', 'джаз|jazzow|jazzov|جاز!|जैज़|जैज|τζαζ|ג׳אז|ג\'אז|caz!|แจ๊ส', 'jazz'],
  ['民谣|民謠|フォーク|포크', 'folklórica|chanson folk', 'фолк|народн|ludow|halk müziği|halk şarkı|लोकगीत|लोक संगीत|φολκ|dân ca|lidov', 'folk'],
  ['电子|電子|エレクトロ|일렉트로닉', 'electrónica|elettronica|eletrônica|électronique|elektronisch', 'электронн|електронн|elektroniczn|elektronik|إلكتروني|इलेक्ट्रॉनिक|ηλεκτρονικ|אלקטרוני|điện tử|อิเล็กทรอนิก', 'electronic'],
  ['抒情|バラード|발라드', 'balada|ballata', 'балл?ад|μπαλάντ|בלדה|baladă|บัลลาด', 'ballad'],
  ['蓝调|藍調|ブルース|블루스', '', 'блюз|بلوز|ब्लूज|μπλουζ|בלוז|บลูส์', 'blues'],
  ['雷鬼|レゲエ|레게', '', 'регги|реггей|рег[іе]|ريغي|रेगे|ρέγκε|רגאיי|เร็กเก้', 'reggae'],
  ['金属|金屬|メタル|메탈', '', 'мет[ае]лл?!|метал-|metalow|metalov|ميتال|मेटल|μέταλ|מטאל|เมทัล', 'metal'],
  ['乡村|鄉村|カントリー|컨트리', '', 'кантр[иі]|كانتري|कंट्री|κάντρι|קאנטרי|คันทรี', 'country'],
  ['朋克|パンク|펑크', '', 'панк|punkow|punkov|بانك|पंक|πανκ|פאנק!|พังก์', 'punk'],
  ['舞曲|ダンス|댄스', '', 'танц[ею]вальн|taneczn|tanečn|dans müziği|راقص|डांस|χορευτικ|nhạc dance|แดนซ์', 'dance pop'],
  ['摇篮曲|搖籃曲|子守唄|子守歌|ララバイ|자장가', 'una nana\\b|canción de cuna|ninna nanna|schlaflied|wiegenlied|berceuse', 'колыбельн|колисков|kołysank|ninni(?:si|yi)?!|تهويدة|लोरी|νανούρισμα|שיר ערש|hát ru|lagu tidur|nina bobo|ukolébavk|slaapliedje|vaggvisa|cântec de leagăn|เพลงกล่อม', 'lullaby'],
  ['华尔兹|華爾茲|ワルツ|왈츠', 'vals\\b|valzer|walzer|valse', 'вальс|walca?!|valčík|فالس|βαλς|ואלס', 'waltz'],
  ['古典|クラシック|클래식', 'clásica|classica|klassisch|classique', 'классическ|класичн|klasyczn|klasick|klasik|كلاسيك|शास्त्रीय|κλασικ|קלאסי|cổ điển|คลาสสิก', 'classical'],
  ['悲伤|悲傷|伤感|傷感|忧伤|憂傷|难过|悲しい|切ない|哀しい|슬픈|슬프고', 'trist[eai]|traurig', 'грустн|печальн|сумн|smutn|hüzünlü|üzgün|acıklı|حزين|दुखद|उदास|λυπητερ|στενάχωρ|θλιμμέν|עצוב|buồn|sedih|sorglig|verdriet|droevig|smutek|tristă!|szomorú|suru|เศร้า', 'sad'],
  ['欢快|歡快|快乐|快樂|开心|開心|轻快|輕快|楽しい|元気な|明るい|嬉しい|陽気な|신나는|즐거운|밝은|행복한', 'alegre|feliz|allegr|felice|fröhlich|lustig|joyeu|gai\\b', 'вес[её]л|радостн|радісн|wesoł|radosn|neşeli|mutlu|eğlenceli|سعيد|مرح|खुश|मज़ेदार|मजेदार|χαρούμεν|εύθυμ|שמח|vui(?: vẻ| tươi| nhộn)?!|ceria|gembira|bahagia|vrolijk|glad[at]!|munter|vesel|vidám|iloi|hauska|สนุก|ร่าเริง', 'happy'],
  ['浪漫|情(?=歌)|ロマンチックな|ラブ(?=ソング)|로맨틱한', 'romántic|romantic|romantisch|romantique|de amor\\b|d[\'’]amor|d[\'’]amour|liebeslied', 'романтич|romantyczn|romantick|romantik|رومانسي|रोमांटिक|ρομαντικ|רומנטי|lãng mạn|romantis|โรแมนติก', 'romantic'],
  ['安静|安靜|平静|温柔|溫柔|静かな|穏やかな|優しい|やさしい|잔잔한|조용한', 'tranquil|calma|suave|dolce|ruhig|sanft|calme|douce?\\b', 'спокойн|нежн|тих(?:ая|ую|ий|а|у)!|спокійн|ніжн|spokojn|łagodn|klidn|sakin|yumuşak|هادئ|शांत|ήρεμ|απαλ|רגוע|nhẹ nhàng|êm dịu|tenang|lembut|rustig|lugn[at]?!|liniștit|สงบ|เบาๆ', 'calm'],
  ['热血|熱血|激昂|激しい|熱い|かっこいい|カッコいい|강렬한|빠른', 'enérgic|energic|énergique|schnell|rápid', 'энергичн|быстр|енергійн|швидк|energiczn|szybk|energick|rychl|enerjik|hızlı|حماسي|سريع|ऊर्जावान|जोशील|ενεργητικ|γρήγορ|אנרגטי|קצבי|sôi động|energik|bersemangat|cepat!|เร็ว', 'energetic'],
  ['慢|ゆっくりした|スローな|느린', 'lent[aoe]\\b|langsam', 'медленн|повільн|powoln|pomal|yavaş|بطيء|धीमा|धीमी|αργ[όήά]!|איטי|chậm|lambat!|pelan!|langzaam|långsam|ช้า', 'slow'],
  ['女声|女聲|女性ボーカル|여성 ?보컬', 'voz femenina|voz feminina|voce femminile|frauenstimme|voix féminine|voix de femme', 'женск(?:ий|им|ого|ая|ой)(?: вокал| голос)?|жіноч(?:ий|им|ого)(?: вокал| голос)?|(?:żeńsk|kobiec)(?:i|im)(?: wokal| głos)?|žensk[ýé](?: hlas| vokál)?|kadın (?:vokal|sesi|ses)|صوت أنثوي|صوت نسائي|महिला (?:आवाज|आवाज़|स्वर|गायक)|γυναικεί(?:α|ο) φων(?:ή|ητικά)|קול נשי|giọng nữ|(?:vokal|suara|penyanyi) wanita|vrouwenstem|kvinnlig (?:röst|sång)|voce feminină|เสียงผู้หญิง|นักร้องหญิง', 'female vocals'],
  ['男声|男聲|男性ボーカル|남성 ?보컬', 'voz masculina|voce maschile|männerstimme|voix masculine|voix d[\'’]homme', 'мужск(?:ой|им|ого)(?: вокал| голос)?|чолові(?:чий|чим|чого)(?: вокал| голос)?|męski(?:m)?(?: wokal| głos)?|mužsk[ýé](?: hlas| vokál)?|erkek (?:vokal|sesi|ses)|صوت رجالي|صوت ذكوري|पुरुष (?:आवाज|आवाज़|स्वर|गायक)|ανδρική φωνή|קול גברי|giọng nam|(?:vokal|suara|penyanyi) pria|mannenstem|manlig (?:röst|sång)|voce masculină|เสียงผู้ชาย|นักร้องชาย', 'male vocals'],
  ['吉他|ギター|기타', 'guitarra|chitarra|gitarre|guitare', 'гитар|гітар|gitar|kytar|جيتار|غيتار|गिटार|κιθάρ|גיטרה|chitară|กีตาร์', 'guitar'],
  ['钢琴|鋼琴|ピアノ|피아노', 'klavier', 'пианин|фортепиан|рояль|піаніно|фортепіано|fortepian|pianin|klavír|piyano|بيانو|पियानो|πιάνο|פסנתר|dương cầm|เปียโน', 'piano'],
]

const TRANSLATED = ROWS.map(([asian, european, further, english]) => {
  const words = [
    asian,
    ...(european === '' ? [] : [`(?<!\\p{L})(?:${european})\\p{L}{0,3}`]),
    wordsSource(further, '[\\p{L}\\p{M}]{0,4}'),
  ].join('|')
  return { words: new RegExp(words, 'iu'), all: new RegExp(words, 'giu'), english }
})

/** What a text in another language says of the sound, in the words of tags: "rock, sad"; empty where it says nothing. */
export const inWordsOfTags = (text: string): string =>
  TRANSLATED.filter(({ words }) => words.test(text))
    .map(({ english }) => english)
    .join(', ')

/** Small words of a clause of the sound: "под гитару", "с женским вокалом". */
const BESIDE_SOUNDS =
  /(?<![\p{L}\p{M}])(?:под|со?|на|из|від|із|with|con|mit|avec|com|met|med|cu|ze?|na|ile|με|και|với|dengan|مع|עם|and|und|et|dan|och|en|ve|và)(?![\p{L}\p{M}])/giu

/** Is a clause in another language of the sound alone? "女声", "voz masculina". */
export function isForeignSound(clause: string): boolean {
  const said = TRANSLATED.filter(({ words }) => words.test(clause))
  if (said.length === 0) return false
  const rest = said.reduce((text, { all }) => text.replace(all, ' '), clause)
  return rest !== clause && !/[\p{L}\p{N}]{2}/u.test(rest.replace(BESIDE_SOUNDS, ' '))
}

/** A word for a sound in Chinese, Japanese or Korean, as the source of a regular expression. */
export const ASIAN_SOUND = ROWS.map(([asian]) => asian).join('|')

/** What the test of their time analyses. */
export const SOUND_PATTERNS: readonly RegExp[] = [...TRANSLATED.map(({ words }) => words), BESIDE_SOUNDS]
