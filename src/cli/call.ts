import { LOCAL_ACTOR } from '../admin/context.ts'
import { checkInput } from '../admin/read-verb-input.ts'
import { runVerb } from '../admin/run-verb.ts'
import type { Verb } from '../admin/verb.ts'
import { type AnswerOf, type InputOf, OPERATOR_VERBS, type OperatorVerbName } from '../admin/verbs.ts'
import { readRunningServer } from '../compose/command-door.ts'
import { KEY_VARIABLE, URL_VARIABLE } from '../config/config-file.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { inspectConfig } from './configuration.ts'
import type { openLocalAdmin } from './local-admin.ts'
import { NoServerError, remoteCall } from './remote-call.ts'

/** Runs an administrative verb, wherever that is, and returns its answer. */
export type Call = <Name extends OperatorVerbName>(name: Name, input: InputOf<Name>) => Promise<AnswerOf<Name>>

/**
 * Runs one command. Its verbs run at the server that --url names; otherwise at the server that runs on the data folder,
 * with the token of its run; and where none runs, in this process, on the database.
 */
export async function withCalls<Done>(work: (call: Call) => Promise<Done>): Promise<Done> {
  const { run, close } = await findPlace()
  try {
    return await work((async (name: OperatorVerbName, input: JsonObject) => {
      const verb: Verb | undefined = OPERATOR_VERBS.find((one) => one.name === name)
      if (!verb) throw new PolyphonyError('internal', `There is no verb ${name}.`)
      return run(verb, withoutAbsent(input))
    }) as Call) // the table types each verb by its name; a look-up loses that
  } finally {
    await close()
  }
}

/** Whether commands go to a server, rather than to the database. */
export async function isServed(): Promise<boolean> {
  return Boolean(process.env[URL_VARIABLE]) || (await serverHere()) !== undefined
}

interface Place {
  run(verb: Verb, input: JsonObject): Promise<unknown>
  close(): Promise<void>
}

const closesNothing = async (): Promise<void> => {}

async function findPlace(): Promise<Place> {
  const url = process.env[URL_VARIABLE]
  if (url) return { run: atServer(url, keyForServer()), close: closesNothing }
  const local = localPlace()
  const server = await serverHere()
  if (!server) return local
  const run = atServer(server.url, server.token)
  return {
    async run(verb, input) {
      try {
        return await run(verb, input)
      } catch (error) {
        // It was killed, or something else answers at its address: nothing was done.
        if (error instanceof NoServerError) return local.run(verb, input)
        if (error instanceof PolyphonyError && error.code === 'unauthorized') return local.run(verb, input)
        throw error
      }
    },
    close: local.close,
  }
}

function atServer(url: string, key: string): Place['run'] {
  return (verb, input) => remoteCall({ url, key }, verb, input)
}

function keyForServer(): string {
  const key = process.env[KEY_VARIABLE]
  if (key) return key
  throw new PolyphonyError('unauthorized', `A server elsewhere needs an admin key: set --key or ${KEY_VARIABLE}.`)
}

/** The server that runs on the data folder of this configuration. Its process is looked at, since it may have been killed. */
export async function serverHere() {
  const { values } = inspectConfig()
  const server = values && (await readRunningServer(values.DATA_DIR))
  return server && isAlive(server.pid) ? server : undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It is there, and another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** This process, with a database that is loaded and opened when the first verb needs it. */
function localPlace(): Place {
  let opened: ReturnType<typeof openLocalAdmin> | undefined
  return {
    async run(verb, input) {
      opened ??= import('./local-admin.ts').then((local) => local.openLocalAdmin())
      const { context, requireSecret } = await opened
      if (verb.usesSecret) await requireSecret()
      return runVerb(verb, context, checkInput(verb, input), LOCAL_ACTOR)
    },
    async close() {
      const admin = await opened?.catch(() => undefined) // the error was the verb's
      await admin?.close()
    },
  }
}

/** Options that were not given are undefined, and no fields. */
function withoutAbsent(input: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
}
