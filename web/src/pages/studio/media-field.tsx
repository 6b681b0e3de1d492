import { FileAudio, FileVideo, ImagePlus, LoaderCircle, Paperclip, Upload, X } from 'lucide-react'
import { type DragEvent, useRef, useState } from 'react'
import { call, fileAddress } from '../../api/client.ts'
import { useT } from '../../i18n/i18n.ts'
import { messageOf } from '../../i18n/messages.ts'
import { Button } from '../../ui/button.tsx'
import { cn } from '../../ui/classes.ts'
import { Input } from '../../ui/field.tsx'

const ICONS = { image: ImagePlus, audio: FileAudio, video: FileVideo, application: Paperclip }

interface MediaFieldProps {
  id: string
  kind: keyof typeof ICONS
  value: string
  onChange: (url: string) => void
  'aria-describedby'?: string | undefined
  'aria-invalid'?: boolean | undefined
}

/** A file: dropped, chosen or named by its URL. What is dropped is uploaded, and the input gets its URL. */
export function MediaField({ id, kind, value, onChange, ...described }: MediaFieldProps) {
  const t = useT()
  const chooser = useRef<HTMLInputElement>(null)
  const [state, setState] = useState<'idle' | 'over' | 'uploading'>('idle')
  const [fault, setFault] = useState('')
  const Icon = state === 'uploading' ? LoaderCircle : ICONS[kind]

  async function upload(file: File | undefined): Promise<void> {
    if (!file) return setState('idle')
    setState('uploading')
    setFault('')
    const body = new FormData()
    body.set('file', file)
    try {
      onChange((await call('POST /polyphony/v1/files', { body })).url)
    } catch (error) {
      setFault(messageOf(error))
    }
    setState('idle')
  }
  const drop = (event: DragEvent): void => {
    event.preventDefault()
    const text = event.dataTransfer.getData('text/uri-list')
    if (event.dataTransfer.files[0]) void upload(event.dataTransfer.files[0])
    else {
      setState('idle')
      if (text) onChange(text)
    }
  }
  return (
    <div className="grid grid-cols-1 gap-2">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way beside the button and the address */}
      <div
        onDragOver={(event) => {
          event.preventDefault()
          setState('over')
        }}
        onDragLeave={() => setState('idle')}
        onDrop={drop}
        className={cn(
          'flex min-h-16 items-center gap-3 rounded-lg border border-edge/60 border-dashed bg-ground p-2.5 transition-colors',
          state === 'over' && 'border-mark bg-mark-ground',
        )}
      >
        <Preview
          kind={kind}
          url={value}
          fallback={<Icon className={cn('size-5', state === 'uploading' && 'animate-spin')} />}
        />
        <div className="min-w-0 flex-1 text-soft text-xs">
          <Button size="small" onClick={() => chooser.current?.click()} disabled={state === 'uploading'}>
            <Upload />
            {t('media.choose')}
          </Button>
          <span className="ml-2 hidden sm:inline">{t('media.drop')}</span>
        </div>
        {value && (
          <Button look="quiet" size="smallIcon" aria-label={t('media.remove')} onClick={() => onChange('')}>
            <X />
          </Button>
        )}
        <input
          ref={chooser}
          type="file"
          hidden
          accept={kind === 'application' ? '*/*' : `${kind}/*`}
          onChange={({ target }) => {
            void upload(target.files?.[0])
            target.value = ''
          }}
        />
      </div>
      <Input
        id={id}
        type="url"
        value={value}
        placeholder="https://…"
        onChange={({ target }) => onChange(target.value)}
        className="h-8 text-xs"
        {...described}
      />
      {fault && <p className="text-bad text-xs">{fault}</p>}
    </div>
  )
}

function Preview({ kind, url, fallback }: { kind: MediaFieldProps['kind']; url: string; fallback: React.ReactNode }) {
  const isShown = /^https?:/.test(url)
  if (isShown && kind === 'image')
    return <img src={fileAddress(url)} alt="" className="size-12 shrink-0 rounded-md object-cover" />
  if (isShown && kind === 'video') {
    return (
      <video
        src={fileAddress(url)}
        muted
        playsInline
        preload="metadata"
        className="size-12 shrink-0 rounded-md object-cover"
      />
    )
  }
  return <span className="grid size-12 shrink-0 place-items-center rounded-md bg-hover text-soft">{fallback}</span>
}
