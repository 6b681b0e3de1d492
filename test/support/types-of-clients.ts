/**
 * What clients without published types read of answers: the members that they need, as their sources declare or use them.
 * A member that a client tests for is optional here; none may be null that a client takes for a number or a list.
 */

/** PiAPI's MCP server and its command line, which parse this much of every task. */
export interface PiapiAnswer {
  code: number
  message: string
  data: {
    task_id: string
    model: string
    task_type: string
    status: 'staged' | 'pending' | 'processing' | 'completed' | 'failed'
    input: object
    output: object | null
    meta: {
      created_at: string
      started_at: string
      ended_at: string
      usage: { type: string; frozen: number; consume: number }
    }
    logs: string[]
    error: { code: number; message: string; raw_message: string }
  }
}

/** A relay's answer with one task: new-api's Go structures. */
export interface RelayAnswer<Data> {
  code: 'success'
  message: string
  data: {
    task_id: string
    action: string
    status: 'NOT_START' | 'SUBMITTED' | 'IN_PROGRESS' | 'SUCCESS' | 'FAILURE'
    fail_reason: string
    submit_time: number
    start_time: number
    finish_time: number
    progress: string
    data: Data
  }
}

/** A clip in Suno's feed, as popular web clients and new-api read it. */
export interface SunoClip {
  id: string
  title: string
  status: 'submitted' | 'queued' | 'streaming' | 'complete' | 'error'
  audio_url: string
  video_url: string
  image_url: string
  image_large_url: string
  model_name: string
  major_model_version: string
  created_at: string
  metadata: { tags: string; prompt: string; duration: number | null; error_message: string | null }
}

export interface UdioSongs {
  songs: { id: string; title: string; finished: boolean; song_path: string; image_path: string; duration: number }[]
}

/** midjourney-proxy's task, with the members of web clients. */
export interface MidjourneyTask {
  id: string
  action: string
  status: string
  prompt: string
  promptEn: string
  description: string
  state: string
  submitTime: number
  startTime: number
  finishTime: number
  progress: string
  imageUrl: string
  imageUrls?: { url: string }[]
  videoUrl?: string
  /** Never an empty list, which one client takes for a video. */
  videoUrls?: [{ url: string }, ...{ url: string }[]]
  failReason: string
  buttons: { customId: string; emoji: string; label: string; type: number; style: number }[]
  seed?: number
}

/** Kling's own API, as the AI SDK's provider checks it: that package is not in the registry. */
export interface KlingTask {
  code: number
  message: string
  request_id?: string
  data?: {
    task_id: string
    task_status: 'submitted' | 'processing' | 'succeed' | 'failed'
    task_status_msg?: string
    created_at?: number
    updated_at?: number
    task_result?: { videos?: { id?: string; url?: string; duration?: string }[] }
  }
}

export interface MinimaxTask {
  task_id: string
  status: 'Preparing' | 'Queueing' | 'Processing' | 'Success' | 'Fail'
  file_id: string
  base_resp: { status_code: number; status_msg: string }
}

/** Ideogram's published description. */
export interface IdeogramPictures {
  created: string
  data: {
    url?: string | null
    prompt: string
    resolution: string
    is_image_safe: boolean
    seed: number
    style_type?: string
  }[]
}

/** The AI SDK's provider for Black Forest Labs. */
export interface BflCreated {
  id: string
  polling_url: string
  cost?: number | null
  input_mp?: number | null
  output_mp?: number | null
}
export interface BflResult {
  status: 'Pending' | 'Ready' | 'Error' | 'Failed' | 'Request Moderated'
  result: { sample: string; seed?: number; start_time?: number; end_time?: number; duration?: number } | null
}

/** A vendor writes null in these members, where its own package's type has a text or nothing. */
export type OrNull<Type, Names extends keyof Type> = Omit<Type, Names> & { [Name in Names]?: Type[Name] | null }

export interface PolyphonyTask {
  id: string
  operation: string
  status: string
  input: object
  output: object | null
  price_points: number
}
