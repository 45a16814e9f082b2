// What went over a wire: the lines a tap recorded, and the comparison of both sides of writ.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';

/** The records of every tap that wrote to `log`, in the order they were written. */
export function readTap(log) {
  if (!existsSync(log)) return [];
  const whole = readFileSync(log, 'utf8').split('\n').slice(0, -1);
  return whole.map((line) => JSON.parse(line));
}

/** The raw lines of one direction: 'c2s' or 's2c'. */
export function linesOf(records, dir) {
  return records.filter((record) => record.dir === dir).map((record) => record.line);
}

export function messagesOf(records, dir) {
  return linesOf(records, dir).map((line) => JSON.parse(line));
}

/**
 * Fails unless writ changed nothing but what it has to: `client` and `server` are the records on
 * its two sides. A client may have started it more than once: each process is compared by itself.
 */
export function assertTransparent({ client, server, hidden = [] }) {
  for (const { tap, command } of client.filter((record) => record.command)) {
    const behind = server.find((record) => record.parent === command);
    assert.ok(behind, 'writ started no server');
    assertOneTransparent({
      client: client.filter((record) => record.tap === tap),
      server: server.filter((record) => record.tap === behind.tap),
      hidden,
    });
  }
}

// What the server got is what the client sent without the refused calls; what the client got is
// what the server sent, every byte of it, with the hidden tools cut out of the lists, plus one
// answer for each refused call.
function assertOneTransparent({ client, server, hidden }) {
  const refused = refusedRequests(linesOf(client, 'c2s'), linesOf(server, 'c2s'));
  const lists = new Set(
    messagesOf(server, 'c2s')
      .filter((message) => message.method === 'tools/list')
      .map((m) => m.id),
  );
  const fromServer = linesOf(server, 's2c').map((line) => withoutHidden(line, lists, hidden));
  const toClient = linesOf(client, 's2c');
  const answered = toClient.filter((line) => isAnswerTo(refused, line));
  const forwarded = toClient.filter((line) => !isAnswerTo(refused, line));
  assert.equal(answered.length, refused.size, 'one answer for each refused call');
  // The session may be closed while the server still talks: the last lines may stay unseen.
  forwarded.forEach((line, i) => assertSameText(line, fromServer[i] ?? '(nothing)'));
}

/** Equality of long texts, with a failure that one can read: where they part. */
export function assertSameText(actual, expected) {
  if (actual === expected) return;
  let at = 0;
  while (actual[at] === expected[at]) ++at;
  const part = (text) => JSON.stringify(text.slice(Math.max(0, at - 60), at + 60));
  assert.fail(`texts part at character ${at}: ${part(actual)}, expected ${part(expected)}`);
}

// The ids of the requests that did not reach the server. All else must be there, in order.
function refusedRequests(sent, received) {
  const refused = new Set();
  let next = 0;
  for (const line of sent) {
    if (line === received[next]) {
      ++next;
      continue;
    }
    const message = JSON.parse(line);
    assert.equal(message.method, 'tools/call', `lost or changed on its way: ${line}`);
    refused.add(message.id);
  }
  assert.equal(next, received.length, `the server got what no client sent: ${received[next]}`);
  return refused;
}

function isAnswerTo(ids, line) {
  const message = JSON.parse(line);
  return message.method === undefined && ids.has(message.id);
}

// The servers here write what JSON.stringify makes of a message (checked), so the line without the
// hidden tools is what it makes of the message without them.
function withoutHidden(line, lists, hidden) {
  const message = JSON.parse(line);
  if (!lists.has(message.id) || message.result === undefined || hidden.length === 0) return line;
  assert.equal(JSON.stringify(message), line);
  message.result.tools = message.result.tools.filter((tool) => !hidden.includes(tool.name));
  return JSON.stringify(message);
}
