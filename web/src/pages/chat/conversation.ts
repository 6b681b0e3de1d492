import { useRef, useState } from 'react'
import { type CallRecord, type ChatBody, type Part, recordOf, streamChat } from '../../api/chat.ts'

export interface Question {
  role: 'user'
  text: string
  /** As data URLs: they are part of the request, and not uploaded. */
  pictures: string[]
}

export interface Reply {
  role: 'assistant'
  model: string
  text: string
  reasoning: string
  state: 'running' | 'done' | 'stopped' | 'failed'
  fault?: unknown
  /** What it used and cost, by the gateway's record. */
  record?: CallRecord | undefined
}

export type Turn = Question | Reply

export interface ChatSettings {
  model: string
  system: string
  /** Empty = the model's own. */
  temperature: string
  maxTokens: string
}

/** The conversation as a request. An answer that failed has no words to send. */
export function bodyOf(turns: readonly Turn[], { model, system, temperature, maxTokens }: ChatSettings): ChatBody {
  const said = turns.flatMap((turn): ChatBody['messages'] => {
    if (turn.role === 'user') return [{ role: 'user', content: contentOf(turn) }]
    return turn.text === '' ? [] : [{ role: 'assistant', content: turn.text }]
  })
  return {
    model,
    messages: [...(system.trim() === '' ? [] : [{ role: 'system' as const, content: system }]), ...said],
    ...(temperature === '' ? {} : { temperature: Number(temperature) }),
    ...(maxTokens === '' ? {} : { max_tokens: Number(maxTokens) }),
  }
}

function contentOf({ text, pictures }: Question): string | Part[] {
  if (pictures.length === 0) return text
  const seen = pictures.map((url): Part => ({ type: 'image_url', image_url: { url } }))
  return text === '' ? seen : [{ type: 'text', text }, ...seen]
}

/** A conversation that is in the memory of this page and nowhere else. */
export function useConversation() {
  const [turns, setTurns] = useState<Turn[]>([])
  const running = useRef<AbortController>(undefined)
  /** Changes the last answer of a conversation that is still the one at hand. */
  const change = (controller: AbortController, by: (reply: Reply) => Partial<Reply>): void => {
    if (running.current !== controller) return
    setTurns((before) => {
      const last = before.at(-1)
      return last?.role === 'assistant' ? [...before.slice(0, -1), { ...last, ...by(last) }] : before
    })
  }

  async function answer(asked: Turn[], settings: ChatSettings): Promise<void> {
    const controller = new AbortController()
    running.current = controller
    const { model } = settings
    setTurns([...asked, { role: 'assistant', model, text: '', reasoning: '', state: 'running' }])
    let requestId = ''
    const startedAt = Date.now()
    try {
      await streamChat(bodyOf(asked, settings), {
        signal: controller.signal,
        onStart(id) {
          requestId = id
        },
        onDelta: (delta) =>
          change(controller, ({ text, reasoning }) => ({
            text: text + delta.text,
            reasoning: reasoning + delta.reasoning,
          })),
      })
      change(controller, () => ({ state: 'done' }))
    } catch (fault) {
      change(controller, () => (controller.signal.aborted ? { state: 'stopped' } : { state: 'failed', fault }))
    }
    if (requestId === '') return
    const record = await recordOf(requestId, model, startedAt).catch(() => undefined) // the answer stands without its price
    change(controller, () => ({ record }))
  }

  return {
    turns,
    isRunning: turns.at(-1)?.role === 'assistant' && (turns.at(-1) as Reply).state === 'running',
    ask: (question: Omit<Question, 'role'>, settings: ChatSettings) =>
      answer([...turns, { role: 'user', ...question }], settings),
    /** Asks again for the last answer, perhaps of another model. */
    again: (settings: ChatSettings) => answer(turns.slice(0, -1), settings),
    stop: () => running.current?.abort(),
    clear() {
      running.current?.abort()
      running.current = undefined
      setTurns([])
    },
  }
}
