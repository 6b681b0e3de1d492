#!/usr/bin/env node
import module from 'node:module'

// Compiled code is kept between starts: a start takes half the time, and the type stripper is never loaded. It must be
// on before anything else is imported, hence the dynamic import.
module.enableCompileCache()
const { run } = await import('./program.ts')
await run(process.argv)
