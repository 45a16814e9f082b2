// Requests of the server to the client: sampling, elicitation, roots.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as sdk from '../support/client_v1.mjs';
import { outcome, textOf } from '../support/outcome.mjs';
import { everythingServer } from '../support/servers.mjs';
import { openPair, permissive } from '../support/session.mjs';

const roots = [
  { uri: 'file:///srv/one', name: 'one' },
  { uri: 'file:///srv/two%20words', name: 'two words – zwei' },
];
const capabilities = {
  sampling: {},
  elicitation: { form: {}, url: {} },
  roots: { listChanged: true },
};
let elicited; // what the user answers to the next question
const answers = {
  'sampling/createMessage': ({ messages }) => ({
    model: 'none',
    role: 'assistant',
    stopReason: 'endTurn',
    content: { type: 'text', text: `you said: ${messages[0].content.text}` },
  }),
  'elicitation/create': () => elicited,
  'roots/list': () => ({ roots }),
};

let pair;
before(async () => {
  const client = { capabilities, answers };
  pair = await openPair({ sdk, server: everythingServer(), policy: permissive, client });
});
after(() => pair?.close());

const call = (name, args) => (session) =>
  outcome(session.client.callTool({ name, arguments: args }));

// What the session's client was asked for a method, last.
const lastAsked = (session, method) =>
  session.requests.entries.findLast((request) => request.method === method);

test('tools that depend on the capabilities of the client are offered', async () => {
  const names = await pair.both(async ({ client, notifications }) => {
    const grown = ({ method }) => method === 'notifications/tools/list_changed';
    await notifications.until((all) => all.filter(grown).length >= 5);
    return (await client.listTools()).tools.map((tool) => tool.name);
  });
  for (const name of ['get-roots-list', 'trigger-sampling-request', 'trigger-url-elicitation']) {
    assert.ok(names.includes(name), name);
  }
});

test('sampling: the server asks, the client answers, the call ends', async () => {
  const seen = await pair.both(async (session) => {
    const done = await call('trigger-sampling-request', { prompt: 'Grüße', maxTokens: 7 })(session);
    return { done, asked: lastAsked(session, 'sampling/createMessage') };
  });
  assert.equal(seen.asked.params.maxTokens, 7);
  assert.match(textOf(seen.done.result), /you said: .*Grüße/);
});

test('several sampling requests may be open at once', async () => {
  const prompts = ['a', 'b', 'c', 'd'];
  const results = await pair.both((session) =>
    Promise.all(prompts.map((prompt) => call('trigger-sampling-request', { prompt })(session))),
  );
  results.forEach(({ result }, i) => assert.match(textOf(result), new RegExp(`: ${prompts[i]}"`)));
});

for (const answer of [
  { action: 'accept', content: { name: 'Ada "the first" Lovelace', check: true, integer: 7 } },
  { action: 'decline' },
  { action: 'cancel' },
]) {
  test(`elicitation by form: ${answer.action}`, async () => {
    elicited = answer;
    const seen = await pair.both(async (session) => {
      const done = await call('trigger-elicitation-request', {})(session);
      return { done, asked: lastAsked(session, 'elicitation/create') };
    });
    assert.ok(seen.asked.params.requestedSchema.properties.name);
    assert.match(textOf(seen.done.result), new RegExp(`"action": "${answer.action}"`));
  });
}

test('elicitation by URL: the request path', async () => {
  elicited = { action: 'accept' };
  const args = { url: 'https://example.com/authorize?x=1', elicitationId: 'e-1' };
  const seen = await pair.both(async (session) => {
    const done = await call('trigger-url-elicitation', args)(session);
    return { done, asked: lastAsked(session, 'elicitation/create') };
  });
  assert.equal(seen.asked.params.mode, 'url');
  assert.equal(seen.asked.params.url, args.url);
  assert.equal(seen.done.result.isError, undefined);
});

test('elicitation by URL: the error path', async () => {
  const args = { url: 'https://example.com/other', errorPath: true };
  const seen = await pair.both(async (session) => {
    const { result, error } = await call('trigger-url-elicitation', args)(session);
    // The server draws a random id for the page that has to be visited first.
    for (const page of error?.data.elicitations ?? []) delete page.elicitationId;
    return { result, error };
  });
  assert.equal(seen.error.code, -32042);
  assert.equal(seen.error.data.elicitations[0].mode, 'url');
});

test('roots: asked for, and told again after a change', async () => {
  const listed = await pair.both(async (session) => {
    const first = await call('get-roots-list', {})(session);
    const asked = session.requests.entries.filter((one) => one.method === 'roots/list').length;
    await session.client.sendRootsListChanged();
    await session.requests.until(
      (all) => all.filter((one) => one.method === 'roots/list').length > asked,
    );
    return first;
  });
  assert.match(textOf(listed.result), /two words – zwei/);
});

test('an error of the client reaches the server', async () => {
  elicited = { action: 'no such action' }; // refused by the client's own schema: a JSON-RPC error
  const { result } = await pair.both(call('trigger-elicitation-request', {}));
  assert.equal(result.isError, true);
});
