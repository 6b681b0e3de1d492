import type { Provider } from '../../src/providers/provider.ts'

/** Performs lyrics and music at once, without files, and says in the output when it was done. */
export function benchProvider(): Provider {
  return {
    id: 'bench',
    operations: new Set(['suno/music', 'suno/lyrics']),
    async submit(job) {
      const text = String(Date.now())
      const output = job.operation === 'suno/lyrics' ? { lyrics: [{ title: 'bench', text, tags: [] }] } : { clips: [] }
      return { result: { output, files: [] } }
    },
    reconcile: async () => 'absent',
  }
}
