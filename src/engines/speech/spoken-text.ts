/** What of a text an English voice can speak. */
export type SpokenText =
  | { text: string }
  /** A letter or digit that it cannot, and the script that it is of, if it is a well-known one. */
  | { unknown: string; script: string | undefined }
  | 'no words'

/** Marks and letters that have no form in ASCII by Unicode's own rules. */
const FORMS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'Th',
  ł: 'l',
  Ł: 'L',
  ı: 'i',
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '‐': '-',
  '‑': '-',
  '–': ' - ',
  '—': ', ',
  '…': '...',
  '¿': '',
  '¡': '',
  '€': ' euros ',
  '£': ' pounds ',
  '¥': ' yen ',
  '°': ' degrees ',
}

const SCRIPTS: readonly [name: string, letters: RegExp][] = [
  ['Cyrillic', /\p{Script=Cyrillic}/u],
  ['Greek', /\p{Script=Greek}/u],
  ['Chinese', /\p{Script=Han}/u],
  ['Japanese', /[\p{Script=Hiragana}\p{Script=Katakana}ー]/u],
  ['Korean', /\p{Script=Hangul}/u],
  ['Arabic', /\p{Script=Arabic}/u],
  ['Hebrew', /\p{Script=Hebrew}/u],
  ['Devanagari', /\p{Script=Devanagari}/u],
  ['Bengali', /\p{Script=Bengali}/u],
  ['Tamil', /\p{Script=Tamil}/u],
  ['Thai', /\p{Script=Thai}/u],
  ['Georgian', /\p{Script=Georgian}/u],
  ['Armenian', /\p{Script=Armenian}/u],
]

/**
 * The text in ASCII: accents are left out, as in "cafe", and marks without a word, such as emoji, are not spoken. A letter
 * of another script is never dropped: the text would be another one.
 */
export function spokenText(text: string): SpokenText {
  let spoken = ''
  for (const character of text.normalize('NFKC')) {
    const form = FORMS[character] ?? character.normalize('NFKD').replaceAll(/\p{M}/gu, '')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: white space and NUL are among them
    if (/^[\x00-\x7f]*$/.test(form)) spoken += form
    else if (/[\p{L}\p{N}]/u.test(character)) return { unknown: character, script: scriptOf(character) }
    else spoken += ' '
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a NUL would end the text
  spoken = spoken.replaceAll(/[\x00-\x20\x7f]+/g, ' ').trim()
  return /[A-Za-z0-9]/.test(spoken) ? { text: spoken } : 'no words'
}

function scriptOf(character: string): string | undefined {
  return SCRIPTS.find(([, letters]) => letters.test(character))?.[0]
}

/**
 * The text in pieces of at most about `maxCharacters`, cut at ends of sentences where there are any, else between words, else
 * anywhere.
 */
export function piecesOf(text: string, maxCharacters: number): string[] {
  const pieces: string[] = []
  let rest = text
  while (rest.length > maxCharacters) {
    const window = rest.slice(0, maxCharacters)
    const sentence = Math.max(...['. ', '! ', '? ', '; '].map((end) => window.lastIndexOf(end) + 1))
    const word = window.lastIndexOf(' ')
    const at = sentence > maxCharacters / 4 ? sentence : word > 0 ? word : maxCharacters
    pieces.push(rest.slice(0, at).trim())
    rest = rest.slice(at).trim()
  }
  return rest === '' ? pieces : [...pieces, rest]
}
