import ipaddr from 'ipaddr.js'

/** Whether a connection to this address, as text, may be made. */
export type AddressRule = (address: string) => boolean

/** The part of IPv6 that is assigned for public use; other addresses are not on the internet. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3')

/**
 * Only public unicast addresses pass, and what `allow` (CIDRs, or single addresses) names. Every IPv6 form with an
 * IPv4 address inside (mapped, compatible, 6to4, Teredo, NAT64) is refused, whatever it holds: a network that reaches
 * IPv4 through NAT64 only needs `64:ff9b::/96` in `allow`. Throws a RangeError on a malformed CIDR.
 */
export function addressRule(allow: readonly string[]): AddressRule {
  const allowed = allow.map(parseRange)
  return (text) => {
    if (!ipaddr.isValid(text)) return false
    const address = ipaddr.parse(text)
    return isPublic(address) || allowed.some(([network, bits]) => contains(network, bits, address))
  }
}

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast') return false
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL_IPV6)
}

function contains(network: ipaddr.IPv4 | ipaddr.IPv6, bits: number, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address instanceof ipaddr.IPv4) return network instanceof ipaddr.IPv4 && address.match(network, bits)
  return network instanceof ipaddr.IPv6 && address.match(network, bits)
}

function parseRange(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  // The four-part checks, since "10/8" would else be read as 0.0.0.10/8.
  if (ipaddr.IPv4.isValidCIDRFourPartDecimal(text) || ipaddr.IPv6.isValidCIDR(text)) return ipaddr.parseCIDR(text)
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return [ipaddr.IPv4.parse(text), 32]
  if (ipaddr.IPv6.isValid(text)) return [ipaddr.IPv6.parse(text), 128]
  throw new RangeError(`"${text}" is no address range; write one as 10.0.0.0/8 or fd00::/8.`)
}
