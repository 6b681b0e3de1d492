/** In place of `src/thread-file.ts` in the tests: the threads of the build, which start without 255 modules each. */
export function threadFile(name: string): URL {
  return new URL(`../../dist/${name}.js`, import.meta.url)
}
