// The official TypeScript SDK's client, version 1: revisions 2024-11-05 to 2025-11-25.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { Inbox } from './inbox.mjs';

const requestSchemas = {
  'sampling/createMessage': CreateMessageRequestSchema,
  'elicitation/create': ElicitRequestSchema,
  'roots/list': ListRootsRequestSchema,
};

/** `answers`: for each method that the server may ask for, a function from params to a result. */
export async function connect(command, { capabilities = {}, answers = {} } = {}, session) {
  const client = new Client({ name: 'writ-e2e', version: '1.0.0' }, { capabilities });
  const notifications = new Inbox();
  const requests = new Inbox();
  client.fallbackNotificationHandler = async ({ method, params }) =>
    notifications.push({ method, params });
  for (const [method, answer] of Object.entries(answers)) {
    client.setRequestHandler(requestSchemas[method], async ({ params }) => {
      requests.push({ method, params });
      return answer(params);
    });
  }
  const transport = new StdioClientTransport(command);
  transport.stderr.on('data', (chunk) => (session.stderr += chunk));
  await client.connect(transport, { timeout: 15_000 });
  return { client, transport, notifications, requests };
}
