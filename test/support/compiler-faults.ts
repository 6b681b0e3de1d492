import ts from 'typescript'

/**
 * What the compiler has against lines of a file that is nowhere: each is returned with its fault. `at` is the file's
 * address, from which its imports are found; `head` is what comes before the lines. Compiling holds the event loop for
 * seconds: make no calls after it.
 */
export function compilerFaults(at: URL, head: readonly string[], lines: readonly string[]): string[] {
  const { pathname: name } = at
  const source = [...head, ...lines, 'export {}'].join('\n')
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    target: ts.ScriptTarget.ES2024,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ['node'],
  }
  const host = ts.createCompilerHost(options)
  const read = host.getSourceFile.bind(host)
  const exists = host.fileExists.bind(host)
  host.fileExists = (file) => file === name || exists(file)
  host.getSourceFile = (file, target) =>
    file === name ? ts.createSourceFile(name, source, target) : read(file, target)
  const program = ts.createProgram([name], options, host)
  const file = program.getSourceFile(name)
  return ts.getPreEmitDiagnostics(program, file).map((fault) => {
    const line = file && fault.start !== undefined ? file.getLineAndCharacterOfPosition(fault.start).line : 0
    const words = ts.flattenDiagnosticMessageText(fault.messageText, ' ')
    return `${source.split('\n')[line]?.slice(0, 200)}: ${words.slice(-400)}`
  })
}

/** For lines that hand a value to a type as a client reads it: members that the type does not have are ignored. */
export const EXACT = [
  'type Mutable<Value> = { -readonly [Name in keyof Value]: Mutable<Value[Name]> }',
  'declare function exact<const Value>(value: Value): Mutable<Value>',
]
