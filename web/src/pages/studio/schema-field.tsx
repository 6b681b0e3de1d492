import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import { translateDescription, useT } from '../../i18n/i18n.ts'
import { Button } from '../../ui/button.tsx'
import { Field, Input, Select, TextArea } from '../../ui/field.tsx'
import { Switch } from '../../ui/switch.tsx'
import type { FieldSchema, Values } from './field-schema.ts'
import { MediaField } from './media-field.tsx'
import { controlOf, helpBeside, labelOf, type NamedField } from './schema.ts'

interface SchemaFieldProps {
  field: NamedField
  value: unknown
  onChange: (value: unknown) => void
  error?: string | undefined
}

/** A field of an operation as its schema describes it. */
export function SchemaField({ field: { name, schema, isRequired }, value, onChange, error }: SchemaFieldProps) {
  const kind = controlOf(schema)
  const label = labelOf(name)
  if (kind === 'group') return <Group label={label} schema={schema} value={value} onChange={onChange} error={error} />
  const help = helpBeside(label, schema.description && translateDescription(schema.description))
  const text = typeof value === 'string' ? value : ''
  const aside = asideOf(schema, kind === 'long' || kind === 'text' ? text.length : undefined)
  if (kind === 'switch') {
    return (
      <Field label={label} help={help} error={error} className="grid-cols-[1fr_auto] items-center [&>p]:col-span-2">
        {(props) => (
          <Switch {...props} checked={(value ?? schema.default ?? false) === true} onCheckedChange={onChange} />
        )}
      </Field>
    )
  }
  return (
    <Field label={label} help={help} error={error} aside={aside} required={isRequired}>
      {(props) => <Control {...props} schema={schema} kind={kind} value={value} onChange={onChange} label={label} />}
    </Field>
  )
}

interface ControlProps {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': boolean | undefined
  schema: FieldSchema
  kind: ReturnType<typeof controlOf>
  value: unknown
  onChange: (value: unknown) => void
  label: string
}

function Control({ schema, kind, value, onChange, label, ...props }: ControlProps) {
  const t = useT()
  const text = typeof value === 'string' ? value : ''
  const preset = schema.default === undefined ? '' : String(schema.default)
  switch (kind) {
    case 'choice':
      return (
        <Select
          {...props}
          value={value === undefined ? '' : String(value)}
          onChange={({ target }) => onChange(choiceOf(schema, target.value))}
        >
          <option value="">{preset === '' ? t('form.unset') : t('form.default', { value: preset })}</option>
          {schema.enum
            ?.filter((one) => one !== '')
            .map((one) => (
              <option key={one} value={String(one)}>
                {String(one)}
              </option>
            ))}
        </Select>
      )
    case 'number':
      return <NumberControl {...props} schema={schema} value={value} onChange={onChange} label={label} />
    case 'media':
      return <MediaField {...props} kind={schema['x-media'] ?? 'image'} value={text} onChange={onChange} />
    case 'mediaList':
      return <MediaList {...props} schema={schema} value={value} onChange={onChange} />
    case 'lines':
      return (
        <TextArea
          {...props}
          value={Array.isArray(value) ? value.join('\n') : ''}
          placeholder={t('form.onePerLine')}
          onChange={({ target }) => onChange(target.value === '' ? undefined : target.value.split('\n'))}
        />
      )
    case 'json':
      return <JsonControl {...props} value={value} onChange={onChange} />
    case 'long':
      return (
        <TextArea
          {...props}
          value={text}
          rows={(schema.maxLength ?? 0) >= 2_000 ? 3 : 2}
          placeholder={preset}
          onChange={({ target }) => onChange(target.value)}
        />
      )
    default:
      return <Input {...props} value={text} placeholder={preset} onChange={({ target }) => onChange(target.value)} />
  }
}

const choiceOf = ({ enum: values = [] }: FieldSchema, text: string): unknown =>
  text === '' ? undefined : values.find((one) => String(one) === text)

const MOST_STEPS = 2_000

function NumberControl({ schema, value, onChange, label, ...props }: Omit<ControlProps, 'kind'>) {
  const { minimum, maximum, type } = schema
  const preset = typeof schema.default === 'number' ? schema.default : undefined
  const step = type === 'integer' ? 1 : (maximum ?? 10) - (minimum ?? 0) <= 2 ? 0.01 : 0.1
  const hasSlider = minimum !== undefined && maximum !== undefined && (maximum - minimum) / step <= MOST_STEPS
  const set = (text: string): void => onChange(text === '' ? undefined : Number(text))
  const shown = typeof value === 'number' ? value : undefined
  return (
    <div className="flex items-center gap-3">
      {hasSlider && (
        <input
          type="range"
          aria-label={label}
          min={minimum}
          max={maximum}
          step={step}
          value={shown ?? preset ?? minimum}
          onChange={({ target }) => set(target.value)}
          className="h-5 min-w-0 flex-1 accent-accent"
        />
      )}
      <Input
        {...props}
        type="number"
        inputMode="decimal"
        min={minimum}
        max={maximum}
        step={type === 'integer' ? 1 : 'any'}
        value={shown ?? ''}
        placeholder={preset === undefined ? '' : String(preset)}
        onChange={({ target }) => set(target.value)}
        className={hasSlider ? 'w-24 shrink-0' : ''}
      />
    </div>
  )
}

function MediaList({ id, schema, value, onChange, ...props }: Omit<ControlProps, 'kind' | 'label'>) {
  const t = useT()
  const urls = Array.isArray(value) ? (value as string[]) : []
  const shown = urls.length === 0 ? [''] : urls
  const most = schema.maxItems ?? 20
  return (
    <div className="grid grid-cols-1 gap-3">
      {shown.map((url, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the place is what a file is known by
        <div key={at} className="flex gap-2">
          <div className="min-w-0 flex-1">
            <MediaField
              {...props}
              id={at === 0 ? id : `${id}-${at}`}
              kind={schema.items?.['x-media'] ?? 'image'}
              value={url}
              onChange={(next) => onChange(shown.map((one, place) => (place === at ? next : one)))}
            />
          </div>
          {shown.length > 1 && (
            <Button
              look="quiet"
              size="smallIcon"
              aria-label={t('media.remove')}
              onClick={() => onChange(shown.filter((_, place) => place !== at))}
            >
              <X />
            </Button>
          )}
        </div>
      ))}
      {shown.length < most && shown.at(-1) !== '' && (
        <Button size="small" className="justify-self-start" onClick={() => onChange([...shown, ''])}>
          <Plus />
          {t('media.another')}
        </Button>
      )}
    </div>
  )
}

/** A value that has no control of its own, as JSON. */
function JsonControl({ value, onChange, ...props }: Omit<ControlProps, 'kind' | 'schema' | 'label'>) {
  const t = useT()
  const [text, setText] = useState(value === undefined ? '' : JSON.stringify(value, null, 2))
  const [isWrong, setWrong] = useState(false)
  const read = (next: string): void => {
    setText(next)
    if (next.trim() === '') {
      setWrong(false)
      onChange(undefined)
      return
    }
    try {
      onChange(JSON.parse(next))
      setWrong(false)
    } catch {
      // A text stays a text for fields that take both.
      onChange(next)
      setWrong(/^\s*[[{]/.test(next))
    }
  }
  return (
    <>
      <TextArea
        {...props}
        value={text}
        spellCheck={false}
        placeholder={t('form.json')}
        onChange={({ target }) => read(target.value)}
        className="font-mono text-xs"
      />
      {isWrong && <p className="text-bad text-xs">{t('form.notJson')}</p>}
    </>
  )
}

function Group({
  label,
  schema,
  value,
  onChange,
  error,
}: {
  label: string
  schema: FieldSchema
  value: unknown
  onChange: (value: unknown) => void
  error?: string | undefined
}) {
  const values = (typeof value === 'object' && value !== null ? value : {}) as Values
  const required = new Set(schema.required ?? [])
  return (
    <fieldset className="grid grid-cols-1 gap-4 rounded-lg border border-line p-3">
      <legend className="px-1 font-medium text-[13px]">{label}</legend>
      {schema.description && <p className="text-soft text-xs">{translateDescription(schema.description)}</p>}
      {Object.entries(schema.properties ?? {}).map(([name, one]) => (
        <SchemaField
          key={name}
          field={{ name, schema: one, isRequired: required.has(name) }}
          value={values[name]}
          onChange={(next) => onChange({ ...values, [name]: next })}
        />
      ))}
      {error && <p className="text-bad text-xs">{error}</p>}
    </fieldset>
  )
}

/** The limits of a field, and how much of them is used. */
function asideOf(
  { minimum, maximum, maxLength, 'x-media': media }: FieldSchema,
  length: number | undefined,
): string | undefined {
  if (length !== undefined && maxLength !== undefined && !media) return `${length} / ${maxLength}`
  if (minimum === undefined && maximum === undefined) return undefined
  if (maximum !== undefined && maximum >= 4_294_967_295) return undefined
  return minimum !== undefined && maximum !== undefined
    ? `${minimum} – ${maximum}`
    : minimum !== undefined
      ? `≥ ${minimum}`
      : `≤ ${maximum}`
}
