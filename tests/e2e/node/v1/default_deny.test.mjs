// default: deny: what the policy does not list is denied, though still offered.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as sdk from '../support/client_v1.mjs';
import { assertDenied, textOf } from '../support/outcome.mjs';
import { everythingServer } from '../support/servers.mjs';
import { openPair } from '../support/session.mjs';

const policy = `
version: "1"
default: deny
tools:
  echo: { rules: [] }
`;

let pair;
before(async () => {
  pair = await openPair({ sdk, server: everythingServer(), policy });
});
after(() => pair?.close());

test('a listed tool is allowed', async () => {
  const args = { name: 'echo', arguments: { message: 'listed' } };
  const result = await pair.both(({ client }) => client.callTool(args));
  assert.equal(textOf(result), 'Echo: listed');
});

test('a tool that is not listed is denied', async () => {
  const result = await pair.proxied.client.callTool({ name: 'get-sum', arguments: { a: 1, b: 2 } });
  assertDenied(result, { code: 'default', text: 'Tool "get-sum" is not permitted by policy' });
  assert.deepEqual(
    pair.proxied.callsSeen.map(({ name }) => name),
    ['echo'],
  );
});

test('the list of tools is the same', async () => {
  const { tools } = await pair.both(({ client }) => client.listTools());
  assert.ok(tools.length > 10);
});

test('what is no tool call is not judged', async () => {
  const { resources } = await pair.both(({ client }) => client.listResources());
  assert.ok(resources.length > 0);
});
