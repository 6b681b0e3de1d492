/** What is used here of the runtime's WebAssembly, which the types of Node do not describe. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Memory {
    readonly buffer: ArrayBuffer
  }
  type ModuleImports = Record<string, (...args: never[]) => number>
  class Instance {
    constructor(module: Module, imports: Record<string, ModuleImports>)
    readonly exports: Readonly<Record<string, unknown>>
  }
}
