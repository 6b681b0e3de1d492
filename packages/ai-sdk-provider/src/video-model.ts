import type { Experimental_VideoModelV4 as VideoModelV4 } from '@ai-sdk/provider'
import type { Client } from '@polyphony/client'
import { downloaded, make, taskMetadata, urlOf, urlsOf } from './media-models.ts'

/** Videos by an operation of the catalogue. */
export function videoModel(client: () => Client, modelId: string): VideoModelV4 {
  return {
    specificationVersion: 'v4',
    provider: 'polyphony.video',
    modelId,
    maxVideosPerCall: 1,
    async doGenerate({ image, frameImages = [], inputReferences = [], providerOptions, abortSignal: signal, ...rest }) {
      const { prompt, aspectRatio, resolution, duration, fps, seed, generateAudio } = rest
      const gateway = client()
      const frameOf = (type: string) => frameImages.find(({ frameType }) => frameType === type)?.image
      const first = image ?? frameOf('first_frame')
      const settings = {
        prompt,
        aspectRatio: aspectRatio === 'adaptive' ? undefined : aspectRatio,
        resolution,
        duration,
        fps,
        seed,
        generateAudio,
        images: await urlsOf(gateway, [...(first ? [first] : []), ...inputReferences]),
        lastFrame: await urlOf(gateway, frameOf('last_frame')),
      }
      const { task, warnings } = await make(gateway, { modelId, kind: 'videos', settings, providerOptions, signal })
      // Bytes, as the AI SDK downloads nothing from private addresses, where a gateway often is.
      const videos = await Promise.all(
        task.output.videos.map(async ({ file }) => ({
          type: 'binary' as const,
          data: await downloaded(gateway, file, signal),
          mediaType: 'video/mp4',
        })),
      )
      return {
        videos,
        warnings,
        response: { timestamp: new Date(task.ended_at ?? task.created_at), modelId, headers: undefined },
        providerMetadata: {
          polyphony: {
            ...taskMetadata(task),
            videos: task.output.videos.map(({ file, seconds }) => ({ url: file, seconds })),
          },
        },
      }
    },
  }
}
