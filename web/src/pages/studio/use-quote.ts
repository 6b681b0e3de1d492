import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { ApiError, call } from '../../api/client.ts'
import type { Values } from './field-schema.ts'
import { fieldNamed } from './schema.ts'

const TYPING_MS = 350

/** The price of an input, or the rule that it breaks, as the gateway says it. */
export function useQuote(operation: string, input: Values, isAsked: boolean) {
  const text = JSON.stringify(input)
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_MS)
    return () => clearTimeout(timer)
  }, [text])
  const { data, error, isFetching } = useQuery({
    queryKey: ['quote', operation, settled],
    queryFn: () => call('POST /polyphony/v1/quote', { body: { operation, input: JSON.parse(settled) } }),
    enabled: isAsked && operation !== '',
    retry: false,
    staleTime: 30_000,
    placeholderData: keepPreviousData,
  })
  const refusal = error instanceof ApiError ? error : undefined
  return {
    quote: error ? undefined : data,
    refusal,
    field: fieldNamed(refusal?.field),
    isPending: isFetching || settled !== text,
  }
}
