/** For a file that is at no account of the tenant's own: others may have sent it there. */
export function noFile(id: string): string {
  return `There is no file ${id.slice(0, 200)}. Send files to this gateway first; it puts them into requests that name them.`
}
