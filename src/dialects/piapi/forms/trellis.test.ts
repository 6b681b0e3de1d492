import { expect, it } from 'vitest'
import { validatorOf } from '../../../catalog/read-input.ts'
import { sampleTask } from '../../../core/task.testing.ts'
import { urlsAt } from '../../kit/urls.ts'
import { shapeDifferences } from '../shape.testing.ts'
import { trellisModel } from './trellis.ts'

const urls = urlsAt(() => 'https://gateway.example')
/** As PiAPI's MCP server reads it. */
const EXAMPLE = { no_background_image: 'URL', combined_video: 'URL', model_file: 'URL' }

function completed(picture: string) {
  const model = { file: 'asset:model.glb', picture, turntable: 'asset:turntable.mp4' }
  const times = { createdAt: 0, startedAt: 0, endedAt: 0 }
  const id = '01234567-89ab-4cde-8f01-23456789ab00'
  const asked = { id, operation: 'Qubico/trellis/image-to-3d', status: 'completed' as const, output: { model } }
  return trellisModel.output(sampleTask(times, asked), urls)
}

it('PiAPI’s output of a 3D model has the model, its picture and its turntable', () => {
  const answer = completed('asset:cut-out.png')
  expect(shapeDifferences(EXAMPLE, answer)).toEqual([])
  expect(validatorOf(trellisModel.schema).Check(answer)).toBe(true)
  expect(answer).toEqual({
    no_background_image: 'https://gateway.example/files/cut-out.png',
    combined_video: 'https://gateway.example/files/turntable.mp4',
    model_file: 'https://gateway.example/files/model.glb',
  })
})

it('PiAPI’s output of a 3D model has no picture when it was made from text', () => {
  expect(completed('')).toMatchObject({ no_background_image: '' })
})
