/** The only way out to a URL that a client or a vendor named. */
export interface Egress {
  /**
   * Refuses what is no http(s) URL, or leads to a private, loopback, link-local or otherwise special address. A name
   * that does not resolve yet is let through: it is judged again at use. Throws `address_refused`, naming `field`.
   */
  judge(url: string, field: string): Promise<void>
  /** Downloads a file; judges every hop. Throws `address_refused`, `payload_too_large`, `vendor_unreachable` and others. */
  download(url: string, options: { maxBytes: number; signal: AbortSignal }): Promise<Uint8Array>
  /** One POST, judged after a fresh resolution, no redirects. Throws `address_refused`, or what the network threw. */
  post(
    url: string,
    request: { headers: Record<string, string>; body: string; signal: AbortSignal },
  ): Promise<{ status: number; retryAfterSeconds: number | null }>
  close(): Promise<void>
}
