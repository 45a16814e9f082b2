// The same behaviour with sessions (2025-11-25) and without (2026-07-28), by the version 2 client.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as sdk from '../support/client_v2.mjs';
import { roomInWindow } from '../support/clock.mjs';
import { assertDenied, outcome, textOf } from '../support/outcome.mjs';
import { statelessServer } from '../support/servers.mjs';
import { openPair } from '../support/session.mjs';
import { hidden, policy } from '../support/stateless_policy.mjs';

const call = (name, args) => (session) =>
  outcome(session.client.callTool({ name, arguments: args }));

for (const [era, mode] of Object.entries({ legacy: 'legacy', modern: { pin: '2026-07-28' } })) {
  describe(`${era} era`, () => {
    let confirmed; // what the user answers to the next question
    const answers = {
      'elicitation/create': () => confirmed,
      'sampling/createMessage': () => ({
        model: 'none',
        role: 'assistant',
        content: { type: 'text', text: 'all is well' },
      }),
      'roots/list': () => ({ roots: [{ uri: 'file:///srv/project', name: 'project' }] }),
    };
    const capabilities = { elicitation: { form: {} }, sampling: {}, roots: {} };

    let pair;
    before(async () => {
      await roomInWindow(24 * 60 * 60, 20);
      const client = { mode, capabilities, answers };
      pair = await openPair({ sdk, server: statelessServer(), policy, client });
    });
    after(() => pair?.close({ hidden }));

    test('calls and their structured content', async () => {
      const echo = await pair.both(call('echo', { message: 'Grüße 🚀' }));
      assert.equal(textOf(echo.result), 'Echo: Grüße 🚀');
      const add = await pair.both(call('add', { a: 1, b: 2.5 }));
      assert.deepEqual(add.result.structuredContent, { sum: 3.5 });
    });

    test("the server's own errors", async () => {
      assert.equal((await pair.both(call('fail'))).result.isError, true);
      assert.equal((await pair.both(call('echo', { message: 3 }))).result.isError, true);
      assert.equal((await pair.both(call('no-such-tool'))).error.code, -32602);
    });

    test('the user is asked in the middle of a call', async () => {
      const answersOfUser = {
        'deployed to staging': { action: 'accept', content: { confirm: true } },
        'not deployed': { action: 'decline' },
      };
      for (const [text, answer] of Object.entries(answersOfUser)) {
        confirmed = answer;
        const { result } = await pair.both(call('deploy', { target: 'staging' }));
        assert.ok(textOf(result).startsWith(text), textOf(result));
      }
      assert.match(pair.proxied.requests.entries[0].params.message, /staging\?/);
    });

    test('the model is asked, and for the roots, in the middle of a call', async () => {
      const { result } = await pair.both(call('summarise', { topic: 'the day' }));
      assert.equal(textOf(result), 'all is well in file:///srv/project');
    });

    test('resources and prompts', async () => {
      const seen = await pair.both(async ({ client }) => ({
        resources: await client.listResources(),
        note: await client.readResource({ uri: 'example://notes' }),
        prompts: await client.listPrompts(),
        greeting: await client.getPrompt({ name: 'greet', arguments: { name: 'Zoë' } }),
        missing: await outcome(client.readResource({ uri: 'example://missing' })),
      }));
      assert.equal(seen.note.contents[0].text, 'a note');
      assert.equal(seen.greeting.messages[0].content.text, 'Greet Zoë');
      assert.ok(seen.missing.error);
    });

    test('a cancelled call, and the session after it', async () => {
      const seen = await pair.both(async ({ client }) => {
        const cancel = new AbortController();
        const options = { signal: cancel.signal, onprogress: () => cancel.abort('enough') };
        const params = { name: 'count', arguments: { to: 100, everyMs: 20 } };
        const cancelled = await outcome(client.callTool(params, options));
        const next = await client.callTool({ name: 'echo', arguments: { message: 'next' } });
        return { cancelled: 'error' in cancelled, next: textOf(next) };
      });
      assert.deepEqual(seen, { cancelled: true, next: 'Echo: next' });
    });

    test('parallel calls', async () => {
      const texts = await pair.both((session) =>
        Promise.all(
          Array.from({ length: 20 }, async (_, i) => {
            const { result } = await call('echo', { message: String(i) })(session);
            return textOf(result);
          }),
        ),
      );
      assert.deepEqual(
        texts,
        Array.from({ length: 20 }, (_, i) => `Echo: ${i}`),
      );
    });

    test('hidden tools are missing from the list', async () => {
      const names = async ({ client }) => (await client.listTools()).tools.map((tool) => tool.name);
      const [direct, proxied] = [await names(pair.direct), await names(pair.proxied)];
      assert.ok(direct.includes('backdoor'));
      assert.deepEqual(
        proxied,
        direct.filter((name) => !hidden.includes(name)),
      );
    });

    test('denied calls are results that the client returns', async () => {
      const { callsSeen } = pair.proxied;
      const denied = async (name, args) => (await call(name, args)(pair.proxied)).result;
      assertDenied(await denied('wipe'), {
        code: 'rule',
        rule: 'nothing is wiped',
        text: 'Wiping is for people',
      });
      assertDenied(await denied('backdoor'), { code: 'hidden' });
      const asked = pair.proxied.requests.entries.length;
      assertDenied(await denied('deploy', { target: 'production' }), {
        code: 'rule',
        rule: 'not to production',
        text: 'Deploy to staging first',
      });
      assert.equal(pair.proxied.requests.entries.length, asked, 'the user was not asked');
      assert.deepEqual(pair.proxied.callsSeen, callsSeen, 'the server was not asked');
    });

    test('a rate limit', async () => {
      const sums = pair.proxied.callsSeen.filter(({ name }) => name === 'add').length;
      assert.equal(sums, 1); // by the first test
      const results = [];
      for (let i = 0; i < 4; ++i)
        results.push((await call('add', { a: i, b: i })(pair.proxied)).result);
      assert.deepEqual(
        results.map((result) => result.isError ?? false),
        [false, false, true, true],
      );
      assertDenied(results[3], { code: 'quota', rule: 'three sums a day' });
    });
  });
}
