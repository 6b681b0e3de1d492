const LYRICS = `[Verse]
Move your paws
Left and right
Jump around
Feel the light
Whiskers twitch
Tails in the air
Dancing cats
Everywhere

[Chorus]
Cat dance
Oh
Let's go
Swing your tails
Don't say no
Purr and twirl
Like a show

[Bridge]
Ooh-ooh
Bounce and sway
Moonlit grooves
Night turns to day`

export interface Clip {
  title: string
  audio: string
  cover: string
  seconds: number
}

/** A client of one wire format, which submits a song and reads its task over HTTP. */
export interface DemoClient {
  name: string
  submit: () => Promise<string>
  /** The state of the task; `progress` in percent, `body` as the server sent it. */
  read: (
    id: string,
  ) => Promise<{ progress: number; status: string; done: boolean; failed: boolean; body: unknown; clips: Clip[] }>
}

export function piapi(url: string, key: string, hook: string): DemoClient {
  const headers = { 'x-api-key': key, 'content-type': 'application/json' }
  return {
    name: 'PiAPI format     ',
    async submit() {
      const { data } = await json<{ data: { task_id: string } }>(`${url}/api/v1/task`, {
        method: 'POST',
        headers,
        body: JSON.stringify({
          model: 'suno',
          task_type: 'music',
          input: {
            prompt: LYRICS,
            tags: 'romantic raga',
            title: 'Cat Dance',
            mv: 'chirp-crow',
            make_instrumental: false,
          },
          config: { webhook_config: { endpoint: `${hook}/piapi`, secret: 'demo' } },
        }),
      })
      return data.task_id
    },
    async read(id) {
      const body = await json<{ data: { status: string; error: { message: string }; output: PiapiClip[] | null } }>(
        `${url}/api/v1/task/${id}`,
        { headers },
      )
      const { status, output } = body.data
      return {
        // PiAPI's format has no progress: a task that was begun counts as half-way.
        progress: status === 'completed' ? 100 : status === 'processing' ? 50 : 0,
        status,
        done: status === 'completed',
        failed: status === 'failed',
        body,
        clips: (output ?? []).map((clip) => ({
          title: clip.title,
          audio: clip.audio_url,
          cover: clip.image_large_url,
          seconds: clip.metadata.duration,
        })),
      }
    },
  }
}

interface PiapiClip {
  title: string
  audio_url: string
  image_large_url: string
  metadata: { duration: number }
}

export function relay(url: string, key: string, hook: string): DemoClient {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  return {
    name: 'Suno relay format',
    async submit() {
      const { data } = await json<{ data: string }>(`${url}/suno/submit/music`, {
        method: 'POST',
        headers,
        body: JSON.stringify({
          gpt_description_prompt: 'a calm folk song about a lighthouse keeper who dances with the fog',
          mv: 'chirp-v4',
          notify_hook: `${hook}/relay`,
        }),
      })
      return data
    },
    async read(id) {
      const body = await json<{ data: { status: string; progress: string; data: RelayClip[] | null } }>(
        `${url}/suno/fetch/${id}`,
        { headers },
      )
      const { status, progress, data } = body.data
      return {
        progress: Number.parseInt(progress, 10),
        status,
        done: status === 'SUCCESS',
        failed: status === 'FAILURE',
        body,
        clips: (data ?? []).map((clip) => ({
          title: clip.title,
          audio: clip.audio_url,
          cover: clip.image_large_url,
          seconds: clip.duration,
        })),
      }
    },
  }
}

interface RelayClip {
  title: string
  audio_url: string
  image_large_url: string
  duration: number
}

async function json<T>(url: string, init: RequestInit): Promise<T> {
  const answer = await fetch(url, init)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${url} answered ${answer.status}: ${text}`)
  return JSON.parse(text) as T // our own server's answer, in the format that the caller of this names
}
