import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import type { Operation } from '../../api/queries.ts'
import { useT } from '../../i18n/i18n.ts'
import { ownRequest } from './code.ts'
import { CodeDialog } from './code-dialog.tsx'
import type { Values } from './field-schema.ts'

/**
 * The same call as code, in every protocol that has a way for it. The gateway writes the requests, and offers those that it
 * reads back as this very input; one that breaks a rule yet is shown in the gateway's own protocol.
 */
export function AsCode({ operation, input, onClose }: { operation: Operation; input: Values; onClose: () => void }) {
  const t = useT()
  const { data, isError } = useQuery({
    queryKey: ['requests', operation.id, input],
    queryFn: () => call('POST /polyphony/v1/requests', { body: { operation: operation.id, input } }),
    retry: false,
    placeholderData: keepPreviousData,
  })
  const requests = isError ? [ownRequest(operation.id, input)] : data?.requests
  return <CodeDialog about={t('code.about')} requests={requests} onClose={onClose} />
}
