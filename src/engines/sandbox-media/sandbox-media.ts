/** What the sandbox answers with: small, valid files of the asked kind, size and length, marked as none of the real thing. */
export { sandboxModel } from './model.ts'
export { type PictureSpec, sandboxPicture } from './picture.ts'
export { type SandboxSong, sandboxSong } from './song.ts'
export { type SoundSpec, sandboxSound } from './sound.ts'
export { type SandboxVideo, sandboxVideo, type VideoSpec } from './video.ts'
