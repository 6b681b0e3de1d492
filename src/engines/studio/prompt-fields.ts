/** A prompt that is a form filled in ("Genre: rock; Theme: a soldier comes home"), told as one sentence; others as they are. */
export function withoutLabels(prompt: string): string {
  const text = prompt.replace(REQUEST_LABEL, '').replace(SECTION_MARKS, '')
  const found = [...text.matchAll(LABEL)]
  const [first] = found
  if (first === undefined) return text
  const fields = found.map((match, index) => ({
    label: (match[1] ?? '').toLowerCase(),
    value: text
      .slice(match.index + match[0].length, found[index + 1]?.index ?? text.length)
      .replace(/[\s.,;|]{1,9}$/, '')
      .trim(),
  }))
  const fieldOf = (labels: RegExp): string | undefined =>
    fields.find(({ label, value }) => labels.test(label) && value !== '')?.value
  const title = fieldOf(/^(?:title|name)$/)
  const subject = fieldOf(SUBJECT)
  const language = fieldOf(/^language$/)
  const sounds = fields.filter(({ label, value }) => SOUND.test(label) && value !== '').map(({ value }) => value)
  const before = text.slice(0, first.index).trim()
  if (title === undefined && subject === undefined && before === '' && sounds.length === 0) return text
  const told = [
    before === '' ? '' : `${before}. `,
    'a song',
    title === undefined ? '' : ` called "${title.replace(/["“”„«»]/g, '')}"`,
    subject === undefined ? '' : ` about ${subject}`,
  ].join('')
  return [told, ...sounds, ...(language === undefined ? [] : [`in ${language}`])].join(', ')
}

/** "Prompt: write a song about the sea" */
const REQUEST_LABEL = /^\s*(?:prompt|request|song idea|idea|description|task|user)\s?:\s/i
/** Marks of sections in lyrics that are pasted as a prompt, each on a line of its own. */
const SECTION_MARKS = /^[ \t]*\[[^\]\n]{1,40}\][ \t]*$/gm
const LABEL =
  /(?<=^|[\n.,;|]\s?)(title|name|genres?|style|mood|vibe|theme|topic|subject|about|language|vocals?|voice|singer|tempo|instruments?|instrumentation)\s?:\s/gi
const SUBJECT = /^(?:theme|topic|subject|about)$/
const SOUND = /^(?:genres?|style|mood|vibe|vocals?|voice|singer|tempo|instruments?|instrumentation)$/
