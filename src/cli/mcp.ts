import { Command, Option } from 'commander'
import { KEY_VARIABLE, URL_VARIABLE } from '../config/config-file.ts'
import { PolyphonyError } from '../core/errors.ts'
import { isJsonObject } from '../core/json.ts'
import { serverHere } from './call.ts'
import { openBridge } from './mcp-bridge.ts'
import { addressOf } from './remote-call.ts'

const PATHS = { polyphony: '/mcp', piapi: '/mcp/piapi' }

interface Options {
  tools: keyof typeof PATHS
}

export function mcpCommand(): Command {
  return new Command('mcp')
    .description('Serve tools for language models over standard input and output (the Model Context Protocol)')
    .addOption(
      new Option('--tools <set>', "polyphony: nine tools for everything; piapi: those of PiAPI's MCP server")
        .choices(Object.keys(PATHS))
        .default('polyphony'),
    )
    .addHelpText(
      'after',
      `\nIt uses the server at --url (or ${URL_VARIABLE}), or the one that runs on the data folder, with the key in ${KEY_VARIABLE}.`,
    )
    .action(({ tools }: Options) => serveStandardIo(PATHS[tools]))
}

/** Until the client closes its end. */
async function serveStandardIo(path: string): Promise<void> {
  const url = await endpointAt(path)
  const key = keyOf()
  const { StdioServerTransport } = await import('@modelcontextprotocol/server/stdio')
  const transport = new StdioServerTransport()
  const bridge = openBridge({
    url,
    key,
    send: (message) => transport.send(message as unknown as Parameters<typeof transport.send>[0]), // as the gateway wrote it
  })
  const closed = new Promise<void>((resolve) => {
    transport.onclose = resolve
  })
  // Standard output is the protocol's alone.
  transport.onerror = (error) => console.error(`polyphony mcp: ${error.message}`)
  transport.onmessage = (message) => {
    if (isJsonObject(message)) void bridge.receive(message)
  }
  await transport.start()
  await closed
  bridge.close()
}

async function endpointAt(path: string): Promise<URL> {
  const { [URL_VARIABLE]: named } = process.env
  const base = named || (await serverHere())?.url
  if (!base) {
    throw new PolyphonyError('not_found', `No server runs on the data folder: set --url or ${URL_VARIABLE}.`)
  }
  return addressOf(base, path)
}

function keyOf(): string {
  const key = process.env[KEY_VARIABLE]
  if (key) return key
  throw new PolyphonyError('unauthorized', `The tools work for a key: set --key or ${KEY_VARIABLE}.`)
}
