/** Descriptions of fields: Models of Replicate and fal, by their English texts. */
export const hosted: Readonly<Record<string, string>> = {
  'The model, as owner/name; empty where a version or a deployment says it.':
    '模型，格式为 owner/name；已指定版本或部署时留空。',
  'The id of a version; empty for the latest.': '版本 ID；留空则用最新版。',
  'A deployment, as owner/name, in place of a model.': '部署，格式为 owner/name，用于代替模型。',
  'The input of the model: its fields at Replicate.': '模型的输入，字段与 Replicate 一致。',
  'The model: owner/app, with the path below it.': '模型：owner/app，后接其路径。',
  'The input of the model: its fields at fal.': '模型的输入，字段与 fal 一致。',
}
