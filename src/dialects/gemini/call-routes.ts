import { parsed } from '../../calls/pass-through.ts'
import { unitsIn } from '../../calls/usage.ts'
import type { Usage } from '../../core/usage.ts'
import type { CallRoute } from '../kit/calls.ts'
import { generateFormat } from './generate-format.ts'
import { namedIn } from './named-items.ts'

const CONTENTS = { kind: 'objects', isRequired: true } as const
const GENERATED = {
  contents: CONTENTS,
  tools: { kind: 'objects' },
  generationConfig: { kind: 'object' },
  'generationConfig.maxOutputTokens': { kind: 'count' },
  'generationConfig.candidateCount': { kind: 'count' },
} as const

/** The methods of models that are calls, with what each needs. */
export const METHODS = {
  generateContent: { endpoint: 'generateContent', format: generateFormat, fields: GENERATED, isStreamed: false },
  streamGenerateContent: {
    endpoint: 'streamGenerateContent',
    format: generateFormat,
    fields: GENERATED,
    isStreamed: true,
  },
  countTokens: {
    endpoint: 'countTokens',
    names: namedIn,
    fields: { contents: { kind: 'objects' }, generateContentRequest: { kind: 'object' } },
    isStreamed: false,
    boundOf: () => ({}),
    usageOf: () => ({}),
  },
  embedContent: {
    endpoint: 'embedContent',
    names: namedIn,
    fields: { content: { kind: 'object', isRequired: true } },
    isStreamed: false,
    usageOf: embedded,
  },
  batchEmbedContents: {
    endpoint: 'batchEmbedContents',
    names: namedIn,
    fields: { requests: CONTENTS },
    isStreamed: false,
    usageOf: embedded,
  },
} satisfies Record<string, Omit<CallRoute, 'modelOf'>>

/** Embeddings report no usage: Google counts about four characters a token. */
function embedded(answer: Buffer): Usage | undefined {
  const counted = parsed(answer)?.usageMetadata
  // Older models do not report it.
  if (typeof counted !== 'object' || counted === null || Array.isArray(counted)) return undefined
  return { inputTokens: unitsIn(counted.promptTokenCount) }
}
