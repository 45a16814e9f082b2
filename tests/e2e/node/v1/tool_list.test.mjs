// tools/list: hidden tools are cut out, and nothing else is touched.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as sdk from '../support/client_v1.mjs';
import { assertDenied } from '../support/outcome.mjs';
import { everythingServer } from '../support/servers.mjs';
import { openPair } from '../support/session.mjs';
import { assertSameText } from '../support/wire.mjs';

const hidden = ['get-env', 'gzip-file-as-resource'];
const policy = `
version: "1"
hide: [${hidden}]
tools:
  echo:
    rules:
      - { name: no echo, action: deny }
`;

let pair;
before(async () => {
  pair = await openPair({ sdk, server: everythingServer(), policy });
});
after(() => pair?.close({ hidden }));

// The list as it went over the wire, not as the client read it: bytes are to be compared.
async function listedLine(session) {
  await session.client.listTools();
  return session.linesToClient.findLast((line) => line.includes('"tools":['));
}

test('hidden tools are missing, and the others are the same to the byte', async () => {
  const [direct, proxied] = [await listedLine(pair.direct), await listedLine(pair.proxied)];
  const expected = JSON.parse(direct);
  assert.equal(JSON.stringify(expected), direct);
  const count = expected.result.tools.length;
  expected.result.tools = expected.result.tools.filter((tool) => !hidden.includes(tool.name));
  assert.equal(expected.result.tools.length, count - hidden.length);
  assertSameText(proxied, JSON.stringify(expected));
});

test('a tool that is denied but not hidden stays in the list', async () => {
  const { tools } = await pair.proxied.client.listTools();
  assert.ok(tools.some((tool) => tool.name === 'echo'));
});

test('every list is filtered, also when many are asked for at once', async () => {
  const { client } = pair.proxied;
  const lists = await Promise.all(Array.from({ length: 8 }, () => client.listTools()));
  for (const { tools } of lists) {
    assert.ok(tools.length > 5);
    assert.ok(!tools.some((tool) => hidden.includes(tool.name)));
  }
});

test('a hidden tool cannot be called', async () => {
  for (const name of hidden) {
    const result = await pair.proxied.client.callTool({ name, arguments: { data: 'data:,x' } });
    assertDenied(result, { code: 'hidden' });
  }
  assert.deepEqual(pair.proxied.callsSeen, []);
});
