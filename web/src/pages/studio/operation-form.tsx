import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Braces, Eraser, WandSparkles } from 'lucide-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import { ApiError, call } from '../../api/client.ts'
import { isSameGesture, useOnce } from '../../api/once.ts'
import { type Operation, type Task, taskQuery } from '../../api/queries.ts'
import { pointsAsUsd } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { messageOf } from '../../i18n/messages.ts'
import { chooseMode, useMode } from '../../shell/mode.ts'
import { mayMake, useSession } from '../../shell/session.ts'
import { Button } from '../../ui/button.tsx'
import { Fault, Panel, Summary } from '../../ui/parts.tsx'
import { AsCode } from './as-code.tsx'
import { draftOf, keepDraft } from './drafts.ts'
import type { FieldSchema, Values } from './field-schema.ts'
import { fieldNamed, fieldsOf, inputOf } from './schema.ts'
import { SchemaField } from './schema-field.tsx'
import { useQuote } from './use-quote.ts'

interface OperationFormProps {
  operation: Operation
  initial: Values | undefined
  onMade: (task: Task) => void
}

/** The form of an operation, made from its schema; its price before the click, its rules as they break. */
export function OperationForm({ operation, initial, onMade }: OperationFormProps) {
  const t = useT()
  const client = useQueryClient()
  const mode = useMode()
  const [values, setValues] = useState<Values>(initial ?? draftOf(operation.id) ?? {})
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set(Object.keys(initial ?? {})))
  const [isCode, setCode] = useState(false)
  const input = inputOf(values)
  const { quote, refusal, field, isPending } = useQuote(operation.id, input, operation.available && touched.size > 0)
  const once = useOnce()
  const making = useMutation({
    mutationFn: () => {
      const body = { operation: operation.id, input }
      return once(body, (key) => call('POST /polyphony/v1/tasks', { body, headers: { 'idempotency-key': key } }))
    },
    onSuccess(task) {
      client.setQueryData(taskQuery(task.id).queryKey, task)
      void client.invalidateQueries({ queryKey: ['balance'] })
      onMade(task)
    },
  })
  const refused = making.error instanceof ApiError ? making.error : undefined
  const { main, more } = fieldsOf(operation.input_schema as FieldSchema, initial)
  const names = new Set([...main, ...more].map(({ name }) => name))
  const set = (name: string, value: unknown): void => {
    const next = { ...values, [name]: value }
    setValues(next)
    keepDraft(operation.id, next)
    setTouched(new Set([...touched, name]))
    making.reset()
  }
  const errorOf = (name: string): string | undefined => {
    if (refused && fieldNamed(refused.field) === name) return messageOf(refused)
    return refusal && field === name && touched.has(name) ? messageOf(refusal) : undefined
  }
  // What no field shows: a rule over the whole input, a lack of credit, no account.
  const general = refused && !names.has(fieldNamed(refused.field) ?? '') ? refused : undefined
  const fill = (next: Values): void => {
    setValues(next)
    keepDraft(operation.id, next)
    setTouched(new Set(Object.keys(next)))
    making.reset()
  }
  const render = (fields: typeof main) =>
    fields.map((one) => (
      <SchemaField
        key={one.name}
        field={one}
        value={values[one.name]}
        onChange={(value) => set(one.name, value)}
        error={errorOf(one.name)}
      />
    ))
  function submit(event: FormEvent): void {
    event.preventDefault()
    if (isSameGesture(making)) return
    setTouched(names)
    making.mutate()
  }
  // The example's price, until there is an input to ask for.
  const asked = quote ? pointsAsUsd(quote.price_points) : isPending ? '…' : `~${pointsAsUsd(operation.price_points)}`
  const price = mode === 'test' ? pointsAsUsd(0) : asked
  const shownMore = more.some(({ name }) => values[name] !== undefined)

  return (
    <Panel>
      <form onSubmit={submit} noValidate className="grid grid-cols-1 gap-5 p-4 md:p-5">
        {!operation.available && <Unavailable />}
        {render(main)}
        {more.length > 0 && (
          <details className="group" open={shownMore}>
            <Summary>{t('form.more', { count: more.length })}</Summary>
            <div className="mt-4 grid grid-cols-1 gap-5">{render(more)}</div>
          </details>
        )}
        {general && <Fault error={general} />}
        <Actions
          isMaking={making.isPending}
          isAvailable={operation.available}
          price={price}
          onCode={() => setCode(true)}
          onClear={() => fill({})}
        >
          {quote && !quote.is_affordable ? (
            <span className="text-bad">{t('studio.tooDear', { available: pointsAsUsd(quote.available_points) })}</span>
          ) : refusal && !touched.has(field ?? '') ? (
            messageOf(refusal)
          ) : (
            <button
              type="button"
              className="underline underline-offset-2 hover:text-ink"
              onClick={() => fill(operation.example as Values)}
            >
              {t('form.example')}
            </button>
          )}
        </Actions>
      </form>
      {isCode && <AsCode operation={operation} input={input} onClose={() => setCode(false)} />}
    </Panel>
  )
}

/** What to do where no account takes the operation. */
function Unavailable() {
  const t = useT()
  const session = useSession()
  const mode = useMode()
  return (
    <div className="grid grid-cols-1 gap-2 rounded-lg bg-mark-ground px-4 py-3 text-mark">
      <p>{t('studio.unavailable')}</p>
      <div className="flex flex-wrap gap-2">
        <Button size="small" asChild>
          <Link to="/accounts">{t('studio.connect')}</Link>
        </Button>
        {mode === 'live' && !session.key && (
          <Button size="small" onClick={() => chooseMode('test')}>
            {t('studio.trySandbox')}
          </Button>
        )}
      </div>
    </div>
  )
}

interface ActionsProps {
  isAvailable: boolean
  isMaking: boolean
  price: string
  onCode: () => void
  onClear: () => void
  /** A line below the buttons: what is wrong, or an example. */
  children: ReactNode
}

/** The button that makes it, with its price, and what else can be done with the form. */
function Actions({ isAvailable, isMaking, price, onCode, onClear, children }: ActionsProps) {
  const t = useT()
  const session = useSession()
  const others = [
    { name: t('code.title'), icon: <Braces />, onClick: onCode },
    { name: t('form.clear'), icon: <Eraser />, onClick: onClear },
  ]
  return (
    <div className="sticky bottom-16 -mx-4 -mb-4 flex flex-wrap items-center gap-2 rounded-b-xl border-line border-t bg-panel px-4 py-3 md:-mx-5 md:-mb-5 md:bottom-0 md:px-5">
      <Button
        type="submit"
        look="primary"
        size="large"
        className="flex-1"
        disabled={!isAvailable || !mayMake(session) || isMaking}
      >
        <WandSparkles />
        {t('studio.make')}
        <span
          className="min-w-14 rounded-md bg-on-accent/15 px-1.5 py-0.5 text-center text-xs tabular"
          aria-live="polite"
        >
          {price}
        </span>
      </Button>
      {others.map(({ name, icon, onClick }) => (
        <Button key={name} size="icon" className="size-11" aria-label={name} title={name} onClick={onClick}>
          {icon}
        </Button>
      ))}
      <p className="w-full text-soft text-xs">{session.role === 'viewer' ? t('role.viewerOnly') : children}</p>
    </div>
  )
}
