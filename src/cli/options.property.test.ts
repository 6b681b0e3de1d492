import { InvalidArgumentError } from 'commander'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readDuration, readEnd, readNumber, readWhole } from './options.ts'

const text = fc.oneof(
  fc.string(),
  fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.constantFrom('d', 'h', 'm', 's', ''))
    .map((parts) => parts.join('')),
  fc.double().map(String),
  fc.constantFrom('', ' ', '1e309', '-0', '0x10', 'Infinity', '99999999999d', '36500d', '36501d', '９d'),
)

it('an option is read as a value that can be used, or refused in a sentence', () => {
  fc.assert(
    fc.property(text, fc.constantFrom(readDuration, readEnd, readNumber, readWhole), (argument, read) => {
      try {
        const value = read(argument)
        if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true)
        else expect(new Date(value).toISOString()).toBe(value)
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidArgumentError)
        expect((error as Error).message).toMatch(/^It must be .+\.$/)
      }
    }),
    { numRuns: 2_000 },
  )
})
