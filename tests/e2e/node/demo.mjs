// demo.mjs WRIT POLICY SCRATCH: what writ does to a session, in one table.
//
// The official client plays the calls below, through writ with POLICY (policies/filesystem.yaml),
// on server-filesystem over the folder SCRATCH, which must be empty. Nothing in the table is
// assumed: the verdict and the rule are what the client was told, "server saw it" is what a tap
// before the server recorded, the time is what writ logged. Exit status 1 if anything is not as
// expected.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as sdk from './support/client_v1.mjs';
import { roomInWindow } from './support/clock.mjs';
import { textOf } from './support/outcome.mjs';
import { filesystemServer } from './support/servers.mjs';
import { openSession } from './support/session.mjs';

const content = 'Ship it.\n';
const allow = { verdict: 'allow', rule: null };
const deny = (rule) => ({ verdict: 'deny', rule });
const calls = [
  { call: 'list_directory', args: { path: '.' }, expect: allow },
  { call: 'read_text_file', args: { path: 'README.md' }, expect: allow },
  { call: 'read_text_file', args: { path: '.env' }, expect: deny('no hidden files') },
  { call: 'write_file', args: { path: 'docs/plan.md', content }, expect: allow },
  {
    call: 'write_file',
    args: { path: 'notes.txt', content },
    expect: deny('only docs, src and tests'),
  },
  { call: 'read_file', args: { path: 'README.md' }, expect: deny('(hidden)') },
  { call: 'create_directory', args: { path: 'docs/one' }, expect: allow },
  { call: 'create_directory', args: { path: 'docs/two' }, expect: allow },
  { call: 'create_directory', args: { path: 'docs/three' }, expect: deny('two folders a minute') },
  {
    call: 'move_file',
    args: { source: 'README.md', destination: 'docs/README.md' },
    expect: deny('moving is for people'),
  },
];

const decided =
  /^writ: debug: decided tools\/call "(.*)": (\w+), (?:rule "(.*)"|no rule), (\d+) ns$/gm;

// What writ logged about the call with this number, once it is there.
async function logged(session, index) {
  for (const end = Date.now() + 2000; Date.now() < end; await sleep(5)) {
    const [, name, verdict, , nanoseconds] = [...session.stderr.matchAll(decided)][index] ?? [];
    if (name !== undefined) return { name, verdict, nanoseconds: Number(nanoseconds) };
  }
  return {};
}

async function play(session, { call, args, expect }, index) {
  const seenBefore = session.callsSeen.length;
  const result = await session.client.callTool({ name: call, arguments: args });
  const decision = result._meta?.['writ/decision'];
  const log = await logged(session, index);
  const row = {
    call: [call, args.path, args.source, args.destination].filter(Boolean).join(' '),
    verdict: decision === undefined ? 'allow' : 'deny',
    rule: decision?.code === 'hidden' ? '(hidden)' : (decision?.rule ?? null),
    seen: session.callsSeen.length > seenBefore,
    nanoseconds: log.nanoseconds,
  };
  const problems = [
    row.verdict === expect.verdict && row.rule === expect.rule
      ? null
      : `expected ${expect.verdict}, ${expect.rule ?? 'no rule'}`,
    row.seen === (row.verdict === 'allow')
      ? null
      : 'the server saw what it should not, or missed it',
    row.verdict === 'deny' || !result.isError ? null : `the server failed: ${textOf(result)}`,
    log.name === call && log.verdict === row.verdict ? null : 'writ logged no such decision',
  ];
  return { ...row, problems: problems.filter(Boolean).map((problem) => `${row.call}: ${problem}`) };
}

function table(rows) {
  const colour = process.stdout.isTTY && !process.env.NO_COLOR;
  const paint = (code, text) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
  const cells = rows.map((row) => [
    row.call,
    row.verdict,
    row.rule ?? '-',
    row.seen ? 'yes' : 'no',
    row.nanoseconds === undefined ? '?' : `${(row.nanoseconds / 1000).toFixed(1)} µs`,
  ]);
  const head = ['call', 'verdict', 'rule', 'server saw it', 'time to decide'];
  const widths = head.map((title, i) =>
    Math.max(title.length, ...cells.map((row) => row[i].length)),
  );
  const line = (row) =>
    row.map((cell, i) => (i === 4 ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  ');
  console.log(paint(1, line(head)));
  for (const row of cells) console.log(paint(row[1] === 'allow' ? 32 : 31, line(row)));
}

function prepare(scratch) {
  if (readdirSync(scratch).length > 0) throw new Error(`${scratch} is not empty`);
  mkdirSync(path.join(scratch, 'docs'));
  writeFileSync(path.join(scratch, 'README.md'), '# A project\n');
  writeFileSync(path.join(scratch, '.env'), 'TOKEN=not-for-agents\n');
}

// What has to be in the folder afterwards, whatever anybody said about the calls.
function effects(scratch) {
  const exists = (name) => existsSync(path.join(scratch, name));
  const expected = {
    'README.md': true,
    'docs/plan.md': true,
    'notes.txt': false,
    'docs/one': true,
    'docs/two': true,
    'docs/three': false,
    'docs/README.md': false,
  };
  const wrong = Object.keys(expected).filter((name) => exists(name) !== expected[name]);
  const plan = path.join(scratch, 'docs/plan.md');
  if (exists('docs/plan.md') && readFileSync(plan, 'utf8') !== content) wrong.push('docs/plan.md');
  return wrong.map((name) => `${name} is not as it should be`);
}

async function main(program, file, folder) {
  const scratch = realpathSync(folder);
  prepare(scratch);
  await roomInWindow(60, 4); // the rate limit of the policy counts by the minute
  const server = filesystemServer(scratch);
  const flags = ['--log-level', 'debug'];
  const session = await openSession({ sdk, server, program, file, flags });
  const rows = [];
  try {
    for (const call of calls) rows.push(await play(session, call, rows.length));
  } finally {
    await session.close({ hidden: ['read_file'] });
  }
  table(rows);
  const problems = [...rows.flatMap((row) => row.problems), ...effects(scratch)];
  for (const problem of problems) console.error(`not as expected: ${problem}`);
  return problems.length === 0 ? 0 : 1;
}

if (process.argv.length !== 5) {
  console.error('usage: demo.mjs WRIT POLICY SCRATCH');
  process.exit(2);
}
main(...process.argv.slice(2)).then(
  (status) => (process.exitCode = status),
  (error) => {
    console.error(`demo: ${error.message}`);
    process.exitCode = 1;
  },
);
