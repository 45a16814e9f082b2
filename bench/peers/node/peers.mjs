// One peer in JavaScript, serving as ../peer.h says: node peers.mjs RIVAL TASKS POLICIES
//
// A rival, in a file of its own, is a function from a policy to one from a message, or from an
// input, to yes or no. If it takes them in another form, it has a function to it, `prepare`.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const [rival, tasks, policies] = process.argv.slice(2);
const { name, packageName, compile, prepare } = await import(`./${rival}.mjs`);
const prepared = prepare ?? ((task, message) => message);

function packageVersion() {
  const require = createRequire(import.meta.url);
  return require(`./node_modules/${packageName}/package.json`).version;
}

const read = (path) => readFileSync(path, "utf8");
const readJson = (path) => JSON.parse(read(path));
const ways = new Map();

for (const task of ["flights", "call", "line"]) {
  const { text, timed, inputs, lines } = readJson(`${tasks}/${task}.json`);
  const allows = compile(task, text, (suffix) => read(`${policies}/${task}${suffix}`));
  const messages = (inputs ?? lines.map((line) => JSON.parse(line))).map((message) =>
    prepared(task, message),
  );
  const evaluate = (i) => allows(messages[i]);
  ways.set(`${task} evaluation`, { timed, all: messages.length, decide: evaluate });
  if (lines === undefined) continue;
  const decide = (i) => {
    const message = JSON.parse(lines[i]);
    return message.method === "tools/call" && allows(prepared(task, message));
  };
  ways.set(`${task} line`, { timed, all: lines.length, decide });
}

function decisions({ all, decide }) {
  let digits = "";
  for (let i = 0; i < all; ++i) digits += decide(i) ? "1" : "0";
  return { decisions: digits };
}

let allowed = 0;

function repeat({ timed, decide }, passes) {
  for (let pass = 0; pass < passes; ++pass) {
    for (let i = 0; i < timed; ++i) allowed += decide(i) ? 1 : 0;
  }
  return { decided: passes * timed };
}

const say = (object) => process.stdout.write(`${JSON.stringify(object)}\n`);
say({
  name,
  version: `${packageVersion()}, node ${process.versions.node}`,
  ways: [...ways.keys()].map((way) => way.split(" ")),
  cannot: {},
});
for await (const command of createInterface({ input: process.stdin })) {
  const [verb, task, way, passes] = command.split(" ");
  const found = ways.get(`${task} ${way}`);
  say(verb === "decide" ? decisions(found) : repeat(found, Number(passes)));
}
