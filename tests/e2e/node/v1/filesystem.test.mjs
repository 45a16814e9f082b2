// Real effects: server-filesystem over a scratch folder.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as sdk from '../support/client_v1.mjs';
import { assertDenied, outcome, textOf } from '../support/outcome.mjs';
import { filesystemServer } from '../support/servers.mjs';
import { openPair, openSession, permissive } from '../support/session.mjs';

const scratch = realpathSync(mkdtempSync(path.join(tmpdir(), 'writ-e2e-files-')));
const inside = (...names) => path.join(scratch, ...names);
const policy = `
version: "1"
hide: [move_file]
tools:
  write_file:
    rules:
      - name: only notes
        conditions:
          - { path: args.path, op: regex, value: '^${scratch}/notes/[a-z]+\\.txt$' }
        on_deny: Only notes may be written
  edit_file:
    rules:
      - { name: no edits, action: deny }
`;

before(() => {
  mkdirSync(inside('notes'));
  writeFileSync(inside('read me.txt'), 'first line\nsecond line\n');
});
after(() => rmSync(scratch, { recursive: true, force: true }));

test('writes happen where the policy allows them, and nowhere else', async () => {
  const session = await openSession({ sdk, server: filesystemServer(scratch), policy });
  const call = (name, args) => session.client.callTool({ name, arguments: args });
  const write = (file) => call('write_file', { path: file, content: `content of ${file}\n` });
  try {
    const good = inside('notes', 'a.txt');
    const bad = [inside('b.txt'), inside('notes', 'c.sh'), `${scratch}/notes/../d.txt`];
    assert.equal((await write(good)).isError, undefined);
    for (const file of bad) {
      assertDenied(await write(file), {
        code: 'rule',
        rule: 'only notes',
        text: 'Only notes may be written',
      });
    }
    const edits = [{ oldText: 'content', newText: 'changed' }];
    assertDenied(await call('edit_file', { path: good, edits }), {
      code: 'rule',
      rule: 'no edits',
    });
    const move = { source: good, destination: inside('moved.txt') };
    assertDenied(await call('move_file', move), { code: 'hidden' });

    assert.equal(readFileSync(good, 'utf8'), `content of ${good}\n`);
    for (const file of [...bad, inside('moved.txt')]) assert.ok(!existsSync(file), file);
    assert.deepEqual(session.callsSeen, [
      { name: 'write_file', arguments: { path: good, content: `content of ${good}\n` } },
    ]);
    assert.match(textOf(await call('list_directory', { path: scratch })), /\[FILE\] read me\.txt/);
  } finally {
    await session.close({ hidden: ['move_file'] });
  }
});

test('reading and failing are the same with and without writ', async () => {
  const pair = await openPair({ sdk, server: filesystemServer(scratch), policy: permissive });
  try {
    const call = (name, args) => (session) =>
      outcome(session.client.callTool({ name, arguments: args }));
    const read = await pair.both(call('read_text_file', { path: inside('read me.txt'), head: 1 }));
    assert.equal(textOf(read.result), 'first line');
    const outside = await pair.both(call('read_text_file', { path: '/etc/hostname' }));
    assert.equal(outside.result.isError, true);
    const missing = await pair.both(call('get_file_info', { path: inside('missing') }));
    assert.equal(missing.result.isError, true);
    const { tools } = await pair.both(({ client }) => client.listTools());
    assert.equal(tools.length, 14);
  } finally {
    await pair.close();
  }
});

test('the folders that a client names as roots reach the server', async () => {
  const root = { uri: pathToFileURL(inside('notes')).href, name: 'notes' };
  const client = {
    capabilities: { roots: {} },
    answers: { 'roots/list': () => ({ roots: [root] }) },
  };
  const pair = await openPair({
    sdk,
    server: filesystemServer(scratch),
    policy: permissive,
    client,
  });
  try {
    const folders = await pair.both(async (session) => {
      await session.requests.until((all) => all.length === 1);
      let text;
      for (let attempt = 0; attempt < 500 && !text?.includes('/notes'); ++attempt) {
        text = textOf(await session.client.callTool({ name: 'list_allowed_directories' }));
      }
      return text;
    });
    assert.ok(folders.endsWith(inside('notes')));
  } finally {
    await pair.close();
  }
});
