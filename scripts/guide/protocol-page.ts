import type { Language, Protocol } from './protocols.ts'

/** The page of one protocol, as Markdown. */
export function protocolPage(protocol: Protocol, language: Language): string {
  const { name, what, notes } = protocol
  const words = WORDS[language]
  return [
    `# ${words.title(name)}`,
    what[language],
    changes(protocol, language),
    `## curl\n\n${words.test}`,
    block('sh', protocol.curl.submit),
    ...(protocol.curl.read === undefined
      ? []
      : [words.follow(protocol.curl.idAt ?? 'id'), block('sh', protocol.curl.read)]),
    ...(protocol.ts === undefined
      ? []
      : [`## TypeScript\n\n${words.install('npm install', protocol.ts.packages)}`, block('ts', protocol.ts.code)]),
    ...(protocol.python === undefined
      ? []
      : [
          `## Python\n\n${words.install('pip install', protocol.python.packages)}`,
          block('python', protocol.python.code),
        ]),
    `## ${words.more}`,
    [...notes[language], words.rest].map((note) => `- ${note}`).join('\n'),
    '',
  ].join('\n\n')
}

function changes({ before, path, key }: Protocol, language: Language): string {
  const words = WORDS[language]
  return [
    words.change,
    [
      `| | ${words.before} | ${words.after} |`,
      '| --- | --- | --- |',
      `| ${words.address} | ${before === '–' ? before : `\`${before}\``} | \`http://127.0.0.1:8080${path}\` |`,
      `| ${words.key} (${key[language]}) | ${before === '–' ? '–' : words.theirKey} | ${words.ourKey} |`,
    ].join('\n'),
  ].join('\n\n')
}

const block = (language: string, code: string): string => `\`\`\`${language}\n${code}\n\`\`\``

const WORDS = {
  en: {
    title: (name: string) => `You use ${name}`,
    change: 'Change two values; everything else stays as it is.',
    before: 'before',
    after: 'with the gateway',
    address: 'base address',
    key: 'key',
    theirKey: 'of the vendor',
    ourKey: 'of the gateway, `sk-live-…` or `sk-test-…`',
    test: 'With a test key this is free, and the sandbox answers: [get a key](../getting-started.md#a-key).',
    follow: (at: string) =>
      `The answer has the id in \`${at}\`. With that as \`ID\`, this call ends when the task has ended:`,
    install: (command: string, packages: string) =>
      `The official client (\`${command} ${packages}\`), with the key in \`POLYPHONY_KEY\`:`,
    more: 'Good to know',
    rest: 'Retries, idempotency, waiting and limits are the same in every protocol: [limits](../limits.md), [errors](../errors.md), [webhooks](../webhooks.md). The gateway’s `/docs` has every route with its fields, to try.',
  },
  zh: {
    title: (name: string) => `从 ${name} 接入`,
    change: '只改两个值，其余保持不变。',
    before: '之前',
    after: '使用网关',
    address: '基础地址',
    key: '密钥',
    theirKey: '厂商的密钥',
    ourKey: '网关的密钥，`sk-live-…` 或 `sk-test-…`',
    test: '使用测试密钥时免费，由沙盒应答：[获取密钥](../getting-started.md#密钥)。',
    follow: (at: string) => `返回内容的 \`${at}\` 是任务 id。将其作为 \`ID\`，以下请求在任务结束时返回：`,
    install: (command: string, packages: string) =>
      `官方客户端（\`${command} ${packages}\`），密钥放在 \`POLYPHONY_KEY\`：`,
    more: '说明',
    rest: '重试、幂等、等待与限额在所有协议中一致：见[限额](../limits.md)、[错误](../errors.md)、[Webhook](../webhooks.md)。网关的 `/docs` 列出每个路由及其字段，可在线调试。',
  },
} as const
