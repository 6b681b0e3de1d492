import { Search } from 'lucide-react'
import { useEffect, useState } from 'react'
import { cn } from './classes.ts'
import { Input } from './field.tsx'

/** How long a person has typed nothing before it is looked for. */
const TYPING_MS = 300

interface Props {
  label: string
  value: string
  onChange: (value: string) => void
  className?: string
}

/** Tells what was typed once a person pauses. */
export function SearchBox({ label, value, onChange, className }: Props) {
  const [typed, setTyped] = useState(value)
  const [before, setBefore] = useState(value)
  // It was changed from elsewhere: filters were cleared, or another address was opened.
  if (value !== before) {
    setBefore(value)
    setTyped(value)
  }
  useEffect(() => {
    if (typed === value) return
    const timer = setTimeout(() => onChange(typed), TYPING_MS)
    return () => clearTimeout(timer)
  })
  return (
    <div className={cn('relative w-full sm:w-auto', className)}>
      <Search aria-hidden className="absolute top-2.5 left-3 size-4 text-soft" />
      <Input
        type="search"
        aria-label={label}
        placeholder={label}
        value={typed}
        maxLength={200}
        onChange={({ target }) => setTyped(target.value)}
        className="pl-9"
      />
    </div>
  )
}
