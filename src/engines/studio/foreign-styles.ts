/** Words for a sound in Chinese, Japanese and Korean; in languages of Europe, from the start of a word; and what they are in tags. */
type Row = readonly [asian: string, european: string, english: string]

// biome-ignore format: a table reads better in rows
const ROWS: readonly Row[] = [
  ['摇滚|搖滾|ロック|록', '', 'rock'],
  ['流行|ポップス|ポップ|팝', '', 'pop'],
  ['说唱|說唱|嘻哈|ラップ|ヒップホップ|힙합|랩', '', 'hip hop'],
  ['爵士|ジャズ|재즈', '', 'jazz'],
  ['民谣|民謠|フォーク|포크', 'folklórica|chanson folk', 'folk'],
  ['电子|電子|エレクトロ|일렉트로닉', 'electrónica|elettronica|eletrônica|électronique|elektronisch', 'electronic'],
  ['抒情|バラード|발라드', 'balada|ballata', 'ballad'],
  ['蓝调|藍調|ブルース|블루스', '', 'blues'],
  ['雷鬼|レゲエ|레게', '', 'reggae'],
  ['金属|金屬|メタル|메탈', '', 'metal'],
  ['乡村|鄉村|カントリー|컨트리', '', 'country'],
  ['朋克|パンク|펑크', '', 'punk'],
  ['舞曲|ダンス|댄스', '', 'dance pop'],
  ['摇篮曲|搖籃曲|子守唄|子守歌|ララバイ|자장가', 'una nana\\b|canción de cuna|ninna nanna|schlaflied|wiegenlied|berceuse', 'lullaby'],
  ['华尔兹|華爾茲|ワルツ|왈츠', 'vals\\b|valzer|walzer|valse', 'waltz'],
  ['古典|クラシック|클래식', 'clásica|classica|klassisch|classique', 'classical'],
  ['悲伤|悲傷|伤感|傷感|忧伤|憂傷|难过|悲しい|切ない|哀しい|슬픈|슬프고', 'trist[eai]|traurig', 'sad'],
  ['欢快|歡快|快乐|快樂|开心|開心|轻快|輕快|楽しい|元気な|明るい|嬉しい|陽気な|신나는|즐거운|밝은|행복한', 'alegre|feliz|allegr|felice|fröhlich|lustig|joyeu|gai\\b', 'happy'],
  ['浪漫|情(?=歌)|ロマンチックな|ラブ(?=ソング)|로맨틱한', 'romántic|romantic|romantisch|romantique|de amor\\b|d[\'’]amor|d[\'’]amour|liebeslied', 'romantic'],
  ['安静|安靜|平静|温柔|溫柔|静かな|穏やかな|優しい|やさしい|잔잔한|조용한', 'tranquil|calma|suave|dolce|ruhig|sanft|calme|douce?\\b', 'calm'],
  ['热血|熱血|激昂|激しい|熱い|かっこいい|カッコいい|강렬한|빠른', 'enérgic|energic|énergique|schnell|rápid', 'energetic'],
  ['慢|ゆっくりした|スローな|느린', 'lent[aoe]\\b|langsam', 'slow'],
  ['女声|女聲|女性ボーカル|여성 ?보컬', 'voz femenina|voz feminina|voce femminile|frauenstimme|voix féminine|voix de femme', 'female vocals'],
  ['男声|男聲|男性ボーカル|남성 ?보컬', 'voz masculina|voce maschile|männerstimme|voix masculine|voix d[\'’]homme', 'male vocals'],
  ['吉他|ギター|기타', 'guitarra|chitarra|gitarre|guitare', 'guitar'],
  ['钢琴|鋼琴|ピアノ|피아노', 'klavier', 'piano'],
]

const TRANSLATED = ROWS.map(([asian, european, english]) => {
  const words = [asian, ...(european === '' ? [] : [`(?<!\\p{L})(?:${european})\\p{L}{0,3}`])].join('|')
  return { words: new RegExp(words, 'iu'), all: new RegExp(words, 'giu'), english }
})

/** What a text in another language says of the sound, in the words of tags: "rock, sad"; empty where it says nothing. */
export const inWordsOfTags = (text: string): string =>
  TRANSLATED.filter(({ words }) => words.test(text))
    .map(({ english }) => english)
    .join(', ')

/** Is a clause in another language of the sound alone? "女声", "voz masculina". */
export function isForeignSound(clause: string): boolean {
  const rest = TRANSLATED.reduce((text, { all }) => text.replace(all, ' '), clause)
  return rest !== clause && !/[\p{L}\p{N}]{2}/u.test(rest)
}

/** A word for a sound in Chinese, Japanese or Korean, as the source of a regular expression. */
export const ASIAN_SOUND = ROWS.map(([asian]) => asian).join('|')
