import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { arrived } from './api/arrived.ts'
import { queryClient, sessionQuery } from './api/queries.ts'
import { needFieldTexts } from './i18n/i18n.ts'
import { NotFound } from './pages/not-found.tsx'
import { PageAnnouncer } from './shell/page-announcer.tsx'
import { isOperator, isSignedIn } from './shell/session.ts'
import { Fault } from './ui/parts.tsx'

// The router loads the document anew when the script of a page is gone, as after an upgrade.

/** What is left of a page that failed. It is loaded anew: its script, too, may be what did not come. */
function PageFault({ error }: { error: unknown }) {
  return (
    <div className="mx-auto max-w-xl p-8">
      <Fault error={error} retry={() => location.reload()} />
    </div>
  )
}

function Root() {
  return (
    <>
      <Outlet />
      <PageAnnouncer />
    </>
  )
}

const root = createRootRoute({
  component: Root,
  notFoundComponent: NotFound,
  errorComponent: PageFault,
})

/** Pages for those who are signed in; the others are led to where they can. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: lazyRouteComponent(() => arrived(import('./shell/shell.tsx')), 'Shell'),
  async beforeLoad({ location }) {
    const session = await queryClient.ensureQueryData(sessionQuery)
    if (isSignedIn(session)) return
    if (!session.claimed) throw redirect({ to: '/claim' })
    throw redirect({ to: '/sign-in', search: location.pathname === '/' ? {} : { next: location.href } })
  },
})

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
/** Only those that are there: the address stays short. */
function given<Names extends string>(
  search: Record<string, unknown>,
  names: readonly Names[],
): { [name in Names]?: string } {
  const found = names.flatMap((name) => {
    const value = text(search[name])
    return value === undefined ? [] : [[name, value]]
  })
  return Object.fromEntries(found) as { [name in Names]?: string } // with the names that were looked for
}

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  component: lazyRouteComponent(() => arrived(import('./pages/home.tsx')), 'Home'),
})
const studio = createRoute({
  getParentRoute: () => inside,
  path: 'studio',
  validateSearch: (search) => given(search, ['op', 'from']),
  component: lazyRouteComponent(async () => {
    const [page] = await arrived(Promise.all([import('./pages/studio/studio.tsx'), needFieldTexts()]))
    return page
  }, 'Studio'),
})
const chat = createRoute({
  getParentRoute: () => inside,
  path: 'chat',
  component: lazyRouteComponent(() => arrived(import('./pages/chat/chat.tsx')), 'Chat'),
})
const library = createRoute({
  getParentRoute: () => inside,
  path: 'library',
  validateSearch: (search) =>
    given(search, ['kind', 'model', 'status', 'key', 'time', 'search', 'favourite', 'open', 'play']),
  component: lazyRouteComponent(() => arrived(import('./pages/library/library.tsx')), 'Library'),
})
const tasks = createRoute({
  getParentRoute: () => inside,
  path: 'tasks',
  validateSearch: (search) => given(search, ['status', 'search', 'batch']),
  component: lazyRouteComponent(() => arrived(import('./pages/tasks.tsx')), 'Tasks'),
})
const task = createRoute({
  getParentRoute: () => inside,
  path: 'tasks/$id',
  component: lazyRouteComponent(() => arrived(import('./pages/task.tsx')), 'OneTask'),
})
const keys = createRoute({
  getParentRoute: () => inside,
  path: 'keys',
  component: lazyRouteComponent(() => arrived(import('./pages/keys.tsx')), 'Keys'),
})
const money = createRoute({
  getParentRoute: () => inside,
  path: 'money',
  validateSearch: (search) => given(search, ['payment']),
  component: lazyRouteComponent(() => arrived(import('./pages/money.tsx')), 'Money'),
})
const accounts = createRoute({
  getParentRoute: () => inside,
  path: 'accounts',
  component: lazyRouteComponent(() => arrived(import('./pages/accounts.tsx')), 'Accounts'),
})
const team = createRoute({
  getParentRoute: () => inside,
  path: 'team',
  component: lazyRouteComponent(() => arrived(import('./pages/team.tsx')), 'Team'),
})
const settings = createRoute({
  getParentRoute: () => inside,
  path: 'settings',
  component: lazyRouteComponent(() => arrived(import('./pages/settings.tsx')), 'Settings'),
})
const operator = createRoute({
  getParentRoute: () => inside,
  path: 'operator',
  component: lazyRouteComponent(() => arrived(import('./pages/operator/operator.tsx')), 'Operator'),
  async beforeLoad() {
    if (!isOperator(await queryClient.ensureQueryData(sessionQuery))) throw redirect({ to: '/' })
  },
})
const operatorSection = createRoute({
  getParentRoute: () => operator,
  path: '$section',
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: 'sign-in',
  validateSearch: (search) => given(search, ['next', 'error', 'error_description']),
  component: lazyRouteComponent(() => arrived(import('./pages/entry/sign-in.tsx')), 'SignIn'),
})
const signUp = createRoute({
  getParentRoute: () => root,
  path: 'sign-up',
  component: lazyRouteComponent(() => arrived(import('./pages/entry/sign-up.tsx')), 'SignUp'),
})
const claim = createRoute({
  getParentRoute: () => root,
  path: 'claim',
  component: lazyRouteComponent(() => arrived(import('./pages/entry/claim.tsx')), 'Claim'),
})
const invitation = createRoute({
  getParentRoute: () => root,
  path: 'invitation',
  component: lazyRouteComponent(() => arrived(import('./pages/entry/invitation.tsx')), 'Invitation'),
})
const connect = createRoute({
  getParentRoute: () => root,
  path: 'connect',
  component: lazyRouteComponent(() => arrived(import('./pages/entry/connect.tsx')), 'Connect'),
})
const enterByLink = createRoute({
  getParentRoute: () => root,
  path: 'enter',
  validateSearch: (search) => given(search, ['next']),
  component: lazyRouteComponent(() => arrived(import('./pages/entry/enter-by-link.tsx')), 'EnterByLink'),
})
const reset = createRoute({
  getParentRoute: () => root,
  path: 'reset',
  component: lazyRouteComponent(() => arrived(import('./pages/entry/reset.tsx')), 'Reset'),
})

const insidePages = [home, studio, chat, library, tasks, task, keys, money, accounts, team, settings]

export const router = createRouter({
  routeTree: root.addChildren([
    inside.addChildren([...insidePages, operator.addChildren([operatorSection])]),
    signIn,
    signUp,
    claim,
    invitation,
    reset,
    connect,
    enterByLink,
  ]),
  basepath: new URL(document.baseURI).pathname,
  defaultPreload: 'intent',
  defaultErrorComponent: PageFault,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
