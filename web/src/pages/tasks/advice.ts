import { translate, translateIfKnown } from '../../i18n/i18n.ts'

/** What someone whose task failed with this error can do; `docs/errors.md` lists the codes. */
export function adviceFor(code: string): string {
  return translateIfKnown(`advice.${code}`) ?? translate('advice.other')
}
