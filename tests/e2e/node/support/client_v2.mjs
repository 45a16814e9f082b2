// The official TypeScript SDK's client, version 2: with sessions or, from revision 2026-07-28,
// without.
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Inbox } from './inbox.mjs';

/**
 * `mode`: 'legacy', 'auto' or {pin: REVISION}; `answers`: for each method that the server may ask
 * for, a function from params to a result.
 */
export async function connect(command, { mode, capabilities = {}, answers = {} } = {}, session) {
  const client = new Client(
    { name: 'writ-e2e', version: '2.0.0' },
    { capabilities, versionNegotiation: { mode } },
  );
  const notifications = new Inbox();
  const requests = new Inbox();
  client.fallbackNotificationHandler = async ({ method, params }) =>
    notifications.push({ method, params });
  for (const [method, answer] of Object.entries(answers)) {
    client.setRequestHandler(method, async ({ params }) => {
      requests.push({ method, params });
      return answer(params);
    });
  }
  const transport = new StdioClientTransport(command);
  transport.stderr.on('data', (chunk) => (session.stderr += chunk));
  await client.connect(transport, { timeout: 15_000 });
  return { client, transport, notifications, requests };
}
