// What came of a call, as plain data.
import assert from 'node:assert/strict';

/** {result} or {error}, so that both can be compared. */
export async function outcome(promise) {
  try {
    return { result: await promise };
  } catch ({ code, message, data }) {
    return { error: { code, message, ...(data === undefined ? {} : { data }) } };
  }
}

export function textOf(result) {
  return result.content.map((block) => block.text).join('\n');
}

/** Fails unless `result` is writ's denial: `text` is what follows the prefix. */
export function assertDenied(result, { code, rule, text }) {
  assert.equal(result.isError, true, `not denied: ${JSON.stringify(result)}`);
  assert.equal(result.content.length, 1);
  assert.equal(result.content[0].type, 'text');
  assert.match(result.content[0].text, /^\[WRIT POLICY DENIED\] /);
  if (text !== undefined) assert.equal(textOf(result), `[WRIT POLICY DENIED] ${text}`);
  const decision = result._meta['writ/decision'];
  assert.equal(decision.code, code);
  assert.equal(decision.rule ?? null, rule ?? null);
}
