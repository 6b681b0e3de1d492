/** The first `atMost` UTF-16 units of a text, or one less where that would cut a character in two. */
export function firstOf(text: string, atMost: number): string {
  if (text.length <= atMost) return text
  const last = text.charCodeAt(atMost - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? atMost - 1 : atMost)
}

/** The text itself, or so much of it that it is `atMost` UTF-16 units long with an ellipsis. */
export function shortened(text: string, atMost: number): string {
  return text.length > atMost ? `${firstOf(text, atMost - 1)}…` : text
}
