import '@google/model-viewer'
import type { DetailedHTMLProps, HTMLAttributes } from 'react'
import { fileAddress } from '../api/client.ts'

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'model-viewer': DetailedHTMLProps<HTMLAttributes<HTMLElement>, HTMLElement> & Record<string, unknown>
    }
  }
}

/** A GLB that can be turned. Loaded only where there is one: the viewer is larger than all other scripts. */
export default function ModelView({ url, label }: { url: string; label: string }) {
  return (
    <model-viewer
      src={fileAddress(url)}
      alt={label}
      camera-controls=""
      touch-action="pan-y"
      shadow-intensity="0.6"
      style={{ width: '100%', height: '360px', background: 'transparent' }}
    />
  )
}
