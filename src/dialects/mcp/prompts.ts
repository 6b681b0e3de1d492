import { invalidInput } from '../../core/errors.ts'

/** Beginnings of work that a person picks in a client; the tools do the rest. */
export interface Prompt {
  name: string
  title: string
  description: string
  arguments: { name: string; description: string; required: boolean }[]
  text(args: Record<string, string>): string
}

const MAX_CHARACTERS = 4_000

const about = (description: string) => ({ name: 'about', description, required: true })
const HOW =
  'Find an operation with find_operations, read its fields with describe_operation, ask for the price with quote and tell me before you submit. Then call wait until the task has ended, and give me the links.'

export const PROMPTS: readonly Prompt[] = [
  {
    name: 'make_song',
    title: 'Make a song',
    description: 'A song of an idea: lyrics, music and voice.',
    arguments: [
      about('What the song is about.'),
      { name: 'style', description: 'Genre, mood, instruments.', required: false },
    ],
    text: ({ about: what, style }) => `Make a song about: ${what}${style ? `\nStyle: ${style}` : ''}\n\n${HOW}`,
  },
  {
    name: 'make_picture',
    title: 'Make a picture',
    description: 'A picture of a description.',
    arguments: [about('What the picture shows.')],
    text: ({ about: what }) => `Make a picture of: ${what}\n\n${HOW} Show me the picture.`,
  },
  {
    name: 'make_video',
    title: 'Make a video',
    description: 'A short video of a description, or of a picture.',
    arguments: [
      about('What the video shows.'),
      { name: 'image', description: 'The URL of a picture to begin from.', required: false },
    ],
    text: ({ about: what, image }) =>
      `Make a short video of: ${what}${image ? `\nBegin from this picture: ${image}` : ''}\n\n${HOW}`,
  },
  {
    name: 'review_spending',
    title: 'Review my spending',
    description: 'What the last tasks cost, and what is left.',
    arguments: [],
    text: () =>
      'Read my balance, and list my last 50 tasks with history. Tell me what they cost in USD by operation, which failed and why, and what is left.',
  },
]

/** Throws `invalid_input` for arguments that are missing, too long or not known. */
export function promptText({ arguments: known, text }: Prompt, args: Record<string, string>): string {
  for (const { name, required } of known) {
    if (required && !args[name]?.trim()) throw invalidInput(name, 'is required')
  }
  for (const [name, value] of Object.entries(args)) {
    if (!known.some((one) => one.name === name)) throw invalidInput(name, 'is no argument of this prompt')
    if (value.length > MAX_CHARACTERS) throw invalidInput(name, `has at most ${MAX_CHARACTERS} characters`)
  }
  return text(args)
}
