// A session: an official client, a real server, and between them writ, or nothing.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { survivors } from './processes.mjs';
import { assertTransparent, linesOf, messagesOf, readTap } from './wire.mjs';

process.umask(0o022); // run takes no policy that a group can write
const root = fileURLToPath(new URL('../../../../', import.meta.url));
const tap = fileURLToPath(new URL('../tap.mjs', import.meta.url));
export const writ = path.resolve(process.env.WRIT ?? path.join(root, 'build/dev/writ'));

/** A policy that has something to decide on every call and denies none of them. */
export const permissive = `
version: "1"
tools:
  "*":
    rules:
      - name: plenty a day
        rate_limit: 100000/day
      - name: nobody is privileged
        conditions:
          - { path: args.no.such.argument, op: exists, value: false }
`;

/**
 * Starts `server` (a command line), behind writ if there is a `policy` (YAML text, or the `file` of
 * one), and connects `sdk` (see client_v1.mjs, client_v2.mjs) to it; `client` is for the sdk,
 * `flags` and `program` are for writ.
 */
export async function openSession(options) {
  const { sdk, server, policy, file, client, env, flags = [], program = writ } = options;
  const session = new Session();
  try {
    const command = process.execPath;
    let args = [tap, session.serverLog, ...server];
    if (policy !== undefined || file !== undefined) {
      if (!existsSync(program)) throw new Error(`there is no ${program}: build writ first`);
      const source = file ?? session.write('policy.yaml', policy);
      const behind = [command, ...args];
      const state = ['--state-dir', path.join(session.folder, 'state')];
      // A checkout, and the policies in it, may belong to anybody.
      if (file !== undefined) state.push('--insecure-permissions');
      args = [tap, session.clientLog, program, 'run', ...state, ...flags, '-c', source, '--',
        ...behind];
      session.proxied = true;
    }
    const connection = await sdk.connect({ command, args, env, stderr: 'pipe' }, client, session);
    Object.assign(session, connection);
  } catch (error) {
    if (session.stderr !== '') error.message += `\n${session.stderr}`;
    await session.close();
    throw error;
  }
  return session;
}

class Session {
  folder = mkdtempSync(path.join(tmpdir(), 'writ-e2e-'));
  serverLog = path.join(this.folder, 'server.jsonl');
  clientLog = path.join(this.folder, 'client.jsonl');
  proxied = false;
  stderr = '';

  write(name, text) {
    const file = path.join(this.folder, name);
    writeFileSync(file, text);
    return file;
  }

  // What a tap before the server saw, and what a tap before writ saw.
  get serverSide() {
    return readTap(this.serverLog);
  }
  get clientSide() {
    return readTap(this.proxied ? this.clientLog : this.serverLog);
  }

  /** The tools/call requests that reached the server. */
  get callsSeen() {
    return messagesOf(this.serverSide, 'c2s')
      .filter((message) => message.method === 'tools/call')
      .map(({ params }) => ({ name: params.name, arguments: params.arguments }));
  }

  /** The raw lines that reached the client. */
  get linesToClient() {
    return linesOf(this.clientSide, 's2c');
  }

  /** Ends the session and fails unless every process of it has ended too. */
  async close({ hidden } = {}) {
    await this.client?.close();
    const taps = [...this.serverSide, ...this.clientSide].filter((record) => record.command);
    const started = new Set(taps.flatMap((record) => [record.tap, record.command]));
    const left = await survivors([...started]);
    try {
      assert.deepEqual(left, [], 'processes that outlive their session');
      if (this.proxied && this.client) {
        assertTransparent({ client: this.clientSide, server: this.serverSide, hidden });
      }
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
}

/** The same server twice: once reached directly, once through writ. */
export async function openPair(options) {
  const { policy, file, ...direct } = options;
  const opened = await Promise.allSettled([openSession(direct), openSession(options)]);
  const failed = opened.find((one) => one.status === 'rejected');
  const sessions = opened.filter((one) => one !== failed).map((one) => one.value);
  if (failed) {
    await Promise.allSettled(sessions.map((session) => session?.close()));
    throw failed.reason;
  }
  return new Pair(...sessions);
}

class Pair {
  constructor(direct, proxied) {
    Object.assign(this, { direct, proxied });
  }

  /**
   * Plays `scenario` on both sessions. What it returns, all that the client saw, must not depend on
   * writ; it is returned to be checked against what it should be.
   */
  async both(scenario) {
    const [expected, actual] = await Promise.all([scenario(this.direct), scenario(this.proxied)]);
    assert.notEqual(expected, undefined, 'a scenario returns what the client saw');
    assert.deepEqual(actual, expected);
    return expected;
  }

  async close(options) {
    await Promise.all([this.direct.close(), this.proxied.close(options)]);
  }
}
