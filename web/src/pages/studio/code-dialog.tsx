import { useState } from 'react'
import { useT } from '../../i18n/i18n.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Select } from '../../ui/field.tsx'
import { Code, Fault, Skeleton } from '../../ui/parts.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { codeOf, LANGUAGES, type Language, type ProtocolRequest } from './code.ts'

/** How protocols are called by those who use them. */
const PROTOCOLS: Record<string, string> = {
  polyphony: 'Polyphony',
  piapi: 'PiAPI',
  openai: 'OpenAI',
  'openai-images': 'OpenAI Images',
  'openai-videos': 'OpenAI Videos',
  fal: 'fal',
  replicate: 'Replicate',
  suno: 'Suno',
  udio: 'Udio',
  luma: 'Luma',
  kling: 'Kling',
  bfl: 'Black Forest Labs',
  ideogram: 'Ideogram',
  recraft: 'Recraft',
  minimax: 'MiniMax',
  runway: 'Runway',
  midjourney: 'Midjourney Proxy',
}

const NAMES: Record<Language, string> = { curl: 'curl', typescript: 'TypeScript', python: 'Python' }

/** Requests as code, in the protocol and the language that one chooses. The key is a variable: none is ever shown. */
export function CodeDialog({
  about,
  requests,
  error,
  onClose,
}: {
  about: string
  /** Undefined while they are on their way. */
  requests: readonly ProtocolRequest[] | undefined
  error?: unknown
  onClose: () => void
}) {
  const t = useT()
  const [language, setLanguage] = useState<Language>('curl')
  const [protocol, setProtocol] = useState('polyphony')
  const shown = requests?.find((one) => one.protocol === protocol) ?? requests?.[0]
  return (
    <Dialog open onClose={onClose} title={t('code.title')} about={about} wide>
      <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <Tabs
          value={language}
          onChange={(next) => setLanguage(next as Language)}
          label={t('code.language')}
          items={LANGUAGES.map((value) => ({ value, label: NAMES[value] }))}
        />
        {requests && requests.length > 1 && (
          <Select
            aria-label={t('code.protocol')}
            value={shown?.protocol}
            onChange={({ target }) => setProtocol(target.value)}
            className="w-auto"
          >
            {requests.map((one) => (
              <option key={one.protocol} value={one.protocol}>
                {PROTOCOLS[one.protocol] ?? one.protocol}
              </option>
            ))}
          </Select>
        )}
      </div>
      {error !== undefined && error !== null && <Fault error={error} />}
      {!requests && !error && <Skeleton rows={6} />}
      {shown && <Code text={codeOf(language, shown, document.baseURI)} />}
    </Dialog>
  )
}
