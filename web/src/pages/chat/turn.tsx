import { RotateCcw } from 'lucide-react'
import { duration, number, usd } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { Button } from '../../ui/button.tsx'
import { Code, CopyButton, Fault, Summary } from '../../ui/parts.tsx'
import type { Question, Reply, Turn } from './conversation.ts'

/** One message of the conversation. */
export function TurnView({ turn, again }: { turn: Turn; again: (() => void) | undefined }) {
  return turn.role === 'user' ? <Asked question={turn} /> : <Answered reply={turn} again={again} />
}

function Asked({ question: { text, pictures } }: { question: Question }) {
  const t = useT()
  return (
    <div className="ml-auto grid max-w-[85%] grid-cols-1 justify-items-end gap-2">
      {pictures.length > 0 && (
        <div className="flex flex-wrap justify-end gap-2">
          {pictures.map((url, at) => (
            <img
              key={url}
              src={url}
              alt={t('chat.picture', { number: at + 1 })}
              className="max-h-48 rounded-xl border border-line object-contain"
            />
          ))}
        </div>
      )}
      {text !== '' && (
        <p className="whitespace-pre-wrap break-words rounded-2xl rounded-br-md bg-hover px-4 py-2.5 text-[15px]">
          {text}
        </p>
      )}
    </div>
  )
}

function Answered({ reply, again }: { reply: Reply; again: (() => void) | undefined }) {
  const t = useT()
  const { model, text, reasoning, state, fault, record } = reply
  const isEmpty = text === '' && state === 'running'
  return (
    <article
      aria-label={t('chat.answerOf', { model })}
      aria-busy={state === 'running'}
      className="grid grid-cols-1 gap-2"
    >
      {reasoning !== '' && (
        <details className="group text-soft">
          <Summary>{t('chat.reasoning')}</Summary>
          <p className="mt-1 whitespace-pre-wrap break-words border-line border-l-2 pl-3 text-[13px]">{reasoning}</p>
        </details>
      )}
      {isEmpty && (
        <span
          role="status"
          aria-label={t('chat.waiting')}
          className="h-2.5 w-10 animate-breathe rounded-full bg-edge"
        />
      )}
      {partsOf(text).map(({ kind, content }, at) =>
        kind === 'code' ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts are only added at the end
          <Code key={at} text={content} />
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: likewise
          <p key={at} className="max-w-[72ch] whitespace-pre-wrap break-words text-[15px] leading-relaxed">
            {content}
          </p>
        ),
      )}
      {state === 'failed' && <Fault error={fault} {...(again ? { retry: again } : {})} />}
      {state !== 'running' && state !== 'failed' && (
        <footer className="-ml-1.5 flex min-h-7 flex-wrap items-center gap-x-1 text-soft text-xs tabular">
          {text !== '' && <CopyButton text={text} />}
          {again && (
            <Button look="quiet" size="smallIcon" aria-label={t('chat.again')} title={t('chat.again')} onClick={again}>
              <RotateCcw />
            </Button>
          )}
          <span className="pl-1.5">
            {[
              record?.vendor_model ?? model,
              record?.provider,
              record?.usage && usageText(record.usage, record.usage_estimated, t),
              record && duration(record.duration_ms),
              record && usd(record.price_usd),
              state === 'stopped' && t('chat.stopped'),
            ]
              .filter(Boolean)
              .join(' · ')}
          </span>
        </footer>
      )}
    </article>
  )
}

function usageText(usage: Record<string, number>, isEstimated: boolean, t: ReturnType<typeof useT>): string {
  const { inputTokens: input = 0, outputTokens: output = 0 } = usage
  return t(isEstimated ? 'chat.usageEstimated' : 'chat.usage', { input: number(input), output: number(output) })
}

/** Words, and code between its fences: enough to read and copy it, with nothing that could be run. */
function partsOf(text: string): { kind: 'text' | 'code'; content: string }[] {
  return text
    .split(/^```[^\n]*\n?/m)
    .map((content, at) => ({ kind: at % 2 === 1 ? ('code' as const) : ('text' as const), content: content.trim() }))
    .filter(({ content }) => content !== '')
}
