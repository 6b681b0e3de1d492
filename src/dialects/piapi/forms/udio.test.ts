import { describe, expect, it } from 'vitest'
import { validatorOf } from '../../../catalog/read-input.ts'
import type { Json } from '../../../core/json.ts'
import { sampleTask } from '../../../core/task.testing.ts'
import { urlsAt } from '../../kit/urls.ts'
import { shapeDifferences } from '../shape.testing.ts'
import { udioLyrics, udioSongs } from './udio.ts'

const urls = urlsAt(() => 'https://gateway.example')
const clip = (number: number) => ({
  id: `01234567-89ab-4cde-8f01-23456789ab0${number}`,
  title: 'Last Tram',
  tags: 'jazz, , night breeze',
  prompt: '[Verse]\nThe last tram',
  gptDescriptionPrompt: 'a song about the last tram',
  mv: '',
  type: 'gen',
  durationSeconds: 32.5,
  audio: `asset:${number}.mp3`,
  image: `asset:${number}.jpg`,
  imageLarge: '',
  continueClipId: null,
  continueAt: null,
})

function completed(operation: string, output: Json) {
  const times = { createdAt: 0, startedAt: 0, endedAt: 0 }
  return sampleTask(times, { id: '01234567-89ab-4cde-8f01-23456789ab00', operation, status: 'completed', output })
}

describe('Udio at PiAPI', () => {
  it('lists songs with their ids and URLs', () => {
    const task = completed('music-u/generate_music', { clips: [clip(1), { ...clip(2), gptDescriptionPrompt: null }] })
    const answer = udioSongs.output(task, urls)
    const song = {
      id: '01234567-89ab-4cde-8f01-23456789ab01',
      title: 'Last Tram',
      song_path: 'https://gateway.example/files/1.mp3',
      image_path: 'https://gateway.example/files/1.jpg',
      lyrics: '[Verse]\nThe last tram',
      prompt: 'a song about the last tram',
      tags: ['jazz', 'night breeze'],
      duration: 32.5,
      finished: true,
    }
    expect(shapeDifferences({ songs: [song] }, answer)).toEqual([])
    expect(validatorOf(udioSongs.schema).Check(answer)).toBe(true)
    expect(answer).toMatchObject({
      songs: [song, { id: '01234567-89ab-4cde-8f01-23456789ab02', prompt: '' }],
    })
  })

  it('pairs lyrics with their titles', () => {
    const lyrics = [
      { title: 'Fog', text: 'La', tags: ['folk'] },
      { title: 'Mist', text: 'Lo', tags: [] },
    ]
    const answer = udioLyrics.output(completed('music-u/generate_lyrics', { lyrics }), urls)
    expect(answer).toEqual({
      lyrics_pairs: [
        { title: 'Fog', text: 'La' },
        { title: 'Mist', text: 'Lo' },
      ],
    })
    expect(validatorOf(udioLyrics.schema).Check(answer)).toBe(true)
  })

  it('shows the public service mode', () => {
    for (const form of [udioSongs, udioLyrics]) expect(form.serviceMode).toBe('public')
  })
})
