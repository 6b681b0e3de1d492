/** When we do not know when a model was made, which no client needs: the beginning of 2025. */
const CREATED = 1_735_689_600

/** A model as OpenAI's clients read it. */
export function modelOf(id: string) {
  return { id, object: 'model' as const, created: CREATED, owned_by: 'polyphony' }
}

export function listOf(ids: readonly string[]) {
  return { object: 'list' as const, data: ids.map(modelOf) }
}

/** The same as Anthropic's clients read it. */
export function anthropicModels(ids: readonly string[]) {
  const created = new Date(CREATED * 1_000).toISOString()
  return {
    data: ids.map((id) => ({ type: 'model' as const, id, display_name: id, created_at: created })),
    has_more: false,
    first_id: ids[0] ?? null,
    last_id: ids.at(-1) ?? null,
  }
}
