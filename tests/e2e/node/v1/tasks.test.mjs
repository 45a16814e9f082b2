// Tasks of revision 2025-11-25: call now, fetch later. writ judges the call; what follows is the
// business of client and server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CallToolResultSchema, CreateTaskResultSchema } from '@modelcontextprotocol/sdk/types.js';
import * as sdk from '../support/client_v1.mjs';
import { outcome, textOf } from '../support/outcome.mjs';
import { everythingServer } from '../support/servers.mjs';
import { openPair } from '../support/session.mjs';

const capabilities = { elicitation: {}, tasks: { list: {}, cancel: {} } };
const answers = {
  'elicitation/create': () => ({ action: 'accept', content: { interpretation: 'snake' } }),
};
const policy = `
version: "1"
tools:
  simulate-research-query:
    rules:
      - name: harmless topics
        conditions:
          - { path: args.topic, op: not_in, value: [weapons] }
        on_deny: Not this topic
`;

let pair;
before(async () => {
  const client = { capabilities, answers };
  pair = await openPair({ sdk, server: everythingServer(), policy, client });
  for (const { client } of [pair.direct, pair.proxied]) await client.listTools();
});
after(() => pair?.close());

function start({ client }, args) {
  const params = { name: 'simulate-research-query', arguments: args, task: { ttl: 60_000 } };
  return client.request({ method: 'tools/call', params }, CreateTaskResultSchema);
}

test('a task is created, listed, asked for, cancelled', async () => {
  const seen = await pair.both(async (session) => {
    const { tasks } = session.client.experimental;
    const { task } = await start(session, { topic: 'rivers' });
    const listed = await tasks.listTasks();
    const got = await tasks.getTask(task.taskId);
    const cancelled = await tasks.cancelTask(task.taskId);
    const afterwards = await tasks.getTask(task.taskId);
    const again = await outcome(tasks.cancelTask(task.taskId));
    return {
      listed: listed.tasks.some(({ taskId }) => taskId === task.taskId),
      statuses: [task.status, got.status, cancelled.status, afterwards.status],
      again: again.error.code,
    };
  });
  assert.deepEqual(seen, {
    listed: true,
    statuses: ['working', 'working', 'cancelled', 'cancelled'],
    again: -32602,
  });
});

test('a task asks the user on its way and ends with its result', async () => {
  const seen = await pair.both(async (session) => {
    const { task } = await start(session, { topic: 'python', ambiguous: true });
    const { tasks } = session.client.experimental;
    const result = await tasks.getTaskResult(task.taskId, CallToolResultSchema);
    const { status } = await tasks.getTask(task.taskId);
    const related = result._meta['io.modelcontextprotocol/related-task'].taskId;
    return {
      status,
      text: textOf(result),
      asked: session.requests.entries.length,
      own: related === task.taskId,
    };
  });
  assert.equal(seen.status, 'completed');
  assert.equal(seen.asked, 1);
  assert.equal(seen.own, true);
  assert.match(seen.text, /python \(snake\)/);
});

test("an unknown task is the server's error", async () => {
  const { error } = await pair.both(({ client }) =>
    outcome(client.experimental.tasks.getTask('no-such-task')),
  );
  assert.equal(error.code, -32602);
});

test('a denied call that asks for a task gets a JSON-RPC error', async () => {
  const { error } = await outcome(start(pair.proxied, { topic: 'weapons' }));
  assert.equal(error?.code, -31403);
  assert.match(error.message, /\[WRIT POLICY DENIED\] Not this topic$/);
  assert.equal(error.data['writ/decision'].rule, 'harmless topics');
  assert.ok(!pair.proxied.callsSeen.some((call) => call.arguments.topic === 'weapons'));
});

test("the client's own way of calling with a task reports that error", async () => {
  const params = { name: 'simulate-research-query', arguments: { topic: 'weapons' } };
  const stream = pair.proxied.client.experimental.tasks.callToolStream(params);
  const messages = [];
  for await (const message of stream) messages.push(message);
  assert.deepEqual(
    messages.map((message) => message.type),
    ['error'],
  );
  assert.equal(messages[0].error.code, -31403);
  assert.match(messages[0].error.message, /Not this topic$/);
});
