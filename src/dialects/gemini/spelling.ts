/** Fields of Gemini's API may be spelt in snake_case too, as its own REST examples do (protobuf's JSON mapping). */
export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
