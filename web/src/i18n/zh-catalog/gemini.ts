/** Descriptions of fields: Gemini’s pictures and Veo, by their English texts. */
export const gemini: Readonly<Record<string, string>> = {
  'Pictures to edit or to combine; without any the picture is made from the text alone.':
    '要编辑或合成的图片；不提供则仅根据文本生成。',
  'Width to height; 1:1 if left out, in edits that of the input.': '宽高比；留空为 1:1，编辑时沿用输入图的比例。',
  'How strictly content is filtered.': '内容过滤的严格程度。',
  'Width to height; auto takes that of the first frame.': '宽高比；auto 沿用首帧的比例。',
  'Playing time.': '时长。',
}
