#!/usr/bin/env node
// JavaScript, so that this file alone needs no type stripper.
//
// Compiled code is kept between starts: a start takes half the time, and no thread loads the stripper, which would cost
// each some 25 MB. This has to be on before anything else is imported. Threads take the folder from the environment. It
// lies beside the packages, not in the system's temporary folder, where others could put code for us to run.
import module from 'node:module'
import { fileURLToPath } from 'node:url'

process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url))
module.enableCompileCache(process.env.NODE_COMPILE_CACHE)
const { run } = await import('../src/cli/program.ts')
await run(process.argv)
