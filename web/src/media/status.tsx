import type { Status } from '../api/queries.ts'
import { useT } from '../i18n/i18n.ts'
import { Badge, type Tone } from '../ui/parts.tsx'

const TONES: Record<Status, Tone> = {
  staged: 'plain',
  pending: 'plain',
  submitting: 'info',
  processing: 'info',
  uncertain: 'mark',
  completed: 'good',
  failed: 'bad',
  cancelled: 'plain',
}

export function StatusBadge({ status }: { status: Status }) {
  const t = useT()
  return (
    <Badge tone={TONES[status]} pulse={status === 'processing' || status === 'submitting'}>
      {t(`status.${status}`)}
    </Badge>
  )
}
