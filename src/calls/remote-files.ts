import type { LanguageModelV4FilePart, LanguageModelV4Prompt } from '@ai-sdk/provider'

type FilePart = Pick<LanguageModelV4FilePart, 'data' | 'mediaType'>

/**
 * The files of a prompt, also those in results of tools, that stand at a URL which the model's vendor does not fetch
 * itself (`supportedUrls` of the model). They have to be fetched, and put in with `embed`, before the model is called.
 */
export function remoteFiles(
  prompt: LanguageModelV4Prompt,
  supportedUrls: Readonly<Record<string, readonly RegExp[]>>,
): { part: FilePart; url: URL }[] {
  return prompt.flatMap(filesIn).flatMap((part) => {
    if (part.data.type !== 'url' || isSupported(part.data.url, part.mediaType, supportedUrls)) return []
    return [{ part, url: part.data.url }]
  })
}

/** Puts the bytes in the place of the URL. */
export function embed(part: FilePart, bytes: Uint8Array, mediaType: string): void {
  part.data = { type: 'data', data: bytes }
  part.mediaType = mediaType
}

function filesIn(message: LanguageModelV4Prompt[number]): FilePart[] {
  if (message.role === 'user') return message.content.filter((part) => part.type === 'file')
  if (message.role !== 'tool') return []
  return message.content.flatMap((part) =>
    part.type === 'tool-result' && part.output.type === 'content'
      ? part.output.value.filter((one) => one.type === 'file')
      : [],
  )
}

/** A type that is known only in part (`image`) is matched by a pattern for all of its kind (`image/*`). */
function isSupported(url: URL, mediaType: string, supported: Readonly<Record<string, readonly RegExp[]>>): boolean {
  const address = url.toString().toLowerCase()
  return Object.entries(supported).some(
    ([pattern, urls]) => isOfType(mediaType, pattern) && urls.some((one) => one.test(address)),
  )
}

function isOfType(mediaType: string, pattern: string): boolean {
  if (pattern === '*' || pattern === '*/*') return true
  const [kind = '', subtype = ''] = pattern.split('/')
  return subtype === '*' ? mediaType === kind || mediaType.startsWith(`${kind}/`) : mediaType === pattern
}
