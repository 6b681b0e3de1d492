import type { LanguageModelV4FilePart, LanguageModelV4Message, LanguageModelV4ToolResultPart } from '@ai-sdk/provider'
import type { VendorApi } from '../../../calls/format.ts'
import { invalidInput } from '../../../core/errors.ts'
import type { Draft, Feature } from './draft.ts'

interface Limits {
  /** Options that the API does not have. */
  lacks: readonly Feature[]
  /** Media types of files that a user's message may hold, by their beginning. */
  files: readonly string[]
  /** Whether a file id of this vendor may be named, and under which name. */
  references?: 'openai' | 'anthropic' | 'google'
  /** Whether a tool's result may hold files. */
  toolFiles: boolean
  /** Whether instructions may stand behind the first other message. */
  laterInstructions: boolean
}

/**
 * What the APIs cannot express: read from the converters of the AI SDK's packages (`@ai-sdk/openai` 4, `@ai-sdk/anthropic`
 * 4, `@ai-sdk/google` 4), which would leave these out with a warning, or throw without naming a field.
 */
const LIMITS: Record<VendorApi, Limits> = {
  'openai-chat': {
    lacks: ['topK'],
    files: ['image', 'audio/wav', 'audio/mp3', 'audio/mpeg', 'application/pdf'],
    references: 'openai',
    toolFiles: false,
    laterInstructions: true,
  },
  'openai-compatible': {
    lacks: [],
    files: ['image', 'audio/wav', 'audio/mp3', 'audio/mpeg', 'application/pdf', 'text/'],
    toolFiles: false,
    laterInstructions: true,
  },
  'openai-responses': {
    lacks: ['topK', 'seed', 'presencePenalty', 'frequencyPenalty', 'stopSequences'],
    files: ['image', 'application/pdf'],
    references: 'openai',
    toolFiles: true,
    laterInstructions: true,
  },
  anthropic: {
    lacks: [
      'seed',
      'presencePenalty',
      'frequencyPenalty',
      'verbosity',
      'jsonWithoutSchema',
      'temperatureAbove1',
      'topPBesideTemperature',
    ],
    files: ['image', 'application/pdf', 'text/plain'],
    references: 'anthropic',
    toolFiles: true,
    laterInstructions: true,
  },
  // Of `@ai-sdk/amazon-bedrock` 5, for the Converse API.
  bedrock: {
    lacks: [
      'seed',
      'presencePenalty',
      'frequencyPenalty',
      'verbosity',
      'jsonWithoutSchema',
      'parallelToolCalls',
      'temperatureAbove1',
    ],
    files: ['image', 'application/pdf', 'text/'],
    toolFiles: true,
    laterInstructions: false,
  },
  gemini: {
    lacks: ['parallelToolCalls', 'verbosity'],
    files: ['image', 'audio', 'video', 'application/pdf', 'text/'],
    references: 'google',
    toolFiles: true,
    laterInstructions: false,
  },
}

/** Throws `invalid_input` for the first thing in the request that the vendor's API cannot express. */
export function refuseBeyond(vendor: VendorApi, draft: Draft): void {
  const limits = LIMITS[vendor]
  for (const feature of limits.lacks) {
    const field = draft.features.get(feature)
    if (field !== undefined) throw invalidInput(field, RULES[feature]?.(vendorNames[vendor]) ?? lacking(vendor))
  }
  for (const [index, message] of draft.prompt.entries()) {
    if (message.role === 'user') message.content = message.content.map((part) => asText(part, limits, draft))
    checkMessage(message, index, { vendor, limits, draft })
  }
}

type UserPart = Extract<LanguageModelV4Message, { role: 'user' }>['content'][number]

/** A text for an API that takes no files of text: as text, after its name where it has one. */
function asText(part: UserPart, { files }: Limits, draft: Draft): UserPart {
  if (part.type !== 'file' || part.data.type !== 'data' || typeof part.data.data !== 'string') return part
  const { mediaType, filename } = part
  if (!mediaType.startsWith('text/') || files.some((type) => mediaType.startsWith(type))) return part
  const text = Buffer.from(part.data.data, 'base64').toString()
  return draft.mark({ type: 'text', text: filename ? `${filename}:\n${text}` : text }, draft.fieldOf(part))
}

interface Check {
  vendor: VendorApi
  limits: Limits
  draft: Draft
}

function checkMessage(message: LanguageModelV4Message, index: number, check: Check): void {
  const { draft, limits, vendor } = check
  if (message.role === 'system' && !limits.laterInstructions && index > 0 && draft.prompt[index - 1]?.role !== 'system')
    throw invalidInput(
      draft.fieldOf(message),
      `must stand before all other messages: ${vendorNames[vendor]} takes no later instructions`,
    )
  if (message.role === 'system') return
  for (const part of message.content) {
    if (part.type === 'file' && message.role === 'assistant') checkOwnFile(part, check)
    else if (part.type === 'file') checkFile(part, check)
    else if (part.type === 'tool-result') checkResult(part, check)
  }
}

function checkFile(part: LanguageModelV4FilePart, { vendor, limits, draft }: Check): void {
  if (part.data.type === 'reference' && !(limits.references !== undefined && limits.references in part.data.reference))
    throw invalidInput(
      draft.fieldOf(part),
      `names a file that ${vendorNames[vendor]} does not have; send the file itself`,
    )
  if (part.data.type === 'text' && limits.files.includes('text/plain')) return
  if (!limits.files.some((type) => part.mediaType.startsWith(type)))
    throw invalidInput(
      draft.fieldOf(part),
      `is of the type ${part.mediaType}, which ${vendorNames[vendor]} does not take`,
    )
}

/** A file in an earlier answer. */
function checkOwnFile(part: LanguageModelV4FilePart, { vendor, draft }: Check): void {
  if (vendor === 'gemini' && part.data.type !== 'url') return
  throw invalidInput(draft.fieldOf(part), `is a file in an answer, which ${vendorNames[vendor]} does not take back`)
}

function checkResult(part: LanguageModelV4ToolResultPart, { vendor, limits, draft }: Check): void {
  const { output } = part
  if (limits.toolFiles || output.type !== 'content' || !output.value.some(({ type }) => type === 'file')) return
  throw invalidInput(
    draft.fieldOf(part),
    `holds a file, and ${vendorNames[vendor]} takes only text as the result of a tool`,
  )
}

function lacking(vendor: VendorApi): string {
  return `is not supported for this model: ${vendorNames[vendor]} has no such option; leave it out`
}

const vendorNames: Record<VendorApi, string> = {
  'openai-chat': "OpenAI's Chat Completions API",
  'openai-compatible': 'an OpenAI-compatible server',
  'openai-responses': "OpenAI's Responses API",
  anthropic: "Anthropic's Messages API",
  bedrock: "Amazon Bedrock's Converse API",
  gemini: "Google's Gemini API",
}

/** Where the option exists, and this value of it does not. */
const RULES: Partial<Record<Feature, (vendor: string) => string>> = {
  jsonWithoutSchema: (vendor) => `needs a JSON schema for this model: ${vendor} has no JSON without one`,
  temperatureAbove1: (vendor) => `must be at most 1 for this model, which is the maximum of ${vendor}`,
  topPBesideTemperature: (vendor) => `must be left out where there is a temperature: ${vendor} takes one of the two`,
}
