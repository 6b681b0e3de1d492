/** Descriptions of fields: Seedance, Seedream and OmniHuman, by their English texts. */
export const seedance: Readonly<Record<string, string>> = {
  'Pictures to edit or to combine.': '要编辑或合成的图片。',
  'What the video shows; references are called @image1, @video1, @audio1 and so on.':
    '视频内容；以 @image1、@video1、@audio1 等引用素材。',
  'Seconds, from 4 on; 0 for as long as the video in video_urls.': '秒，最短 4 秒；0 表示与 video_urls 中的视频等长。',
  'Width to height; auto, and between two frames, theirs.': '宽高比；auto 为自动，有首尾帧时沿用其比例。',
  'How references are used; left out, it follows from which ones there are.':
    '参考素材的用法；留空则根据素材自动判断。',
  'Pictures: frames, or what appears.': '图片：首尾帧，或出场的主体。',
  'False makes a silent video; it has sound unless this is sent.': '设为 false 生成无声视频；默认有声。',
  'A task of Seedance whose draft is made into the video.': 'Seedance 的任务，将其草稿生成为正式视频。',
  'Put the references into the asset library of the service before the work.': '在生成前将参考素材上传到服务的素材库。',
  'How long references that the task brings along are kept.': '任务所带参考素材的保留时长（小时）。',
  'The recording to speak or sing.': '要说出或唱出的录音。',
  'How the person moves.': '人物的动作。',
}
