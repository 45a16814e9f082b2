// Allowed calls: the client gets what the server answers, whatever that is.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as sdk from '../support/client_v1.mjs';
import { outcome, textOf } from '../support/outcome.mjs';
import { everythingServer } from '../support/servers.mjs';
import { openPair, permissive } from '../support/session.mjs';

let pair;
before(async () => {
  pair = await openPair({ sdk, server: everythingServer(), policy: permissive });
});
after(() => pair?.close());

const call = (name, args) => (session) =>
  outcome(session.client.callTool({ name, arguments: args }));

const texts = {
  plain: 'hello',
  'in many scripts': '日本語 — Ελληνικά — עברית — 🚀👩‍👩‍👧‍👦',
  'with control characters and quotes':
    'tab\there\nnewline\r\nbell\u0007 "quotes" \\ back / slash \u2028',
  'that looks like a protocol message': '{"jsonrpc":"2.0","id":1,"method":"tools/call"}',
  'of one megabyte': 'abcdefghij'.repeat(100_000),
};
for (const [kind, message] of Object.entries(texts)) {
  test(`text ${kind} goes there and back`, async () => {
    const { result } = await pair.both(call('echo', { message }));
    assert.equal(textOf(result), `Echo: ${message}`);
  });
}

test('numbers keep their value', async () => {
  for (const [a, b] of [
    [2, 40],
    [0.1, 0.2],
    [-1.5e-7, 1e21],
    [2 ** 53, 1],
  ]) {
    const { result } = await pair.both(call('get-sum', { a, b }));
    assert.match(textOf(result), new RegExp(`is ${String(a + b).replace(/[.+]/g, '\\$&')}\\.?$`));
  }
});

test('structured content is checked by the client and passes', async () => {
  await pair.both(({ client }) => client.listTools()); // the client learns the output schemas
  const { result } = await pair.both(call('get-structured-content', { location: 'New York' }));
  assert.equal(typeof result.structuredContent.temperature, 'number');
});

test('images, resource links, embedded resources and annotations pass', async () => {
  const image = await pair.both(call('get-tiny-image', {}));
  assert.ok(image.result.content.some((block) => block.type === 'image'));
  const links = await pair.both(call('get-resource-links', { count: 3 }));
  assert.equal(links.result.content.filter((block) => block.type === 'resource_link').length, 3);
  const annotated = call('get-annotated-message', { messageType: 'error', includeImage: true });
  assert.equal((await pair.both(annotated)).result.content[0].annotations.priority, 1);
});

test("the server's own errors pass as they are", async () => {
  const wrong = await pair.both(call('echo', { message: 3 }));
  assert.equal(wrong.result.isError, true);
  assert.match(textOf(wrong.result), /Input validation error/);
  const unknown = await pair.both(call('no-such-tool', {}));
  assert.equal(unknown.result.isError, true);
  assert.match(textOf(unknown.result), /no-such-tool not found/);
});

test('a call without arguments passes', async () => {
  const { result } = await pair.both(({ client }) =>
    outcome(client.callTool({ name: 'get-tiny-image' })),
  );
  assert.equal(result.isError, undefined);
});

test('parallel calls each get their own answer', async () => {
  const answers = await pair.both(async ({ client }) => {
    const calls = Array.from({ length: 50 }, (_, i) =>
      client.callTool({ name: 'echo', arguments: { message: `call ${i}` } }),
    );
    return (await Promise.all(calls)).map(textOf);
  });
  assert.deepEqual(
    answers,
    Array.from({ length: 50 }, (_, i) => `Echo: call ${i}`),
  );
});
