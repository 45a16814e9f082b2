// Denied calls: the client reads why, the server hears nothing, the session goes on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as sdk from '../support/client_v1.mjs';
import { roomInWindow } from '../support/clock.mjs';
import { assertDenied, outcome, textOf } from '../support/outcome.mjs';
import { everythingServer } from '../support/servers.mjs';
import { openSession } from '../support/session.mjs';

const day = 24 * 60 * 60;
const policy = `
version: "1"
hide: [get-env]
tools:
  get-tiny-image:
    rules:
      - name: no pictures
        action: deny
        on_deny: 'Ask in #ops: "no" means no – 100%.'
  get-resource-links:
    rules:
      - { name: no links, action: deny }
  echo:
    rules:
      - name: no shouting
        conditions:
          - { path: args.message, op: regex, value: "^[^!]*$" }
        on_deny: Please speak softly
      - name: known colours
        conditions:
          - { path: args.style.colour, op: in, value: [red, green, blue] }
  get-sum:
    rules:
      - name: two sums a day
        rate_limit: 2/day
        on_deny: Two sums a day are enough
  get-annotated-message:
    rules:
      - name: three of all kinds
        conditions:
          - { path: state.get-annotated-message.count, op: lte, value: 3 }
        state: { counter: count, window: day }
  trigger-url-elicitation:
    rules:
      - { name: one page, rate_limit: 1/day }
  "*":
    rules:
      - name: nobody is privileged
        conditions:
          - { path: args.admin, op: exists, value: false }
        on_deny: The admin argument is not permitted
`;

let session;
before(async () => {
  await roomInWindow(day, 20);
  const client = {
    capabilities: { elicitation: { url: {} } },
    answers: { 'elicitation/create': () => ({ action: 'accept' }) },
  };
  session = await openSession({ sdk, server: everythingServer(), policy, client });
});
after(() => session?.close({ hidden: ['get-env'] }));

const call = (name, args = {}) => session.client.callTool({ name, arguments: args });
const seen = (name) => session.callsSeen.filter((one) => one.name === name).length;

test('a tool denied outright, in the words of the policy', async () => {
  const text = 'Ask in #ops: "no" means no – 100%.';
  assertDenied(await call('get-tiny-image'), { code: 'rule', rule: 'no pictures', text });
  assert.equal(seen('get-tiny-image'), 0);
});

test('without words of its own, the rule is named', async () => {
  const text = 'Denied by rule "no links"';
  assertDenied(await call('get-resource-links'), { code: 'rule', rule: 'no links', text });
});

test('a hidden tool', async () => {
  const text = 'Tool "get-env" is hidden by policy';
  assertDenied(await call('get-env'), { code: 'hidden', text });
  assert.equal(seen('get-env'), 0);
});

test('conditions: the first rule that fails is named, and what passes them all is allowed', async () => {
  const style = { colour: 'red' };
  const shouting = { code: 'rule', rule: 'no shouting', text: 'Please speak softly' };
  const colours = { code: 'rule', rule: 'known colours' };
  assertDenied(await call('echo', { message: 'HEY!', style }), shouting);
  assertDenied(await call('echo', { message: 'HEY!' }), shouting);
  assertDenied(await call('echo', { message: 'hey' }), colours);
  assertDenied(await call('echo', { message: 'hey', style: 'red' }), colours);
  assertDenied(await call('echo', { message: 'hey', style: { colour: 'Red' } }), colours);
  assertDenied(await call('echo', { message: 7, style }), shouting);
  assert.equal(seen('echo'), 0);
  assert.equal(textOf(await call('echo', { message: 'hey', style })), 'Echo: hey');
  assert.equal(seen('echo'), 1);
});

test('a rule for every tool also holds for tools that the policy does not name', async () => {
  const privileged = {
    code: 'rule',
    rule: 'nobody is privileged',
    text: 'The admin argument is not permitted',
  };
  assertDenied(
    await call('get-structured-content', { location: 'Chicago', admin: false }),
    privileged,
  );
  assertDenied(await call('no-such-tool', { admin: 1 }), privileged);
  const allowed = await call('get-structured-content', { location: 'Chicago' });
  assert.equal(allowed.isError, undefined);
  assert.equal(seen('get-structured-content'), 1);
});

test('a rate limit denies once it is reached, and counts only what was allowed', async () => {
  assertDenied(await call('get-sum', { a: 1, b: 2, admin: true }), {
    code: 'rule',
    rule: 'nobody is privileged',
    text: 'The admin argument is not permitted',
  });
  assert.match(textOf(await call('get-sum', { a: 1, b: 2 })), /is 3/);
  assert.match(textOf(await call('get-sum', { a: 3, b: 4 })), /is 7/);
  const full = { code: 'quota', rule: 'two sums a day', text: 'Two sums a day are enough' };
  assertDenied(await call('get-sum', { a: 5, b: 6 }), full);
  assertDenied(await call('get-sum', { a: 5, b: 6 }), full);
  assert.equal(seen('get-sum'), 2);
});

test('of many calls at once as many pass as the limit says', async () => {
  const calls = Array.from({ length: 10 }, () =>
    call('get-annotated-message', { messageType: 'debug' }),
  );
  const results = await Promise.all(calls);
  const denied = results.filter((result) => result.isError);
  assert.equal(denied.length, 7);
  for (const result of denied) {
    const text = 'Rate limit exceeded for three of all kinds';
    assertDenied(result, { code: 'quota', rule: 'three of all kinds', text });
  }
  assert.equal(seen('get-annotated-message'), 3);
});

test('a call that the server answers with a JSON-RPC error gives its place back', async () => {
  const name = 'trigger-url-elicitation';
  const url = 'https://example.com/page';
  const failed = await outcome(call(name, { url, errorPath: true }));
  assert.equal(failed.error?.code, -32042);
  assert.equal((await call(name, { url })).isError, undefined);
  assertDenied(await call(name, { url }), { code: 'quota', rule: 'one page' });
  assert.equal(seen(name), 2);
});

test('denied and allowed calls at once do not disturb each other', async () => {
  const style = { colour: 'blue' };
  const results = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      call('echo', { message: i % 2 ? `loud ${i}!` : `soft ${i}`, style }),
    ),
  );
  results.forEach((result, i) => {
    if (i % 2)
      assertDenied(result, { code: 'rule', rule: 'no shouting', text: 'Please speak softly' });
    else assert.equal(textOf(result), `Echo: soft ${i}`);
  });
});

test('a denial is no error for a client that checks output schemas', async () => {
  await session.client.listTools();
  const result = await call('get-structured-content', { location: 'Chicago', admin: true });
  assertDenied(result, {
    code: 'rule',
    rule: 'nobody is privileged',
    text: 'The admin argument is not permitted',
  });
});
