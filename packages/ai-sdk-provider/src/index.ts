import { createOpenAI } from '@ai-sdk/openai'
import {
  type EmbeddingModelV4,
  type ImageModelV4,
  type LanguageModelV4,
  LoadSettingError,
  type ProviderV4,
  type SpeechModelV4,
  type TranscriptionModelV4,
  type Experimental_VideoModelV4 as VideoModelV4,
} from '@ai-sdk/provider'
import { createClient } from '@polyphony/client'
import { imageModel } from './image-model.ts'
import { videoModel } from './video-model.ts'

export interface PolyphonySettings {
  /** Where the gateway is. Default: the variable POLYPHONY_URL. */
  url?: string
  /** Default: the variable POLYPHONY_KEY. */
  key?: string
  /** In place of the global one. */
  fetch?: typeof fetch
}

export interface PolyphonyProvider extends ProviderV4 {
  /** A language model, by the name that `GET /v1/models` lists. */
  (modelId: string): LanguageModelV4
  /** Pictures: the id of an operation, or the name of a model, such as `flux1-dev`. */
  image(modelId: string): ImageModelV4
  /** Videos, likewise. */
  video(modelId: string): VideoModelV4
  videoModel(modelId: string): VideoModelV4
  speech(modelId: string): SpeechModelV4
  speechModel(modelId: string): SpeechModelV4
  transcription(modelId: string): TranscriptionModelV4
  transcriptionModel(modelId: string): TranscriptionModelV4
  embedding(modelId: string): EmbeddingModelV4
}

/** Polyphony as a provider of the AI SDK. Settings are read at the first call. */
export function createPolyphony(settings: PolyphonySettings = {}): PolyphonyProvider {
  const client = once(() => createClient(connection(settings)))
  // Language, speech and transcription are calls, which the gateway answers as OpenAI does.
  const calls = once(() => {
    const { url, key, ...rest } = connection(settings)
    return createOpenAI({ name: 'polyphony', baseURL: `${url.replace(/\/+$/, '')}/v1`, apiKey: key, ...rest })
  })
  const models = {
    specificationVersion: 'v4' as const,
    languageModel: (modelId: string) => calls().chat(modelId),
    embedding: (modelId: string) => calls().embeddingModel(modelId),
    embeddingModel: (modelId: string) => calls().embeddingModel(modelId),
    speech: (modelId: string) => calls().speech(modelId),
    speechModel: (modelId: string) => calls().speech(modelId),
    transcription: (modelId: string) => calls().transcription(modelId),
    transcriptionModel: (modelId: string) => calls().transcription(modelId),
    image: (modelId: string) => imageModel(client, modelId),
    imageModel: (modelId: string) => imageModel(client, modelId),
    video: (modelId: string) => videoModel(client, modelId),
    videoModel: (modelId: string) => videoModel(client, modelId),
  }
  return Object.assign((modelId: string) => models.languageModel(modelId), models)
}

/** The provider of the variables POLYPHONY_URL and POLYPHONY_KEY. */
export const polyphony: PolyphonyProvider = createPolyphony()

function connection({ url, key, ...rest }: PolyphonySettings): { url: string; key: string; fetch?: typeof fetch } {
  return { url: url ?? variable('POLYPHONY_URL'), key: key ?? variable('POLYPHONY_KEY'), ...rest }
}

/** Not every runtime has variables. */
function variable(name: string): string {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }
  const value = process?.env?.[name]
  if (value) return value
  throw new LoadSettingError({ message: `Set ${name}, or give url and key to createPolyphony.` })
}

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
