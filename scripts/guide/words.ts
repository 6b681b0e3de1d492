import type { PartId } from './pages.ts'
import type { Language } from './protocols.ts'

/** What the pages say around their texts. */
export interface Words {
  name: string
  parts: Record<PartId, string>
  skip: string
  menu: string
  search: string
  found: string
  nothing: string
  onThisPage: string
  reference: string
  workspace: string
  theme: string
  copy: string
  copied: string
  previous: string
  next: string
  table: string
  inEnglish: string
  otherLanguage: string
}

export const WORDS: Record<Language, Words> = {
  en: {
    name: 'Guide',
    parts: {
      calling: 'Use the gateway',
      protocols: 'From what you use',
      operating: 'Run it',
      providers: 'Providers',
      contributing: 'Change it',
    },
    skip: 'Skip to the text',
    menu: 'All pages',
    search: 'Search',
    found: 'pages found',
    nothing: 'Nothing found',
    onThisPage: 'On this page',
    reference: 'API reference',
    workspace: 'Workspace',
    theme: 'Light or dark',
    copy: 'Copy',
    copied: 'Copied',
    previous: 'Previous',
    next: 'Next',
    table: 'Table',
    inEnglish: '',
    otherLanguage: '中文',
  },
  zh: {
    name: '指南',
    parts: {
      calling: '使用网关',
      protocols: '按现有接口接入',
      operating: '部署与运维',
      providers: '供应方',
      contributing: '参与开发',
    },
    skip: '跳到正文',
    menu: '全部页面',
    search: '搜索',
    found: '个结果',
    nothing: '没有结果',
    onThisPage: '本页内容',
    reference: 'API 参考',
    workspace: '工作台',
    theme: '浅色或深色',
    copy: '复制',
    copied: '已复制',
    previous: '上一页',
    next: '下一页',
    table: '表格',
    inEnglish: '英文',
    otherLanguage: 'English',
  },
}
