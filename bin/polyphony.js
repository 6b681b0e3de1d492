#!/usr/bin/env node
// JavaScript, so that this file alone needs no type stripper.
//
// Compiled code is kept between starts: a start takes half the time, and no thread loads the stripper, which would cost
// each some 25 MB. This has to be on before anything else is imported. Threads take the folder from the environment. It
// lies beside the packages, not in the system's temporary folder, where others could put code for us to run.
//
// An import of a module of Node's reads all that it exports, and with it what Node loads on first use. Only a Node that is too
// old, and is told so below, has no getBuiltinModule.
const builtin = process.getBuiltinModule ?? ((name) => import(name))
const { existsSync } = await builtin('node:fs')
const { fileURLToPath } = await builtin('node:url')

// The build, where there is one (`npm run build`, which `npm ci` does, too); else the source.
const built = new URL('../dist/program.js', import.meta.url)
const isBuilt = existsSync(built)

/** The first that runs the build, as package.json says; the source has syntax that only a later one knows. */
const OLDEST = isBuilt ? [22, 18] : [24, 0]

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  const words = `polyphony: Node.js ${OLDEST.join('.')} or later is needed, and this is ${process.versions.node}. "npm start" and`
  process.stderr.write(`${words} "npm run polyphony" take the one that is among the packages.\n`)
  process.exit(1)
}

process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url))
const { enableCompileCache } = await builtin('node:module')
enableCompileCache(process.env.NODE_COMPILE_CACHE)
const { run } = await import(isBuilt ? built.href : '../src/cli/program.ts')
await run(process.argv)
