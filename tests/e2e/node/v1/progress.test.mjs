// Progress, cancellation and log messages: what a server says beside its answers.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as sdk from '../support/client_v1.mjs';
import { outcome, textOf } from '../support/outcome.mjs';
import { everythingServer } from '../support/servers.mjs';
import { openPair, permissive } from '../support/session.mjs';
import { messagesOf } from '../support/wire.mjs';

let pair;
before(async () => {
  pair = await openPair({ sdk, server: everythingServer(), policy: permissive });
});
after(() => pair?.close());

const operation = (duration, steps) => ({
  name: 'trigger-long-running-operation',
  arguments: { duration, steps },
});

// What arrived for one call, in order. Read from the wire: the client's own handler misses progress
// that comes in one piece with the answer.
async function arrived(session, duration, steps) {
  const onprogress = () => {}; // makes the client ask for progress, with its request id as token
  await session.client.callTool(operation(duration, steps), undefined, { onprogress });
  const sent = messagesOf(session.clientSide, 'c2s');
  const { id } = sent.findLast(({ params }) => params?.arguments?.steps === steps);
  return messagesOf(session.clientSide, 's2c').flatMap((message) => {
    const { progress, total, progressToken } = message.params ?? {};
    if (progressToken === id) return `${progress} of ${total}`;
    return message.id === id && message.result ? textOf(message.result) : [];
  });
}

test('progress arrives in order and before the answer', async () => {
  const seen = await pair.both((session) => arrived(session, 0.4, 4));
  assert.deepEqual(seen.slice(0, 4), ['1 of 4', '2 of 4', '3 of 4', '4 of 4']);
  assert.match(seen[4], /completed/);
});

test('the progress of parallel calls does not mix', async () => {
  const seen = await pair.both((session) =>
    Promise.all([arrived(session, 0.3, 2), arrived(session, 0.3, 3)]),
  );
  assert.deepEqual(
    seen.map((events) => events.slice(0, -1)),
    [
      ['1 of 2', '2 of 2'],
      ['1 of 3', '2 of 3', '3 of 3'],
    ],
  );
});

test('a cancelled call reaches the server as cancelled, and the session goes on', async () => {
  const seen = await pair.both(async ({ client }) => {
    const cancel = new AbortController();
    const call = outcome(
      client.callTool(operation(2, 40), undefined, {
        signal: cancel.signal,
        onprogress: () => cancel.abort('no longer needed'),
      }),
    );
    const { error } = await call;
    const next = await client.callTool({ name: 'echo', arguments: { message: 'still here' } });
    return { error: error !== undefined, next: textOf(next) };
  });
  assert.deepEqual(seen, { error: true, next: 'Echo: still here' });
  const cancelled = messagesOf(pair.proxied.serverSide, 'c2s').filter(
    (message) => message.method === 'notifications/cancelled',
  );
  assert.equal(cancelled.length, 1);
  assert.equal(cancelled[0].params.reason, 'no longer needed');
});

test('log messages respect the level that the client asked for', async () => {
  const levels = await pair.both(async ({ client, notifications }) => {
    await client.setLoggingLevel('debug');
    await client.callTool({ name: 'toggle-simulated-logging', arguments: {} });
    const isLog = ({ method }) => method === 'notifications/message';
    const entries = await notifications.until((all) => all.some(isLog));
    await client.callTool({ name: 'toggle-simulated-logging', arguments: {} });
    // The server picks the level at random: that a message came is all that is the same each time.
    return entries.filter(isLog).map(({ params }) => typeof params.level);
  });
  assert.deepEqual(levels, ['string']);
});
