#!/usr/bin/env node
import { enableCompileCache } from './compile-cache.ts'

enableCompileCache()
const { run } = await import('./program.ts')
await run(process.argv)
