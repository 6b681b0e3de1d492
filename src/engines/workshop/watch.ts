/** Reports the share of the work that is done, 0 to 1, and throws `Stopped` when nobody waits for it any more. */
export type Watch = (share: number) => void

export class Stopped extends Error {}
