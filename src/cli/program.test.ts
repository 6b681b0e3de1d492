import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { OPERATOR_VERBS } from '../admin/verbs.ts'
import { invalidInput } from '../core/errors.ts'
import { inTermsOfOptions, nameIn } from './in-terms-of-options.ts'
import { programOf } from './program.ts'

describe('the help of the command line', () => {
  const withParts = (command: Command): Command[] => [command, ...command.commands.flatMap(withParts)]
  const named = (command: Command): string =>
    command.parent ? `${named(command.parent)} ${command.name()}` : command.name()

  it('says of every command what it does', async () => {
    const commands = withParts(await programOf())
    expect(commands.length).toBeGreaterThan(80)
    expect(commands.filter((one) => one.description() === '').map(named)).toEqual([])
  })

  it('of a single command names the options of all, such as the server that it goes to', async () => {
    const commands = withParts(await programOf('key')).filter((one) => one.name() === 'create')
    expect(commands.map((one) => one.helpInformation())).toEqual([
      expect.stringMatching(/--rpm[\s\S]*--url <url>[\s\S]*--key <key>/),
    ])
  })
})

describe('what is wrong with an option', () => {
  /** Fields that no option gives: formats that the command chooses, and amounts in the unit that it does not take. */
  const GIVEN_BY_NO_OPTION = ['format', 'language', 'text', 'id']

  it('is said with the name that the command has for the field of the API', async () => {
    const program = await programOf()
    const commandOf = (noun: string, verb: string) => {
      const command = program.commands.find((one) => one.name() === noun)
      return command?.commands.find((one) => one.name() === (verb === 'change' ? 'set' : verb))
    }
    let named = 0
    const nameless = OPERATOR_VERBS.flatMap(({ name, input }) => {
      const [noun = '', verb = ''] = name.split('.')
      const command = commandOf(noun, verb)
      if (!command) return []
      const fields = Object.keys(input.properties).filter(
        (field) => !field.endsWith('_points') && !GIVEN_BY_NO_OPTION.includes(field),
      )
      named += fields.length
      return fields.flatMap((field) => (nameIn(command, field) === undefined ? [`${name} ${field}`] : []))
    })
    expect(named).toBeGreaterThan(80)
    expect(nameless).toEqual([])
  })

  it.each([
    ['create', 'requests_per_minute', '--rpm must be 1 or more'],
    ['create', 'monthly_limit_usd', '--monthly-limit must be 1 or more'],
    ['create', 'models[1]', '--models ([1]) must be 1 or more'],
    ['rotate', 'grace_seconds', '--grace must be 1 or more'],
    ['show', 'id', '<id> must be 1 or more'],
    ['show', 'elsewhere', 'elsewhere must be 1 or more'],
  ])('of key %s, in %s, begins with the option or argument', async (verb, field, message) => {
    const key = (await programOf('key')).commands[0]?.commands.find((one) => one.name() === verb)
    const error = inTermsOfOptions(key, invalidInput(field, 'must be 1 or more'))
    expect(error).toMatchObject({ code: 'invalid_input', message: expect.stringContaining(message) })
  })
})
