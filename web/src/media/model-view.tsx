import '@google/model-viewer'
import { type DetailedHTMLProps, type HTMLAttributes, useEffect, useRef } from 'react'
import { fileAddress } from '../api/client.ts'

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'model-viewer': DetailedHTMLProps<HTMLAttributes<HTMLElement>, HTMLElement> & Record<string, unknown>
    }
  }
}

/** A GLB that can be turned. Loaded only where there is one: the viewer is larger than all other scripts. */
export default function ModelView({ url, label, onFailed }: { url: string; label: string; onFailed: () => void }) {
  const viewer = useRef<HTMLElement>(null)
  useEffect(() => {
    const element = viewer.current
    element?.addEventListener('error', onFailed)
    return () => element?.removeEventListener('error', onFailed)
  }, [onFailed])
  return (
    <model-viewer
      ref={viewer}
      src={fileAddress(url)}
      alt={label}
      camera-controls=""
      touch-action="pan-y"
      shadow-intensity="0.6"
      style={{ width: '100%', height: '360px', background: 'transparent' }}
    />
  )
}
