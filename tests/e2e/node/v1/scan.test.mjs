// writ scan of real servers: the policy loads, and in front of the server it allows the tools that read
// and no other.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import * as sdk from '../support/client_v1.mjs';
import { assertDenied, outcome } from '../support/outcome.mjs';
import {
  everythingServer,
  filesystemServer,
  memoryServer,
  statelessServer,
} from '../support/servers.mjs';
import { openSession, writ } from '../support/session.mjs';

const scratch = mkdtempSync(path.join(tmpdir(), 'writ-e2e-scan-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const run = promisify(execFile);
const scan = async (server) => (await run(writ, ['scan', '--', ...server])).stdout;
const names = (policy, pattern) => [...policy.matchAll(pattern)].map((match) => match[1]);
const allowed = (policy) => names(policy, /^  - (.+)$/gm);
const commented = (policy) => names(policy, /^  # - (.+)$/gm);

const servers = {
  everything: { command: everythingServer(), reads: 'get-sum' },
  filesystem: { command: filesystemServer(scratch), reads: 'read_text_file' },
  memory: { command: memoryServer(), reads: 'read_graph' },
  'one of both eras': { command: statelessServer(), reads: 'count' },
};

for (const [name, { command, reads }] of Object.entries(servers)) {
  test(`all tools of ${name} are in the policy, and only readers allowed`, async () => {
    const policy = await scan(command);
    assert.ok(allowed(policy).includes(reads), policy);
    const session = await openSession({ sdk, server: command, policy });
    try {
      const listed = (await session.client.listTools()).tools.map((tool) => tool.name);
      const known = new Set([...allowed(policy), ...commented(policy)]);
      // What a client without capabilities is not offered is not in the policy either.
      assert.ok(known.size > 0);
      for (const tool of known) assert.ok(listed.includes(tool), tool);
      const [denied] = commented(policy);
      if (denied !== undefined) {
        const call = outcome(session.client.callTool({ name: denied, arguments: {} }));
        assertDenied((await call).result, { code: 'default' });
      }
    } finally {
      await session.close();
    }
  });
}
