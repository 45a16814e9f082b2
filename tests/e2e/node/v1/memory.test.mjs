// Real effects: server-memory and the file it keeps its graph in.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as sdk from '../support/client_v1.mjs';
import { assertDenied, textOf } from '../support/outcome.mjs';
import { memoryServer } from '../support/servers.mjs';
import { openSession, permissive } from '../support/session.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'writ-e2e-memory-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const open = (name, options) =>
  openSession({
    sdk,
    server: memoryServer(),
    env: { MEMORY_FILE_PATH: path.join(folder, name) },
    ...options,
  });

const ada = {
  name: 'Ada',
  entityType: 'person',
  observations: ['wrote "Notes"', 'lived in London – 1843'],
};
const engine = { name: 'Engine', entityType: 'machine', observations: [] };
const wrote = { from: 'Ada', to: 'Engine', relationType: 'described' };

async function remember({ client }) {
  const answers = [];
  const call = async (name, args) => answers.push(await client.callTool({ name, arguments: args }));
  await call('create_entities', { entities: [ada, engine] });
  await call('create_relations', { relations: [wrote] });
  await call('add_observations', {
    observations: [{ entityName: 'Engine', contents: ['never built'] }],
  });
  await call('search_nodes', { query: 'built' });
  await call('delete_entities', { entityNames: ['Ada'] });
  await call('read_graph', {});
  return answers;
}

test('a graph is the same with and without writ, on disk too', async () => {
  const sessions = [await open('direct', {}), await open('proxied', { policy: permissive })];
  const [direct, proxied] = await Promise.all(sessions.map(remember));
  await Promise.all(sessions.map((session) => session.close()));
  assert.deepEqual(proxied, direct);
  assert.ok(textOf(direct.at(-1)).includes('never built'));
  const [expected, actual] = ['direct', 'proxied'].map((name) =>
    readFileSync(path.join(folder, name), 'utf8'),
  );
  assert.equal(actual, expected);
});

test('what the policy protects stays in the file', async () => {
  const policy = `
version: "1"
hide: [delete_relations]
tools:
  delete_entities:
    rules:
      - { name: nothing is forgotten, action: deny, on_deny: Memories are kept }
`;
  const session = await open('protected', { policy });
  const call = (name, args) => session.client.callTool({ name, arguments: args });
  try {
    await call('create_entities', { entities: [ada, engine] });
    await call('create_relations', { relations: [wrote] });
    const before = readFileSync(path.join(folder, 'protected'), 'utf8');
    assertDenied(await call('delete_entities', { entityNames: ['Ada'] }), {
      code: 'rule',
      rule: 'nothing is forgotten',
      text: 'Memories are kept',
    });
    assertDenied(await call('delete_relations', { relations: [wrote] }), { code: 'hidden' });
    assert.equal(readFileSync(path.join(folder, 'protected'), 'utf8'), before);
    assert.deepEqual(
      session.callsSeen.map(({ name }) => name),
      ['create_entities', 'create_relations'],
    );
  } finally {
    await session.close({ hidden: ['delete_relations'] });
  }
});
