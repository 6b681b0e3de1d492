import type { ImageModelV4 } from '@ai-sdk/provider'
import type { Client } from '@polyphony/client'
import { downloaded, make, rowsOf, taskMetadata, urlOf, urlsOf } from './media-models.ts'

/** Pictures by an operation of the catalogue. */
export function imageModel(client: () => Client, modelId: string): ImageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: 'polyphony.image',
    modelId,
    maxImagesPerCall: () => Math.max(...rowsOf(modelId, 'pictures').map(({ maxCount }) => maxCount)),
    async doGenerate({ files, mask, size, aspectRatio, prompt, n, seed, providerOptions, abortSignal: signal }) {
      const gateway = client()
      const images = await urlsOf(gateway, files ?? [])
      const settings = { prompt, n, size, aspectRatio, seed, images, mask: await urlOf(gateway, mask) }
      const { task, warnings } = await make(gateway, { modelId, kind: 'pictures', settings, providerOptions, signal })
      const { pictures } = task.output
      return {
        images: await Promise.all(pictures.map(({ file }) => downloaded(gateway, file, signal))),
        warnings,
        response: { timestamp: new Date(task.ended_at ?? task.created_at), modelId, headers: undefined },
        providerMetadata: {
          // The AI SDK keeps what is said of each picture, and nothing else.
          polyphony: {
            images: pictures.map(({ file, widthPx, heightPx }) => ({
              url: file,
              widthPx,
              heightPx,
              ...taskMetadata(task),
            })),
          },
        },
      }
    },
  }
}
