import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { setMode } from './api/client.ts'
import { queryClient } from './api/queries.ts'
import './app.css'
import { firstLocale, setLocale } from './i18n/i18n.ts'
import { router } from './router.tsx'
import { getMode } from './shell/mode.ts'
import { applyTheme } from './shell/theme.ts'

applyTheme()
setMode(getMode())
await setLocale(firstLocale())

const root = document.getElementById('root')
if (!root) throw new Error('The page has no place for the application.')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
