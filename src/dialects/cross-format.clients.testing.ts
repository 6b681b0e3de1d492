import Anthropic from '@anthropic-ai/sdk'
import {
  type Content,
  FunctionCallingConfigMode,
  type GenerateContentResponse,
  GoogleGenAI,
  type Part,
} from '@google/genai'
import OpenAI from 'openai'
import type { FormatId } from '../calls/format.ts'
import type { Json, JsonObject } from '../core/json.ts'

/** The official clients of the four formats, each asked the same questions and read in the same words. */

export const SYSTEM = 'Answer briefly.'
export const USER = 'What is the weather in Paris?'
export const FOLLOW_UP = 'And tomorrow?'
export const RESULT = 'sunny, 21 degrees'
export const MAX_TOKENS = 2_000
/** A picture of one pixel. */
export const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

export const PDF = 'JVBERi0xLjQKJcOkw7zDtsOf'
export const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEA'

const PARAMETERS = {
  type: 'object' as const,
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}
const SCHEMA = {
  type: 'object' as const,
  properties: { city: { type: 'string' }, celsius: { type: 'number' } },
  required: ['city', 'celsius'],
  additionalProperties: false,
}

export interface Question {
  isStreamed: boolean
  /** What the user says first, if not `USER`. */
  text?: string
  image?: boolean
  pdf?: boolean
  audio?: boolean
  tool?: boolean
  schema?: boolean
  reasoning?: boolean
  /** The answer that came before, which the client sends back, and then what it says to it. */
  after?: { answer: Answer; result?: string; text?: string }
}

export interface Answer {
  text: string
  thought: string
  calls: { id: string; name: string; input: Json }[]
  finish: string
  usage: { input: number; cached: number; output: number; reasoning: number }
  /** In the client's own form, to be sent back. */
  own: unknown
}

export interface Client {
  format: FormatId
  ask(question: Question): Promise<Answer>
}

export function clientsAt(origin: string): Client[] {
  return [chatClient(origin), responsesClient(origin), anthropicClient(origin), geminiClient(origin)]
}

type Files = Pick<Question, 'image' | 'pdf' | 'audio'>

/** Plain text where there is nothing else, as most callers send it. */
function withFiles<Text, File>(plain: string, text: Text, files: File[]): string | (Text | File)[] {
  return files.length === 0 ? plain : [text, ...files]
}

function chatFiles({ image, pdf, audio }: Files): OpenAI.ChatCompletionContentPart[] {
  return [
    ...(image ? [{ type: 'image_url' as const, image_url: { url: `data:image/png;base64,${PIXEL}` } }] : []),
    ...(pdf
      ? [{ type: 'file' as const, file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` } }]
      : []),
    ...(audio ? [{ type: 'input_audio' as const, input_audio: { data: WAV, format: 'wav' as const } }] : []),
  ]
}

function responsesFiles({ image, pdf, audio }: Files) {
  return [
    ...(image
      ? [{ type: 'input_image' as const, detail: 'auto' as const, image_url: `data:image/png;base64,${PIXEL}` }]
      : []),
    ...(pdf
      ? [{ type: 'input_file' as const, filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` }]
      : []),
    ...(audio ? [{ type: 'input_audio' as const, input_audio: { data: WAV, format: 'wav' as const } }] : []),
  ]
}

function anthropicFiles({ image, pdf, audio }: Files): Anthropic.ContentBlockParam[] {
  if (audio) throw new Error('the Messages API has no audio')
  return [
    ...(image
      ? [{ type: 'image' as const, source: { type: 'base64' as const, media_type: 'image/png' as const, data: PIXEL } }]
      : []),
    ...(pdf
      ? [
          {
            type: 'document' as const,
            source: { type: 'base64' as const, media_type: 'application/pdf' as const, data: PDF },
          },
        ]
      : []),
  ]
}

function geminiFiles({ image, pdf, audio }: Files): Part[] {
  return [
    ...(image ? [{ inlineData: { mimeType: 'image/png', data: PIXEL } }] : []),
    ...(pdf ? [{ inlineData: { mimeType: 'application/pdf', data: PDF } }] : []),
    ...(audio ? [{ inlineData: { mimeType: 'audio/wav', data: WAV } }] : []),
  ]
}

function chatClient(origin: string): Client {
  const openai = new OpenAI({ apiKey: 'k', baseURL: `${origin}/v1`, maxRetries: 0 })
  type Message = OpenAI.ChatCompletionMessageParam
  const bodyOf = ({ text = USER, tool, schema, reasoning, after, ...files }: Question) => ({
    model: 'any',
    max_completion_tokens: MAX_TOKENS,
    messages: [
      { role: 'system', content: SYSTEM },
      {
        role: 'user',
        content: withFiles(text, { type: 'text' as const, text }, chatFiles(files)),
      },
      ...(after === undefined ? [] : [after.answer.own as Message]),
      ...(after?.result === undefined
        ? []
        : [{ role: 'tool', tool_call_id: after.answer.calls[0]?.id ?? '', content: after.result }]),
      ...(after?.text === undefined ? [] : [{ role: 'user', content: after.text }]),
    ] as Message[],
    ...(tool ? { tools: [{ type: 'function' as const, function: { name: 'weather', parameters: PARAMETERS } }] } : {}),
    ...(tool && after === undefined ? { tool_choice: 'required' as const } : {}),
    ...(schema
      ? {
          response_format: {
            type: 'json_schema' as const,
            json_schema: { name: 'weather', schema: SCHEMA, strict: true },
          },
        }
      : {}),
    ...(reasoning ? { reasoning_effort: 'medium' as const } : {}),
  })
  type Own = OpenAI.ChatCompletionMessage & { reasoning_content?: string; reasoning_details?: JsonObject[] }
  const answerOf = (message: Own, finish: string, usage: OpenAI.CompletionUsage | undefined | null): Answer => ({
    text: message.content ?? '',
    thought: message.reasoning_content ?? '',
    calls: (message.tool_calls ?? []).flatMap((call) =>
      call.type === 'function'
        ? [{ id: call.id, name: call.function.name, input: JSON.parse(call.function.arguments) as Json }]
        : [],
    ),
    finish,
    usage: {
      input: usage?.prompt_tokens ?? 0,
      cached: usage?.prompt_tokens_details?.cached_tokens ?? 0,
      output: usage?.completion_tokens ?? 0,
      reasoning: usage?.completion_tokens_details?.reasoning_tokens ?? 0,
    },
    own: message,
  })
  return {
    format: 'openai-chat',
    async ask(question) {
      const body = bodyOf(question)
      if (!question.isStreamed) {
        const { choices, usage } = await openai.chat.completions.create(body)
        const [choice] = choices
        if (choice === undefined) throw new Error('no choice')
        return answerOf(choice.message, choice.finish_reason, usage)
      }
      const message: Own = { role: 'assistant', content: null, refusal: null }
      let finish = ''
      let usage: OpenAI.CompletionUsage | undefined
      for await (const chunk of await openai.chat.completions.create({
        ...body,
        stream: true,
        stream_options: { include_usage: true },
      })) {
        usage = chunk.usage ?? usage
        const [choice] = chunk.choices
        if (choice === undefined) continue
        finish = choice.finish_reason ?? finish
        addDelta(message, choice.delta as ChatDelta)
      }
      return answerOf(message, finish, usage)
    },
  }

  type ChatDelta = OpenAI.ChatCompletionChunk.Choice.Delta & {
    reasoning_content?: string
    reasoning_details?: JsonObject[]
  }
  function addDelta(message: Own, delta: ChatDelta): void {
    if (delta.content) message.content = (message.content ?? '') + delta.content
    if (delta.reasoning_content) message.reasoning_content = (message.reasoning_content ?? '') + delta.reasoning_content
    if (delta.reasoning_details)
      message.reasoning_details = [...(message.reasoning_details ?? []), ...delta.reasoning_details]
    for (const { index, id, function: called, ...rest } of delta.tool_calls ?? []) {
      message.tool_calls ??= []
      const known = message.tool_calls[index]
      if (known === undefined)
        message.tool_calls[index] = {
          ...rest,
          id: id ?? '',
          type: 'function',
          function: { name: called?.name ?? '', arguments: called?.arguments ?? '' },
        }
      else if (known.type === 'function') known.function.arguments += called?.arguments ?? ''
    }
  }
}

function responsesClient(origin: string): Client {
  const openai = new OpenAI({ apiKey: 'k', baseURL: `${origin}/v1`, maxRetries: 0 })
  const bodyOf = ({ text = USER, tool, schema, reasoning, after, ...files }: Question) => ({
    model: 'any',
    store: false,
    max_output_tokens: MAX_TOKENS,
    instructions: SYSTEM,
    include: ['reasoning.encrypted_content' as const],
    input: [
      {
        role: 'user',
        content: withFiles(text, { type: 'input_text' as const, text }, responsesFiles(files)),
      },
      ...(after === undefined ? [] : (after.answer.own as OpenAI.Responses.ResponseInputItem[])),
      ...(after?.result === undefined
        ? []
        : [{ type: 'function_call_output', call_id: after.answer.calls[0]?.id ?? '', output: after.result }]),
      ...(after?.text === undefined ? [] : [{ role: 'user', content: after.text }]),
    ] as OpenAI.Responses.ResponseInputItem[],
    ...(tool ? { tools: [{ type: 'function' as const, name: 'weather', parameters: PARAMETERS, strict: null }] } : {}),
    ...(tool && after === undefined ? { tool_choice: 'required' as const } : {}),
    ...(schema
      ? { text: { format: { type: 'json_schema' as const, name: 'weather', schema: SCHEMA, strict: true } } }
      : {}),
    ...(reasoning ? { reasoning: { effort: 'medium' as const, summary: 'auto' as const } } : {}),
  })
  return {
    format: 'openai-responses',
    async ask(question) {
      const body = bodyOf(question)
      const response = question.isStreamed
        ? await lastOf(await openai.responses.create({ ...body, stream: true }))
        : await openai.responses.create(body)
      const { output, usage } = response
      const calls = output.flatMap((item) =>
        item.type === 'function_call'
          ? [{ id: item.call_id, name: item.name, input: JSON.parse(item.arguments) as Json }]
          : [],
      )
      return {
        text: output
          .flatMap((item) => (item.type === 'message' ? item.content : []))
          .map((part) => (part.type === 'output_text' ? part.text : ''))
          .join(''),
        thought: output
          .flatMap((item) => (item.type === 'reasoning' ? item.summary : []))
          .map(({ text }) => text)
          .join(''),
        calls,
        finish: calls.length > 0 ? 'tool_calls' : response.status === 'completed' ? 'stop' : String(response.status),
        usage: {
          input: usage?.input_tokens ?? 0,
          cached: usage?.input_tokens_details.cached_tokens ?? 0,
          output: usage?.output_tokens ?? 0,
          reasoning: usage?.output_tokens_details.reasoning_tokens ?? 0,
        },
        own: output,
      }
    },
  }

  /** Reads a stream as OpenAI's documentation does: deltas add up to what the last event has. */
  async function lastOf(
    stream: AsyncIterable<OpenAI.Responses.ResponseStreamEvent>,
  ): Promise<OpenAI.Responses.Response> {
    let written = ''
    let sequence = 0
    for await (const event of stream) {
      if (event.sequence_number !== sequence++) throw new Error(`event ${event.type} is out of order`)
      if (event.type === 'response.output_text.delta') written += event.delta
      if (event.type === 'response.function_call_arguments.delta') written += event.delta
      if (event.type === 'error') throw new OpenAI.APIError(undefined, { ...event }, event.message, undefined)
      if (event.type === 'response.completed') {
        const whole = event.response.output.map((item) =>
          item.type === 'function_call'
            ? item.arguments
            : item.type === 'message'
              ? item.content.map((part) => ('text' in part ? part.text : '')).join('')
              : '',
        )
        if (whole.join('') !== written) throw new Error(`the deltas are ${written}, the output is ${whole.join('')}`)
        return event.response
      }
    }
    throw new Error('the stream has no last event')
  }
}

function anthropicClient(origin: string): Client {
  const anthropic = new Anthropic({ apiKey: 'k', baseURL: origin, maxRetries: 0 })
  const bodyOf = ({
    text = USER,
    tool,
    schema,
    reasoning,
    after,
    ...files
  }: Question): Anthropic.MessageCreateParamsNonStreaming => ({
    model: 'any',
    max_tokens: MAX_TOKENS,
    system: SYSTEM,
    messages: [
      {
        role: 'user',
        content: withFiles(text, { type: 'text' as const, text }, anthropicFiles(files)),
      },
      ...(after === undefined
        ? []
        : [{ role: 'assistant' as const, content: after.answer.own as Anthropic.ContentBlockParam[] }]),
      ...(after?.result === undefined
        ? []
        : [
            {
              role: 'user' as const,
              content: [
                { type: 'tool_result' as const, tool_use_id: after.answer.calls[0]?.id ?? '', content: after.result },
              ],
            },
          ]),
      ...(after?.text === undefined ? [] : [{ role: 'user' as const, content: after.text }]),
    ],
    ...(tool ? { tools: [{ name: 'weather', input_schema: PARAMETERS }] } : {}),
    ...(tool && after === undefined ? { tool_choice: { type: 'any' as const } } : {}),
    ...(schema ? { output_config: { format: { type: 'json_schema' as const, schema: SCHEMA } } } : {}),
    ...(reasoning ? { thinking: { type: 'enabled' as const, budget_tokens: 1_500 } } : {}),
  })
  return {
    format: 'anthropic',
    async ask(question) {
      const body = bodyOf(question)
      const message = question.isStreamed
        ? await anthropic.messages.stream(body).finalMessage()
        : await anthropic.messages.create(body)
      const { content, usage } = message
      return {
        text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
        thought: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
        calls: content.flatMap((block) =>
          block.type === 'tool_use' ? [{ id: block.id, name: block.name, input: block.input as Json }] : [],
        ),
        finish:
          { end_turn: 'stop', tool_use: 'tool_calls' }[String(message.stop_reason)] ?? String(message.stop_reason),
        usage: {
          input: usage.input_tokens + (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0),
          cached: usage.cache_read_input_tokens ?? 0,
          output: usage.output_tokens,
          reasoning: usage.output_tokens_details?.thinking_tokens ?? 0,
        },
        own: content,
      }
    },
  }
}

function geminiClient(origin: string): Client {
  const google = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: origin } })
  const requestOf = ({ text = USER, tool, schema, reasoning, after, ...files }: Question) => ({
    model: 'any',
    contents: [
      {
        role: 'user',
        parts: [{ text }, ...geminiFiles(files)],
      },
      ...(after === undefined ? [] : [{ role: 'model', parts: after.answer.own as Part[] }]),
      ...(after?.result === undefined
        ? []
        : [
            {
              role: 'user',
              parts: [
                {
                  functionResponse: {
                    id: after.answer.calls[0]?.id ?? '',
                    name: 'weather',
                    response: { output: after.result },
                  },
                },
              ],
            },
          ]),
      ...(after?.text === undefined ? [] : [{ role: 'user', parts: [{ text: after.text }] }]),
    ] as Content[],
    config: {
      systemInstruction: SYSTEM,
      maxOutputTokens: MAX_TOKENS,
      ...(tool ? { tools: [{ functionDeclarations: [{ name: 'weather', parametersJsonSchema: PARAMETERS }] }] } : {}),
      ...(tool && after === undefined
        ? { toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } } }
        : {}),
      ...(schema ? { responseMimeType: 'application/json', responseJsonSchema: SCHEMA } : {}),
      ...(reasoning ? { thinkingConfig: { includeThoughts: true, thinkingBudget: 1_500 } } : {}),
    },
  })
  return {
    format: 'gemini',
    async ask(question) {
      const request = requestOf(question)
      const answers: GenerateContentResponse[] = []
      if (question.isStreamed)
        for await (const chunk of await google.models.generateContentStream(request)) answers.push(chunk)
      else answers.push(await google.models.generateContent(request))
      const parts = answers.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? [])
      const usage = answers.at(-1)?.usageMetadata
      const calls = parts.flatMap(({ functionCall }) =>
        functionCall === undefined
          ? []
          : [{ id: functionCall.id ?? '', name: functionCall.name ?? '', input: (functionCall.args ?? {}) as Json }],
      )
      const reason = String(answers.at(-1)?.candidates?.[0]?.finishReason)
      return {
        text: parts.map(({ text, thought }) => (thought ? '' : (text ?? ''))).join(''),
        thought: parts.map(({ text, thought }) => (thought ? (text ?? '') : '')).join(''),
        calls,
        finish: reason === 'STOP' ? (calls.length > 0 ? 'tool_calls' : 'stop') : reason,
        usage: {
          input: usage?.promptTokenCount ?? 0,
          cached: usage?.cachedContentTokenCount ?? 0,
          output: (usage?.candidatesTokenCount ?? 0) + (usage?.thoughtsTokenCount ?? 0),
          reasoning: usage?.thoughtsTokenCount ?? 0,
        },
        own: parts,
      }
    },
  }
}

/** What a client's error says, in whichever form it has. */
export function errorOf(thrown: unknown): { status: number | undefined; message: string } {
  const { status, message } = thrown as { status?: number; message?: string }
  const [, code] = /"code":(\d{3})/.exec(message ?? '') ?? []
  return { status: status ?? (code === undefined ? undefined : Number(code)), message: message ?? '' }
}
