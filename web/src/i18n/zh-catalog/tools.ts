/** Descriptions of fields: Tools for faces, pictures and videos, by their English texts. */
export const tools: Readonly<Record<string, string>> = {
  'The picture whose face is replaced, below 2048 by 2048 pixels.': '要被换脸的图片，须小于 2048 × 2048 像素。',
  'The picture with the face to put in, below 2048 by 2048 pixels.': '提供人脸的图片，须小于 2048 × 2048 像素。',
  'Which faces of the picture with the faces to put in, counted from 0 from left to right, such as "0,1"; all if left out.':
    '取用人脸图中的哪些人脸：从左到右由 0 起编号，如 “0,1”；留空则为全部。',
  'Which faces of the target, counted from 0 from left to right, such as "0,1"; all if left out.':
    '替换目标中的哪些人脸：从左到右由 0 起编号，如 “0,1”；留空则为全部。',
  'The MP4 whose face is replaced: at most 600 frames, 10 MB and 720p. Priced by its frames where it is sent along or uploaded, else as at most 240.':
    '要被换脸的 MP4：最多 600 帧、10 MB、720p。随请求发送或已上传时按实际帧数计价，否则最多按 240 帧计价。',
  'The picture, at most 10 MB.': '图片，最大 10 MB。',
  'The model that finds the background.': '识别背景的模型。',
  'What is cut out, separated by commas.': '要抠出的内容，以逗号分隔。',
  'What is not cut out, separated by commas.': '不要抠出的内容，以逗号分隔。',
  'Pixels by which the edge grows, or shrinks below 0.': '边缘外扩的像素数，小于 0 则内缩。',
  'By how much each side grows.': '各边扩展的大小（像素）。',
  'Restore faces, too.': '同时修复人脸。',
  'An MP4 of 10 to 240 frames, at most 720p and 10 MB.': '10 至 240 帧的 MP4，最大 720p、10 MB。',
  'An MP4.': '一段 MP4。',
  'Keep the background and remove what stands before it.': '保留背景，去除前景。',
}
