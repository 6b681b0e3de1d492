import type { LanguageModelV4Prompt } from '@ai-sdk/provider'
import { describe, expect, it } from 'vitest'
import { embed, remoteFiles } from './remote-files.ts'

const at = (url: string, mediaType: string) => ({
  type: 'file' as const,
  mediaType,
  data: { type: 'url' as const, url: new URL(url) },
})

const prompt = (): LanguageModelV4Prompt => [
  { role: 'system', content: 'rules' },
  {
    role: 'user',
    content: [
      { type: 'text', text: 'a' },
      at('https://A.example/a.png', 'image'),
      at('https://a.example/b.pdf', 'application/pdf'),
    ],
  },
  {
    role: 'tool',
    content: [
      {
        type: 'tool-result',
        toolCallId: 'c',
        toolName: 'look',
        output: { type: 'content', value: [at('https://a.example/c.png', 'image/png')] },
      },
    ],
  },
]

describe('the files that a model cannot fetch', () => {
  it.each<[Record<string, RegExp[]>, string[]]>([
    [{}, ['/a.png', '/b.pdf', '/c.png']],
    [{ 'image/*': [/^https?:/] }, ['/b.pdf']],
    [{ 'application/pdf': [/^https:\/\/a\.example\//] }, ['/a.png', '/c.png']],
    [{ '*/*': [/^https:\/\/other/] }, ['/a.png', '/b.pdf', '/c.png']],
    [{ '*': [/./] }, []],
  ])('with the URLs %j are %j', (supported, paths) => {
    expect(remoteFiles(prompt(), supported).map(({ url }) => url.pathname)).toEqual(paths)
  })

  it('are put in with their bytes', () => {
    const files = prompt()
    for (const { part } of remoteFiles(files, {})) embed(part, Uint8Array.of(1), 'image/webp')
    expect(remoteFiles(files, {})).toEqual([])
    expect(files[1]).toMatchObject({
      content: [{}, { mediaType: 'image/webp', data: { type: 'data', data: Uint8Array.of(1) } }, {}],
    })
  })
})
