/** What a statement says, in the languages of the workspace. */
export const LANGUAGES = ['en', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

const en = {
  title: 'Statement',
  made: 'Made on',
  beginning: 'the beginning',
  now: 'now',
  opening: 'Opening balance',
  credited: 'Credited',
  paidInAll: 'Paid',
  closing: 'Closing balance',
  at: 'Time (UTC)',
  kind: 'Kind',
  what: 'What for',
  change: 'Change',
  paid: 'Paid',
  after: 'Balance',
  page: 'Page',
  nothing: 'Nothing was booked in this period.',
  cut: 'Older lines of this period are left out: choose a shorter one.',
  kinds: {
    credit: 'Credit',
    refund: 'Refund',
    hold: 'Held for a task',
    settle: 'Task ended',
    allow: 'Held for calls',
    calls: 'Calls',
    return: 'Given back',
  },
}

const zh: typeof en = {
  title: '对账单',
  made: '生成于',
  beginning: '最初',
  now: '现在',
  opening: '期初余额',
  credited: '入账',
  paidInAll: '支出',
  closing: '期末余额',
  at: '时间（UTC）',
  kind: '类型',
  what: '说明',
  change: '变动',
  paid: '支出',
  after: '余额',
  page: '页',
  nothing: '此期间没有记录。',
  cut: '此期间较早的记录未列出：请选择更短的期间。',
  kinds: {
    credit: '入账',
    refund: '退款',
    hold: '任务预留',
    settle: '任务结算',
    allow: '调用预留',
    calls: '调用',
    return: '退还',
  },
}

export const TEXTS: Record<Language, typeof en> = { en, zh }
