// The handshake of the revisions with sessions, and how a session ends.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as z from 'zod';
import * as sdk from '../support/client_v1.mjs';
import { outcome } from '../support/outcome.mjs';
import { everythingServer } from '../support/servers.mjs';
import { openPair, openSession, permissive } from '../support/session.mjs';

let pair;
before(async () => {
  pair = await openPair({ sdk, server: everythingServer(), policy: permissive });
});
after(() => pair?.close());

test('the client learns the server, not writ', async () => {
  const seen = await pair.both(async ({ client }) => ({
    version: client.getServerVersion(),
    capabilities: client.getServerCapabilities(),
    instructions: client.getInstructions(),
  }));
  assert.equal(seen.version.name, 'mcp-servers/everything');
  assert.ok(seen.capabilities.tasks);
  assert.ok(seen.instructions.length > 100);
});

test('pings are answered by the server', async () => {
  await pair.both(({ client }) => client.ping());
  const pings = pair.proxied.serverSide.filter((record) => record.line?.includes('"ping"'));
  assert.equal(pings.length, 1);
});

test('what the server says while it starts arrives in the same order', async () => {
  const kinds = await pair.both(async (session) => {
    await session.client.ping();
    const lines = session.linesToClient.map((line) => JSON.parse(line));
    return lines.map((message) => message.method ?? 'answer').slice(0, 4);
  });
  assert.ok(kinds.includes('answer'));
});

test('an unknown method reaches the server, and its error the client', async () => {
  const request = { method: 'example/unknown', params: { a: 1 } };
  const { error } = await pair.both(({ client }) =>
    outcome(client.request(request, z.looseObject({}))),
  );
  assert.equal(error.code, -32601);
});

test('a closed client ends writ and the server behind it', async () => {
  const session = await openSession({ sdk, server: everythingServer(), policy: permissive });
  await session.client.ping();
  await session.close(); // fails if a process is left
});

test('the environment that the client sets reaches the server through writ', async () => {
  const env = { WRIT_E2E_MARK: 'set by the client' };
  const options = { sdk, server: everythingServer(), policy: permissive, env };
  const session = await openSession(options);
  const result = await session.client.callTool({ name: 'get-env', arguments: {} });
  await session.close();
  assert.equal(JSON.parse(result.content[0].text).WRIT_E2E_MARK, 'set by the client');
});
