import { DEFAULT_GPT_IMAGE, gptImageEdit, gptImageGenerate } from '../../catalog/gpt-image.ts'
import type { Operation } from '../../catalog/operation.ts'
import { readInput } from '../../catalog/read-input.ts'
import { sora2ProVideo, sora2Video } from '../../catalog/sora2.ts'
import { invalidInput } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Submission } from '../../tasks/tasks.ts'
import { Fields } from '../shared/formats/fields.ts'

/**
 * Models that PiAPI has behind `chat/completions` and that are work for a task: the conversation is the prompt, the stream
 * tells of the progress, and the answer is a link (https://piapi.ai/docs/llm-api/gpt-4o-image-generation-api,
 * https://piapi.ai/docs/sora2-preview-api/text-to-video).
 */

/** Which operation a model is, with pictures in the conversation and without; and its input besides both. */
interface ChatTask {
  operations: { fromText: Operation; fromPictures: Operation }
  /** The field of the input that takes the pictures, and whether it is a list. */
  pictures: 'image' | 'image_url'
  input: JsonObject
}

const picture: ChatTask = {
  operations: { fromText: gptImageGenerate, fromPictures: gptImageEdit },
  pictures: 'image',
  input: { model: DEFAULT_GPT_IMAGE },
}
const video = (operation: Operation, input: JsonObject): ChatTask => ({
  operations: { fromText: operation, fromPictures: operation },
  pictures: 'image_url',
  input,
})

const CHAT_TASKS: Readonly<Record<string, ChatTask>> = {
  'gpt-4o-image': picture,
  // Since 2025-04-22 the same model.
  'gpt-4o-image-preview': picture,
  'sora-2-preview': video(sora2Video, {}),
  'sora-2-hd-preview': video(sora2ProVideo, { resolution: '1080p' }), // inferred
}

/** The models of chat that a key with these operations can name. */
export function chatTaskModels(available: ReadonlySet<string>): string[] {
  return Object.entries(CHAT_TASKS).flatMap(([name, { operations }]) =>
    available.has(operations.fromText.id) ? [name] : [],
  )
}

/** Whether a model of chat is work for a task. */
export function isChatTask(model: unknown): model is string {
  return typeof model === 'string' && Object.hasOwn(CHAT_TASKS, model)
}

/** Sampling, limits and labels: chat clients always send them, and they mean nothing for a picture. */
const IGNORED = [
  'model',
  'temperature',
  'top_p',
  'top_k',
  'presence_penalty',
  'frequency_penalty',
  'max_tokens',
  'max_completion_tokens',
  'logit_bias',
  'stop',
  'seed',
  'user',
  'metadata',
  'safety_identifier',
  'reasoning_effort',
]
const NOT_A_CHAT = 'is not supported: the model makes files, and no other answers'

/**
 * The submission that a body of `chat/completions` makes: the text of the last message of the user, after the system's.
 * The pictures are those of that message; where it has none, those that the last answer linked, so that a conversation can
 * go on about them. Throws `invalid_input`.
 */
export function readChatTask(body: JsonObject): Submission {
  const fields = new Fields(body, '')
  const model = fields.requiredText('model')
  const task = CHAT_TASKS[model]
  if (!task) throw invalidInput('model', 'is no model that makes files')
  const conversation = readConversation(fields)
  if (fields.flag('stream') !== true) throw invalidInput('stream', `must be true with ${model}`)
  const options = fields.object('stream_options')
  options?.flag('include_usage')
  options?.refuseRest(['include_obfuscation'])
  const n = fields.whole('n', { minimum: 1 }) ?? 1
  if (n !== 1) throw invalidInput('n', `must be 1 with ${model}, not ${n}`)
  fields.refuse('tools', NOT_A_CHAT, [[]])
  fields.refuse('tool_choice', NOT_A_CHAT, ['none', 'auto'])
  fields.refuse('functions', NOT_A_CHAT, [[]])
  fields.refuse('function_call', NOT_A_CHAT, ['none', 'auto'])
  fields.refuse('response_format', NOT_A_CHAT, [{ type: 'text' }])
  fields.refuseRest(IGNORED)
  return { ...submissionOf(task, conversation), model, dialect: 'openai' }
}

function submissionOf(
  { operations, pictures: field, input: given }: ChatTask,
  { prompt, promptField, pictures }: Conversation,
): Pick<Submission, 'operation' | 'input' | 'names'> {
  const operation = pictures.length > 0 ? operations.fromPictures : operations.fromText
  const isList = field === 'image'
  const [first, second] = pictures
  if (!isList && second) throw invalidInput(second.field, 'is a second picture: the model takes one, the first frame')
  const names = {
    prompt: promptField,
    ...Object.fromEntries(pictures.map((one, index) => [isList ? `image.${index}` : field, one.field])),
    ...(isList && first ? { image: 'messages' } : {}),
  }
  const urls = pictures.map(({ url }) => url)
  const files: JsonObject = first ? { [field]: isList ? urls : first.url } : {}
  return { operation, input: readInput(operation, { ...given, prompt, ...files }, names), names }
}

interface SentPicture {
  url: string
  field: string
}

interface Conversation {
  prompt: string
  promptField: string
  pictures: SentPicture[]
}

const ROLES = ['system', 'developer', 'user', 'assistant'] as const

interface Message {
  role: (typeof ROLES)[number]
  text: string
  pictures: SentPicture[]
  field: string
}

function readConversation(fields: Fields): Conversation {
  const messages = fields.requiredObjects('messages').map(readMessage)
  const last = messages.findLast(({ role }) => role === 'user')
  if (!last) throw invalidInput('messages', 'has no message of the user')
  const rules = messages.filter(({ role }) => role === 'system' || role === 'developer').map(({ text }) => text)
  const answer = messages.findLast(({ role }) => role === 'assistant')
  const pictures = last.pictures.length > 0 ? last.pictures : (answer?.pictures ?? [])
  if (last.text.trim() === '') throw invalidInput(last.field, 'has no text that says what to make')
  const prompt = [...rules, last.text].filter((text) => text !== '').join('\n')
  return { prompt, promptField: last.field, pictures }
}

function readMessage(message: Fields): Message {
  const role = message.requiredOneOf('role', ROLES)
  const field = message.at('content')
  message.text('name')
  const content = message.raw('content')
  message.refuseRest(['annotations', 'refusal', 'cache_control'])
  const parts = typeof content === 'string' ? [] : message.requiredObjects('content')
  const whole = typeof content === 'string' ? content : ''
  const read = parts.map(readPart)
  const text = [whole, ...read.flatMap((part) => ('text' in part ? [part.text] : []))].filter(Boolean).join('\n')
  const sent = read.flatMap((part) => ('picture' in part ? [part.picture] : []))
  return { role, text, field, pictures: role === 'assistant' ? linkedIn(text, field) : sent }
}

function readPart(part: Fields): { text: string } | { picture: SentPicture } {
  if (part.requiredOneOf('type', ['text', 'image_url']) === 'text') return { text: part.requiredText('text') }
  const image = part.requiredObject('image_url')
  return { picture: { url: image.requiredText('url'), field: image.at('url') } }
}

/** Pictures of Markdown, `![…](…)`. */
function linkedIn(text: string, field: string): SentPicture[] {
  return [...text.matchAll(/!\[[^\]\n]{0,200}\]\((https?:\/\/[^\s)]{1,2000})\)/g)].map(([, url = '']) => ({
    url,
    field,
  }))
}
