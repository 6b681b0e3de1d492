import { run } from './program.ts'

/** `npm run dev`: the server from source, started again when a file changes. */
await run([...process.argv.slice(0, 2), 'serve', ...process.argv.slice(2)])
