import { extname } from 'node:path'

/**
 * The file of a thread by its name. It lies beside the module that starts it, whose `import.meta.url` is `from`: TypeScript
 * in a checkout, JavaScript in a build, which puts all files into one folder.
 */
export function threadFile(name: string, from: string): URL {
  return new URL(`./${name}${extname(from)}`, from)
}
