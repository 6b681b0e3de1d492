import { ArrowUp, ImagePlus, Square, X } from 'lucide-react'
import { type ClipboardEvent, type FormEvent, type KeyboardEvent, useRef, useState } from 'react'
import { useT } from '../../i18n/i18n.ts'
import { Button } from '../../ui/button.tsx'
import { say } from '../../ui/toast.tsx'
import type { Question } from './conversation.ts'

const TYPES = ['image/png', 'image/jpeg', 'image/webp', 'image/gif']
/** The body of a call has at most 64 MiB, in which a picture is a third longer. */
const MAX_BYTES = 10_000_000
const MAX_PICTURES = 4

interface ComposerProps {
  isRunning: boolean
  isDisabled: boolean
  /** What holds for what is written here. */
  note: string
  onAsk: (question: Omit<Question, 'role'>) => void
  onStop: () => void
}

/** Where one writes. Enter sends, and begins a line with the shift key. */
export function Composer({ isRunning, isDisabled, note, onAsk, onStop }: ComposerProps) {
  const t = useT()
  const chooser = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const [pictures, setPictures] = useState<string[]>([])
  const isEmpty = text.trim() === '' && pictures.length === 0

  async function attach(files: readonly File[]): Promise<void> {
    const fitting = files.filter(({ type, size }) => TYPES.includes(type) && size <= MAX_BYTES)
    if (fitting.length < files.length) say(t('chat.pictureRefused'))
    const read = await Promise.all(fitting.map(dataUrl))
    setPictures((before) => [...before, ...read].slice(0, MAX_PICTURES))
  }
  const send = (event?: FormEvent): void => {
    event?.preventDefault()
    if (isEmpty || isRunning || isDisabled) return
    onAsk({ text: text.trim(), pictures })
    setText('')
    setPictures([])
  }
  const paste = ({ clipboardData }: ClipboardEvent): void => {
    if (clipboardData.files.length > 0) void attach([...clipboardData.files])
  }
  const type = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    send()
  }
  return (
    <form
      onSubmit={send}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        void attach([...event.dataTransfer.files])
      }}
      className="sticky bottom-18 grid grid-cols-1 gap-2 rounded-2xl border border-line bg-panel p-2 shadow-float focus-within:border-mark md:bottom-4"
    >
      {pictures.length > 0 && (
        <ul className="flex flex-wrap gap-2 px-1 pt-1">
          {pictures.map((url, at) => (
            <li key={url} className="relative">
              <img src={url} alt={t('chat.picture', { number: at + 1 })} className="size-16 rounded-lg object-cover" />
              <button
                type="button"
                aria-label={t('media.remove')}
                onClick={() => setPictures(pictures.filter((_, index) => index !== at))}
                className="absolute -top-1.5 -right-1.5 grid size-5 place-items-center rounded-full border border-line bg-raised text-soft hover:text-ink [&_svg]:size-3"
              >
                <X />
              </button>
            </li>
          ))}
        </ul>
      )}
      <textarea
        aria-label={t('chat.message')}
        placeholder={t('chat.message')}
        rows={1}
        value={text}
        disabled={isDisabled}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={type}
        onPaste={paste}
        className="field-sizing-content max-h-60 min-h-10 w-full resize-none bg-transparent px-2.5 py-2 text-[15px] leading-relaxed focus:outline-hidden"
      />
      <div className="flex items-center justify-between">
        <Button
          look="quiet"
          size="icon"
          aria-label={t('chat.attach')}
          title={t('chat.attach')}
          disabled={isDisabled || pictures.length >= MAX_PICTURES}
          onClick={() => chooser.current?.click()}
        >
          <ImagePlus />
        </Button>
        <input
          ref={chooser}
          type="file"
          hidden
          multiple
          accept={TYPES.join(',')}
          onChange={({ target }) => {
            void attach([...(target.files ?? [])])
            target.value = ''
          }}
        />
        <span className="flex-1 px-2 text-right text-soft text-xs">{note}</span>
        {isRunning ? (
          <Button
            size="icon"
            className="rounded-full"
            aria-label={t('chat.stop')}
            title={t('chat.stop')}
            onClick={onStop}
          >
            <Square className="fill-current" />
          </Button>
        ) : (
          <Button
            type="submit"
            look="primary"
            size="icon"
            className="rounded-full"
            aria-label={t('chat.send')}
            title={t('chat.send')}
            disabled={isEmpty || isDisabled}
          >
            <ArrowUp />
          </Button>
        )}
      </div>
    </form>
  )
}

function dataUrl(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(file)
  })
}
