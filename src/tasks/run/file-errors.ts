/** Errors of stored files and of the caller's files: they say nothing about an account, and reveal nothing of the operator's. */
const fileErrors = new WeakSet<Error>()

/** Awaits the reading of a file; what goes wrong with it is known to `isFileError`. */
export async function markFileErrors<Found>(reading: Promise<Found>): Promise<Found> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof Error) fileErrors.add(error)
    throw error
  }
}

/** Also of an error that was made of one, with its words redacted. */
export function isFileError(error: Error): boolean {
  return fileErrors.has(error) || (error.cause instanceof Error && fileErrors.has(error.cause))
}
