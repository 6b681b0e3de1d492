import { klingVideo } from '../../catalog/kling.ts'
import { klingExpand, klingImage } from '../../catalog/kling-images.ts'
import { klingOmni, klingTurbo } from '../../catalog/kling-omni.ts'
import { klingAvatar, klingEffects, klingExtend, klingLipSync, klingMotionControl } from '../../catalog/kling-scenes.ts'
import { klingImageToVideo, klingTextToVideo } from '../../catalog/kling-video-4.ts'
import { klingSound, klingTryOn } from '../../catalog/kling-works.ts'
import type { Request } from './request.ts'
import { omni, turbo, video, video4 } from './videos.ts'
import { avatar, effects, expand, extend, image, lipSync, motionControl, sound, tryOn } from './works.ts'

/** Every operation that Kling performs. */
export const REQUESTS: Record<string, Request> = {
  [klingVideo.id]: video,
  [klingTextToVideo.id]: video4,
  [klingImageToVideo.id]: video4,
  [klingTurbo.id]: turbo,
  [klingOmni.id]: omni,
  [klingExtend.id]: extend,
  [klingLipSync.id]: lipSync,
  [klingEffects.id]: effects,
  [klingAvatar.id]: avatar,
  [klingMotionControl.id]: motionControl,
  [klingTryOn.id]: tryOn,
  [klingSound.id]: sound,
  [klingImage.id]: image,
  [klingExpand.id]: expand,
}
