// How client and server find their revision. The client may start writ twice: once to ask which
// revision the server speaks (server/discover), once for the session.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as sdk from '../support/client_v2.mjs';
import { textOf } from '../support/outcome.mjs';
import { everythingServer, statelessServer } from '../support/servers.mjs';
import { openPair, openSession, permissive } from '../support/session.mjs';

const pin = { pin: '2026-07-28' };
const cases = [
  { mode: 'legacy', server: 'stateless', era: 'legacy', first: ['initialize'] },
  { mode: 'auto', server: 'stateless', era: 'modern', first: ['server/discover', 'tools/call'] },
  { mode: pin, server: 'stateless', era: 'modern', first: ['server/discover', 'tools/call'] },
  { mode: 'legacy', server: 'everything', era: 'legacy', first: ['initialize'] },
  { mode: 'auto', server: 'everything', era: 'legacy', first: ['server/discover', 'initialize'] },
];
const servers = { stateless: statelessServer, everything: everythingServer };

// The first method that each process of the server was asked for.
function firstMethods(session) {
  const records = session.serverSide;
  return records
    .filter((record) => record.command)
    .map(({ tap }) => records.find((record) => record.tap === tap && record.dir === 'c2s'))
    .map((record) => JSON.parse(record.line).method);
}

for (const { mode, server, era, first } of cases) {
  test(`a client in mode ${JSON.stringify(mode)} and server ${server}`, async () => {
    const client = { mode };
    const pair = await openPair({ sdk, server: servers[server](), policy: permissive, client });
    try {
      const seen = await pair.both(async (session) => {
        const call = { name: 'echo', arguments: { message: 'hello' } };
        const result = await session.client.callTool(call);
        return {
          era: session.client.getProtocolEra(),
          server: session.client.getServerVersion(),
          capabilities: session.client.getServerCapabilities(),
          text: textOf(result),
          first: firstMethods(session),
        };
      });
      assert.equal(seen.era, era);
      assert.equal(seen.text, 'Echo: hello');
      assert.deepEqual(seen.first, first);
    } finally {
      await pair.close();
    }
  });
}

test('a pinned revision that the server lacks fails through writ as it does without', async () => {
  for (const policy of [undefined, permissive]) {
    const opened = openSession({ sdk, server: everythingServer(), policy, client: { mode: pin } });
    await assert.rejects(opened, (error) => error.code === 'ERA_NEGOTIATION_FAILED');
  }
});
