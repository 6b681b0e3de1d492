/** Whether a model's name is this one, or begins as a pattern with "*" at its end says. */
export function fits(pattern: string, model: string): boolean {
  return pattern.endsWith('*') ? model.startsWith(pattern.slice(0, -1)) : pattern === model
}
