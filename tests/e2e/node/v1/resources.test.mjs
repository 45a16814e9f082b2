// Resources, subscriptions, prompts and completion: writ has no opinion on them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as sdk from '../support/client_v1.mjs';
import { outcome } from '../support/outcome.mjs';
import { everythingServer } from '../support/servers.mjs';
import { openPair, permissive } from '../support/session.mjs';

let pair;
before(async () => {
  pair = await openPair({ sdk, server: everythingServer(), policy: permissive });
});
after(() => pair?.close());

test('resources and templates are listed', async () => {
  const seen = await pair.both(async ({ client }) => ({
    resources: await client.listResources(),
    templates: await client.listResourceTemplates(),
  }));
  assert.ok(seen.resources.resources.length > 3);
  assert.equal(seen.templates.resourceTemplates.length, 2);
});

test('a resource is read whole', async () => {
  const uri = 'demo://resource/static/document/architecture.md';
  const { contents } = await pair.both(({ client }) => client.readResource({ uri }));
  assert.equal(contents[0].mimeType, 'text/markdown');
  assert.ok(contents[0].text.length > 1000);
});

test("a missing resource is the server's error", async () => {
  const { error } = await pair.both(({ client }) =>
    outcome(client.readResource({ uri: 'demo://no' })),
  );
  assert.equal(error.code, -32602);
});

test('updates of a subscribed resource arrive, and end', async () => {
  const uri = 'demo://resource/dynamic/text/1';
  const seen = await pair.both(async ({ client, notifications }) => {
    const toggle = () => client.callTool({ name: 'toggle-subscriber-updates', arguments: {} });
    const isUpdate = ({ method }) => method === 'notifications/resources/updated';
    await client.subscribeResource({ uri });
    await toggle();
    const entries = await notifications.until((all) => all.some(isUpdate));
    await toggle();
    await client.unsubscribeResource({ uri });
    return entries.filter(isUpdate);
  });
  assert.deepEqual(seen, [{ method: 'notifications/resources/updated', params: { uri } }]);
});

test('prompts are listed and filled in', async () => {
  const seen = await pair.both(async ({ client }) => ({
    list: await client.listPrompts(),
    simple: await client.getPrompt({ name: 'simple-prompt' }),
    filled: await client.getPrompt({ name: 'args-prompt', arguments: { city: 'Zürich' } }),
    missing: await outcome(client.getPrompt({ name: 'no-such-prompt' })),
  }));
  assert.ok(seen.list.prompts.length >= 3);
  assert.match(seen.filled.messages[0].content.text, /Zürich/);
  assert.equal(seen.missing.error.code, -32602);
});

test('arguments of prompts and templates are completed', async () => {
  const seen = await pair.both(async ({ client }) => ({
    prompt: await client.complete({
      ref: { type: 'ref/prompt', name: 'completable-prompt' },
      argument: { name: 'name', value: 'E' },
      context: { arguments: { department: 'Sales' } },
    }),
    template: await client.complete({
      ref: { type: 'ref/resource', uri: 'demo://resource/dynamic/text/{resourceId}' },
      argument: { name: 'resourceId', value: '12' },
    }),
  }));
  assert.deepEqual(seen.prompt.completion.values, ['Eve']);
  assert.deepEqual(seen.template.completion.values, ['12']);
});
