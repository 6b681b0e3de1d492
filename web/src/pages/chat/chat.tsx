import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Braces, Eraser, MessagesSquare } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { CHAT_PATH } from '../../api/chat.ts'
import { call } from '../../api/client.ts'
import { usd } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { chooseMode, useMode } from '../../shell/mode.ts'
import { mayMake, useSession } from '../../shell/session.ts'
import { useTitle } from '../../shell/use-title.ts'
import { Button } from '../../ui/button.tsx'
import { Field, Input, Select, TextArea } from '../../ui/field.tsx'
import { Empty, Fault, Page, Panel, Summary } from '../../ui/parts.tsx'
import { CodeDialog } from '../studio/code-dialog.tsx'
import { Composer } from './composer.tsx'
import { bodyOf, type ChatSettings, useConversation } from './conversation.ts'
import { TurnView } from './turn.tsx'

const NOTHING: ChatSettings = { model: '', system: '', temperature: '', maxTokens: '' }

/** A conversation with any language model that the tenant can use, at its price. Nothing of it is stored. */
export function Chat() {
  const t = useT()
  useTitle(t('nav.chat'))
  const mode = useMode()
  const session = useSession()
  const { data, error, refetch, isPending } = useQuery({
    queryKey: ['chat-models', mode],
    queryFn: () => call('GET /polyphony/v1/chat-models'),
  })
  const [chosen, setChosen] = useState(NOTHING)
  const { turns, isRunning, ask, again, stop, clear } = useConversation()
  const [isCode, setCode] = useState(false)
  const end = useRef<HTMLDivElement>(null)
  const models = data?.models ?? []
  const model = models.find(({ id }) => id === chosen.model) ?? models[0]
  const settings = { ...chosen, model: model?.id ?? '' }
  const set = (change: Partial<ChatSettings>): void => setChosen({ ...chosen, ...change })
  const said = turns.map((turn) => turn.text.length).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was said last is kept in sight
  useEffect(() => {
    if (turns.length > 0) end.current?.scrollIntoView({ block: 'end' })
  }, [said])

  return (
    <Page
      title={t('nav.chat')}
      about={t('chat.about')}
      wide
      actions={
        <>
          <Button disabled={!model} onClick={() => setCode(true)}>
            <Braces />
            {t('code.title')}
          </Button>
          <Button disabled={turns.length === 0} onClick={clear}>
            <Eraser />
            {t('chat.clear')}
          </Button>
        </>
      }
    >
      {error && <Fault error={error} retry={() => void refetch()} />}
      <div className="grid gap-6 lg:grid-cols-[1fr_300px]">
        <div className="order-2 flex min-w-0 flex-col gap-4 lg:order-1 lg:min-h-[calc(100dvh-190px)]">
          <section aria-label={t('chat.conversation')} className="grid flex-1 grid-cols-1 content-start gap-6">
            {turns.map((turn, at) => (
              <TurnView
                // biome-ignore lint/suspicious/noArrayIndexKey: turns keep their places
                key={at}
                turn={turn}
                again={at === turns.length - 1 && !isRunning ? () => void again(settings) : undefined}
              />
            ))}
            {turns.length === 0 && !isPending && !error && (
              <Panel>
                <Empty
                  icon={<MessagesSquare />}
                  title={t(model ? 'chat.emptyTitle' : 'chat.noModelTitle')}
                  action={
                    model ? undefined : (
                      <div className="flex flex-wrap justify-center gap-2">
                        <Button size="small" asChild>
                          <Link to="/accounts">{t('studio.connect')}</Link>
                        </Button>
                        {mode === 'live' && !session.key && (
                          <Button size="small" onClick={() => chooseMode('test')}>
                            {t('studio.trySandbox')}
                          </Button>
                        )}
                      </div>
                    )
                  }
                >
                  {t(model ? 'chat.empty' : 'chat.noModel')}
                </Empty>
              </Panel>
            )}
          </section>
          <Composer
            isRunning={isRunning}
            isDisabled={!model || !mayMake(session)}
            note={t(session.role === 'viewer' ? 'role.viewerOnly' : 'chat.notStoredShort')}
            onAsk={(question) => void ask(question, settings)}
            onStop={stop}
          />
          <div ref={end} className="-mt-4 scroll-mb-20" />
        </div>
        <Panel className="order-1 h-fit lg:sticky lg:top-6 lg:order-2">
          <div className="grid grid-cols-1 gap-4 p-4">
            <Field label={t('chat.model')} help={model && (mode === 'live' ? priceOf(model, t) : t('chat.free'))}>
              {(props) => (
                <Select
                  {...props}
                  value={settings.model}
                  onChange={({ target }) => set({ model: target.value })}
                  disabled={models.length === 0}
                >
                  {models.length === 0 && <option value="">–</option>}
                  {models.map(({ id, provider }) => (
                    <option key={id} value={id}>
                      {provider ? `${id} · ${provider}` : id}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <details className="group" open={matchMedia('(width >= 64rem)').matches}>
              <Summary>{t('chat.settings')}</Summary>
              <div className="mt-2 grid grid-cols-1 gap-4">
                <Field label={t('chat.system')} help={t('chat.systemHelp')}>
                  {(props) => (
                    <TextArea
                      {...props}
                      rows={4}
                      value={chosen.system}
                      onChange={({ target }) => set({ system: target.value })}
                    />
                  )}
                </Field>
                <div className="grid grid-cols-2 gap-3">
                  <Field label={t('chat.temperature')}>
                    {(props) => (
                      <Input
                        {...props}
                        type="number"
                        min={0}
                        max={2}
                        step={0.1}
                        placeholder={t('chat.usual')}
                        value={chosen.temperature}
                        onChange={({ target }) => set({ temperature: target.value })}
                      />
                    )}
                  </Field>
                  <Field label={t('chat.maxTokens')}>
                    {(props) => (
                      <Input
                        {...props}
                        type="number"
                        min={1}
                        step={1}
                        placeholder={t('chat.usual')}
                        value={chosen.maxTokens}
                        onChange={({ target }) => set({ maxTokens: target.value })}
                      />
                    )}
                  </Field>
                </div>
              </div>
            </details>
            <p className="hidden border-line border-t pt-3 text-soft text-xs leading-relaxed lg:block">
              {t('chat.notStored')}
            </p>
          </div>
        </Panel>
      </div>
      {isCode && (
        <CodeDialog
          about={t('chat.codeAbout')}
          requests={[{ protocol: 'openai', path: CHAT_PATH, body: printable(bodyOf(turns, settings)) }]}
          onClose={() => setCode(false)}
        />
      )}
    </Page>
  )
}

interface Price {
  usd_per_million_input: number
  usd_per_million_output: number
  usd_per_call: number
}

function priceOf(price: Price, t: ReturnType<typeof useT>): string {
  const { usd_per_million_input: input, usd_per_million_output: output, usd_per_call: each } = price
  if (input + output + each === 0) return t('chat.free')
  const tokens = t('chat.price', { input: usd(input), output: usd(output) })
  return each > 0 ? `${tokens} ${t('chat.pricePerCall', { amount: usd(each) })}` : tokens
}

/** With something to say, and pictures by the beginning of their bytes: code that is read has no megabytes. */
function printable(body: ReturnType<typeof bodyOf>): object {
  const messages = body.messages.length > 0 ? body.messages : [{ role: 'user' as const, content: 'Good morning!' }]
  const text = JSON.stringify({ ...body, messages }, (name, value: unknown) =>
    name === 'url' && typeof value === 'string' ? value.slice(0, 60).replace(/(?<=,.{12}).*$/, '…') : value,
  )
  return JSON.parse(text) as object // as it was written
}
