import { useEffect } from 'react'

const GATEWAY = ' · Polyphony'

/** What the tab of the browser says while a page is shown. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title + GATEWAY
  }, [title])
}

/** What the page that is shown has said of itself. */
export const titleOfPage = (): string => document.title.replace(GATEWAY, '')
