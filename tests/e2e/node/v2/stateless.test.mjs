// What only revision 2026-07-28 has: no handshake, a result type in every answer, questions to the
// client inside results, subscriptions.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as sdk from '../support/client_v2.mjs';
import { outcome, textOf } from '../support/outcome.mjs';
import { statelessServer } from '../support/servers.mjs';
import { openPair } from '../support/session.mjs';
import { hidden, policy } from '../support/stateless_policy.mjs';
import { assertSameText, messagesOf } from '../support/wire.mjs';

const client = {
  mode: { pin: '2026-07-28' },
  capabilities: { elicitation: { form: {} } },
  answers: { 'elicitation/create': () => ({ action: 'accept', content: { confirm: true } }) },
};

let pair;
before(async () => {
  pair = await openPair({ sdk, server: statelessServer(), policy, client });
});
after(() => pair?.close({ hidden }));

const call = (name, args) => (session) =>
  outcome(session.client.callTool({ name, arguments: args }));

// All calls of a tool that a client sent, each with its answer, as they went over the wire.
function exchanges(session, tool) {
  const answers = messagesOf(session.clientSide, 's2c');
  return messagesOf(session.clientSide, 'c2s')
    .filter(({ method, params }) => method === 'tools/call' && params.name === tool)
    .map((request) => ({ request, answer: answers.find(({ id }) => id === request.id) }));
}

test('a denial says that it is complete: the client refuses results that do not', async () => {
  const { result, error } = await call('wipe')(pair.proxied);
  assert.equal(error, undefined, error?.message);
  assert.equal(textOf(result), '[WRIT POLICY DENIED] Wiping is for people');
  const [{ request, answer }] = exchanges(pair.proxied, 'wipe');
  assert.equal(request.params._meta['io.modelcontextprotocol/protocolVersion'], '2026-07-28');
  assert.equal(answer.result.resultType, 'complete');
  assert.equal(answer.result.isError, true);
  assert.deepEqual(answer.result._meta['writ/decision'].rule, 'nothing is wiped');
});

test('server/discover is answered by the server', async () => {
  const discovered = await pair.both((session) => session.client.discover());
  assert.deepEqual(discovered.supportedVersions, ['2026-07-28']);
  assert.equal(discovered.instructions, 'Ask nicely.');
});

test('a question is asked in a result, and answered with a new call', async () => {
  const { result } = await pair.both(call('deploy', { target: 'staging' }));
  assert.equal(textOf(result), 'deployed to staging, state asked about staging');
  const [asked, retried, ...more] = exchanges(pair.proxied, 'deploy');
  assert.deepEqual(more, []);
  assert.equal(asked.answer.result.resultType, 'input_required');
  assert.ok(asked.answer.result.inputRequests.sure);
  assert.notEqual(retried.request.id, asked.request.id);
  assert.deepEqual(retried.request.params.inputResponses, {
    sure: { action: 'accept', content: { confirm: true } },
  });
  assert.equal(retried.request.params.requestState, asked.answer.result.requestState);
});

test('a call that already brings the answers is judged like any other', async () => {
  const params = {
    name: 'deploy',
    arguments: { target: 'production' },
    inputResponses: { sure: { action: 'accept', content: { confirm: true } } },
    requestState: 'asked about production',
  };
  const { result } = await outcome(pair.proxied.client.request({ method: 'tools/call', params }));
  assert.equal(textOf(result), '[WRIT POLICY DENIED] Deploy to staging first');
  assert.ok(!pair.proxied.callsSeen.some((one) => one.arguments.target === 'production'));
});

test('the list without its hidden tools is the same to the byte', async () => {
  const line = async (session) => {
    await session.client.listTools();
    return session.linesToClient.findLast((one) => one.includes('"tools":['));
  };
  const expected = JSON.parse(await line(pair.direct));
  expected.result.tools = expected.result.tools.filter((tool) => !hidden.includes(tool.name));
  const proxied = await line(pair.proxied);
  assertSameText(proxied, JSON.stringify({ ...expected, id: JSON.parse(proxied).id }));
});

test('progress carries the token of its call', async () => {
  const seen = await pair.both(async (session) => {
    const onprogress = () => {}; // makes the client ask for progress, with its request id as token
    const params = { name: 'count', arguments: { to: 3, everyMs: 20 } };
    await session.client.callTool(params, { onprogress });
    const [{ request, answer }] = exchanges(session, 'count');
    const progress = messagesOf(session.clientSide, 's2c')
      .filter(({ method }) => method === 'notifications/progress')
      .filter(({ params }) => params.progressToken === request.params._meta.progressToken);
    return [...progress.map(({ params }) => params.progress), textOf(answer.result)];
  });
  assert.deepEqual(seen, [1, 2, 3, 'counted to 3']);
});

test('a subscription delivers changes until it is closed', async () => {
  const seen = await pair.both(async ({ client, notifications }) => {
    const subscription = await client.listen({ toolsListChanged: true });
    await client.callTool({ name: 'touch' });
    const changes = await notifications.until((all) => all.length > 0);
    await subscription.close();
    return { changes, honored: subscription.honoredFilter };
  });
  assert.deepEqual(
    seen.changes.map(({ method }) => method),
    ['notifications/tools/list_changed'],
  );
  assert.equal(seen.honored.toolsListChanged, true);
});
