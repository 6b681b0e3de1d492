/** Descriptions of fields: MiniMax and Hailuo, by their English texts. */
export const minimax: Readonly<Record<string, string>> = {
  'The model: t2v makes a video from text, i2v from its first frame, s2v of the person in a picture; v2.3 from text or a frame.':
    '模型：t2v 为文生视频，i2v 为首帧生视频，s2v 以图中人物生成视频；v2.3 支持文本或首帧。',
  'What the video shows. The director models read camera words such as [Pan left].':
    '视频内容。director 模型可识别 [Pan left] 等运镜指令。',
  'The first frame; for s2v-01 a picture of one face.': '首帧；s2v-01 须为单人人脸图片。',
  'The last frame, as MiniMax names it.': '尾帧，即 MiniMax 的命名。',
  'Let a language model write the prompt out.': '由语言模型扩写提示词。',
  'Seconds, 6 unless sent; 02 and v2.3 only.': '秒，默认 6；仅限 02 与 v2.3。',
  'The shorter side, 768 unless sent; 1080 with 6 seconds only; 02 and v2.3 only.':
    '短边，默认 768；1080 仅支持 6 秒；仅限 02 与 v2.3。',
  'What the video shows and what is heard.': '视频的画面与声音内容。',
  'The video that is changed.': '要修改的视频。',
  'Pictures of what appears.': '出场主体的图片。',
  'The shorter side; 2K is 1,440 pixels.': '短边；2K 为 1440 像素。',
  'Width to height; adaptive: that of the frames.': '宽高比；adaptive 沿用首尾帧的比例。',
  'Pixels, with height and in place of aspect_ratio.': '宽度（像素），与高度一起代替宽高比。',
  'Pixels, with width and in place of aspect_ratio.': '高度（像素），与宽度一起代替宽高比。',
  'A person who is to appear.': '要出现的人物。',
  'What it is.': '主体类型。',
  'A picture of the person.': '人物的图片。',
  'The style.': '画风设置。',
  'The style, of image-01-live.': '画风，用于 image-01-live。',
  'Mark the picture as generated.': '为图片添加 AI 生成标识。',
}
