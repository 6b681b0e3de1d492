import { describe, expect, it } from 'vitest'
import { addressRule } from './address-rule.ts'

const passes = addressRule([])

describe('which addresses may be reached', () => {
  it.each(['8.8.8.8', '93.184.216.34', '223.255.255.254', '2606:4700:4700::1111', '2a00:1450:4001:81b::200e'])(
    'the address rule lets the public address %s through',
    (address) => expect(passes(address)).toBe(true),
  )

  it.each([
    ['this network', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['link-local, where clouds keep their credentials', '169.254.169.254'],
    ['IETF assignments', '192.0.0.8'],
    ['documentation', '192.0.2.1'],
    ['6to4 relays', '192.88.99.1'],
    ['benchmarks', '198.18.0.1'],
    ['documentation', '198.51.100.7'],
    ['documentation', '203.0.113.9'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['IPv4-mapped', '::ffff:127.0.0.1'],
    ['IPv4-mapped, public inside', '::ffff:8.8.8.8'],
    ['IPv4-translated', '::ffff:0:10.0.0.1'],
    ['NAT64', '64:ff9b::7f00:1'],
    ['local NAT64', '64:ff9b:1::a00:1'],
    ['discard', '100::1'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['benchmarks', '2001:2::1'],
    ['ORCHID', '2001:10::1'],
    ['documentation', '2001:db8::1'],
    ['6to4', '2002:7f00:1::'],
    ['documentation', '3fff::1'],
    ['segment routing', '5f00::1'],
    ['outside global unicast', '4000::1'],
    ['unique local', 'fd00::1'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['no address', 'example.com'],
    ['empty', ''],
  ])('the address rule refuses an address that is %s: %s', (_why, address) => expect(passes(address)).toBe(false))
})

describe('allowed ranges', () => {
  it('addresses in the ranges that the operator allows pass, and no others', () => {
    const rule = addressRule(['127.0.0.0/8', '10.1.2.3', 'fd00::/8'])
    expect(['127.0.0.1', '10.1.2.3', 'fd12::1', '8.8.8.8'].map(rule)).toEqual([true, true, true, true])
    expect(['10.1.2.4', '192.168.0.1', '::1', '::ffff:127.0.0.1'].map(rule)).toEqual([false, false, false, false])
  })

  it.each(['10.0.0.0/33', '10/8', 'localhost', ''])(
    'a malformed range of allowed addresses is refused: "%s"',
    (range) => {
      expect(() => addressRule([range])).toThrow(RangeError)
    },
  )
})
