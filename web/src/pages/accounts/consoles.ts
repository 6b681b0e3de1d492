/**
 * Where a person makes a key for the account, by provider: the vendor's own console. None where one runs the server oneself.
 * Compared in November 2026 with the vendors' documentation (such as https://developer.ideogram.ai/ideogram-api/api-setup,
 * https://docs.bfl.ai/quick_start/create_account and https://platform.minimax.io/docs/guides/quickstart), or, where that names
 * none, with what many public projects link to.
 */
export const CONSOLES: Readonly<Record<string, string>> = {
  anthropic: 'https://console.anthropic.com/settings/keys',
  azure: 'https://portal.azure.com',
  bedrock: 'https://console.aws.amazon.com/bedrock',
  bfl: 'https://dashboard.bfl.ai',
  deepseek: 'https://platform.deepseek.com/api_keys',
  elevenlabs: 'https://elevenlabs.io/app/settings/api-keys',
  fal: 'https://fal.ai/dashboard/keys',
  google: 'https://aistudio.google.com/apikey',
  groq: 'https://console.groq.com/keys',
  ideogram: 'https://ideogram.ai/platform',
  kling: 'https://app.klingai.com/global/dev',
  luma: 'https://lumalabs.ai/dream-machine/api/keys',
  minimax: 'https://platform.minimax.io/user-center/basic-information/interface-key',
  mistral: 'https://console.mistral.ai/api-keys',
  openai: 'https://platform.openai.com/api-keys',
  openrouter: 'https://openrouter.ai/settings/keys',
  piapi: 'https://piapi.ai/workspace/key',
  recraft: 'https://www.recraft.ai/profile/api',
  replicate: 'https://replicate.com/account/api-tokens',
  runway: 'https://dev.runwayml.com',
  xai: 'https://console.x.ai',
}
