/** For a file that is at no account of the tenant's own: others may have sent it there. */
export function noFile(id: string): string {
  return `There is no file ${id.slice(0, 200)}. Send files to this gateway first; it puts them into requests that name them.`
}

/** The same for what is not sent here at all, such as a stored prompt. */
export function notHere(what: string, id: string): string {
  return `There is no ${what} ${id.slice(0, 200)} here. What was made at a vendor is used with an account of your own there.`
}
