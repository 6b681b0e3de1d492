import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'

const SECOND_MS = 1_000

/** Parts of the suite that can be run by themselves: `npm test -- --project unit`. */
const PARTS: Record<string, { include: string[]; exclude?: string[]; testTimeout?: number }> = {
  /** The documentation in a real browser. */
  browser: { include: ['test/browser/**/*.test.ts'], testTimeout: 90 * SECOND_MS },
  /** Processes that are killed, and a short run of the fault injection. */
  crash: { include: ['test/crash/**/*.test.ts', 'test/chaos/**/*.test.ts'], testTimeout: 600 * SECOND_MS },
  /** The command line: many of these tests start a dozen processes, one after the other. */
  cli: { include: ['test/cli/**/*.test.ts'], testTimeout: 120 * SECOND_MS },
  /** Whole gateways over HTTP. */
  journeys: { include: ['test/journeys/**/*.test.ts'], testTimeout: 60 * SECOND_MS },
  /** Random inputs and interleavings: seconds each, however small the code. */
  properties: { include: ['src/**/*.property.test.ts', 'test/regexes.test.ts'], testTimeout: 120 * SECOND_MS },
  /** Every verb on SQLite and on PostgreSQL. */
  store: { include: ['src/store/**/*.test.ts'], exclude: ['**/*.property.test.ts'] },
  /** Songs that are rendered and listened to. */
  studio: { include: ['src/engines/**/*.test.ts'], testTimeout: 90 * SECOND_MS },
  /** Everything else that lies beside the code; no PostgreSQL. */
  unit: {
    include: ['src/**/*.test.ts', 'test/*.test.ts'],
    exclude: ['**/*.property.test.ts', 'src/store/**', 'src/engines/**', 'test/regexes.test.ts'],
  },
}

export default defineConfig({
  test: {
    // Node loads the modules itself, without their transformation for each part and worker; no test replaces one.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    setupFiles: ['test/support/native-modules.ts', 'test/support/described-answers.ts'],
    globalSetup: [
      'test/support/build-before.ts',
      'test/support/postgres-server.ts',
      'test/support/kept-description.ts',
    ],
    testTimeout: 30 * SECOND_MS,
    // The machine may be busy with other tests: what comes in a moment may take some seconds.
    expect: { poll: { timeout: 15 * SECOND_MS } },
    hookTimeout: 60 * SECOND_MS,
    // Two cores: more workers than that only make the real servers in the tests wait for one another.
    maxWorkers: 3,
    // Loading 1,500 modules anew for each file was half of the suite's processor time. No test replaces a module, and
    // those that fake timers or variables of the environment put them back.
    isolate: false,
    // Whole gateways make much that lives for a moment: fewer collections, a twentieth less processor time. The old
    // generation is marked first at half a gigabyte, and by the thread itself instead of helpers beside it: 2 to 13 % less for
    // five files of journeys.
    execArgv: ['--max-semi-space-size=64', '--initial-heap-size=512', '--no-concurrent-marking'],
    // The threads of gateways, of which a run starts hundreds, find their code compiled, as those of `bin/polyphony.js` do.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compile', import.meta.url)) },
    projects: Object.entries(PARTS).map(([name, { include, exclude = [], testTimeout }]) => ({
      extends: true as const,
      test: {
        name,
        include,
        exclude: [...configDefaults.exclude, ...exclude],
        ...(testTimeout === undefined ? {} : { testTimeout }),
      },
    })),
  },
})
