import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
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
