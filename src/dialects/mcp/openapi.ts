import { ERRORS, type ErrorCode, type PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { ApiDescription } from '../dialect.ts'
import { answer, BODY_ERRORS, COMMON_ERRORS, errorAnswers, inHeader, jsonBody, ref } from '../kit/openapi.ts'

const TAG = 'Model Context Protocol'

export type Descriptions = ReturnType<typeof operationsOf>

/** The endpoints of MCP, in OpenAPI. What their messages hold is the specification of MCP's to say. */
export async function describeMcp(): Promise<ApiDescription> {
  return {
    tags: [
      {
        name: TAG,
        description:
          'Tools for language models: streamable HTTP at `/mcp`, and the tools of PiAPI’s MCP server at `/mcp/piapi`.',
      },
    ],
    operations: operationsOf(),
    webhooks: {},
    schemas: schemas(),
  }
}

function operationsOf() {
  return {
    mcp: endpoint(
      'Send a message of MCP',
      'Nine tools for every operation of the catalogue, with prompts and resources.',
    ),
    mcpPiapi: endpoint(
      'Send a message of MCP to the tools of PiAPI’s server',
      'The 23 tools of PiAPI’s own MCP server.',
    ),
    mcpMetadata: metadata('Read how the MCP endpoint is protected'),
    mcpOwnMetadata: metadata('Read how `/mcp` is protected'),
    mcpPiapiMetadata: metadata('Read how `/mcp/piapi` is protected'),
  }
}

function endpoint(summary: string, description: string): JsonObject {
  const codes: ErrorCode[] = [...COMMON_ERRORS, ...BODY_ERRORS, 'forbidden']
  const failed = (about: string) => answer(about, ref('McpError'))
  return {
    summary,
    description: `${description} One message of JSON-RPC a request.`,
    tags: [TAG],
    parameters: [
      inHeader('Accept', { type: 'string' }, 'Both `application/json` and `text/event-stream`.'),
      inHeader('MCP-Protocol-Version', { type: 'string' }, 'The revision of the specification.'),
    ],
    requestBody: jsonBody(ref('McpMessage'), {
      tools: { summary: 'List the tools', value: { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} } },
    }),
    responses: {
      '200': {
        description: 'The answer: at once, or as the last event of a stream with reports of progress.',
        content: {
          'application/json': { schema: ref('McpMessage') },
          'text/event-stream': { schema: { type: 'string' } },
        },
      },
      '202': { description: 'The message was a notification.' },
      ...errorAnswers(codes, statusOf, ref('McpError')),
      '404': failed('The revision of the message has no such method.'),
      '406': failed('`Accept` lacks a type.'),
    },
  }
}

const statusOf = ({ code }: PolyphonyError): number => ERRORS[code].status

function metadata(summary: string): JsonObject {
  return {
    summary,
    description:
      'As RFC 9728 has it: keys and tokens travel in `Authorization` (keys also in `x-api-key`). The authorization server is this gateway, once someone has claimed it.',
    tags: [TAG],
    security: [],
    responses: { '200': answer('The metadata.', ref('McpMetadata')) },
  }
}

function schemas(): Record<string, JsonObject> {
  const text = { type: 'string' }
  return {
    McpMessage: {
      title: 'A message of JSON-RPC 2.0',
      type: 'object',
      required: ['jsonrpc'],
      properties: { jsonrpc: { type: 'string', const: '2.0' }, method: text, params: { type: 'object' } },
    },
    McpError: {
      title: 'An error of JSON-RPC 2.0',
      type: 'object',
      required: ['error'],
      properties: {
        jsonrpc: text,
        error: {
          type: 'object',
          required: ['code', 'message'],
          properties: { code: { type: 'integer' }, message: text },
        },
      },
    },
    McpMetadata: {
      title: 'How a resource is protected',
      type: 'object',
      required: ['resource'],
      properties: {
        resource: text,
        resource_name: text,
        resource_documentation: text,
        bearer_methods_supported: { type: 'array', items: text },
        authorization_servers: { type: 'array', items: text },
        scopes_supported: { type: 'array', items: text },
      },
    },
  }
}
