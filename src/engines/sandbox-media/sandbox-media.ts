/** The files of the sandbox: small and valid, of the requested kind, size and length, and marked as not real. */
export { sandboxModel } from './model.ts'
export { type PictureSpec, sandboxPicture } from './picture.ts'
export { type SandboxSong, sandboxSong } from './song.ts'
export { type SoundSpec, sandboxSound } from './sound.ts'
export { type SandboxVideo, sandboxVideo, type VideoSpec } from './video.ts'
