type Authenticate<Caller> = (key: string | undefined) => Caller | Promise<Caller>

/**
 * Lets requests that arrive before the first keys are stored wait for them. The first tenant and its keys are stored only
 * once the port is ours: a start that fails leaves no keys behind that were never shown.
 */
export function keyGate<Caller>(authenticate: Authenticate<Caller>): {
  authenticate: Authenticate<Caller>
  open(): void
} {
  const opened = Promise.withResolvers<void>()
  let isOpen = false
  return {
    // Without a promise once it is open: this runs for every request.
    authenticate: (key) => (isOpen ? authenticate(key) : opened.promise.then(() => authenticate(key))),
    open() {
      isOpen = true
      opened.resolve()
    },
  }
}
