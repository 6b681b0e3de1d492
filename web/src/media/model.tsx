import { Box } from 'lucide-react'
import { lazy, Suspense, useCallback, useState } from 'react'
import { fileAddress } from '../api/client.ts'
import { useT } from '../i18n/i18n.ts'
import { Empty } from '../ui/parts.tsx'
import type { Made } from './made.ts'

const ModelView = lazy(() => import('./model-view.tsx'))

interface ModelProps {
  model: NonNullable<Made['model']>
  label: string
}

/** A 3D model: turned by hand, or shown as a film or a picture of it where the browser draws no WebGL. */
export function Model({ model, label }: ModelProps) {
  const [isFailed, setFailed] = useState(() => !hasWebGl())
  const fail = useCallback(() => setFailed(true), [])
  return (
    <div className="overflow-hidden rounded-lg bg-hover">
      {isFailed ? (
        <Still model={model} label={label} />
      ) : (
        <Suspense fallback={<div className="h-[360px]" />}>
          <ModelView url={model.file} label={label} onFailed={fail} />
        </Suspense>
      )}
    </div>
  )
}

function Still({ model: { picture, turntable }, label }: ModelProps) {
  const t = useT()
  if (turntable) {
    return (
      <video
        src={fileAddress(turntable)}
        aria-label={label}
        autoPlay
        loop
        muted
        playsInline
        className="h-[360px] w-full object-contain"
      />
    )
  }
  return (
    <>
      {picture && <img src={fileAddress(picture)} alt={label} className="h-[360px] w-full object-contain" />}
      <Empty isSmall icon={<Box />} title={t('output.noWebGl')}>
        {t('output.noWebGlAbout')}
      </Empty>
    </>
  )
}

let known: boolean | undefined

function hasWebGl(): boolean {
  known ??= document.createElement('canvas').getContext('webgl2') !== null
  return known
}
