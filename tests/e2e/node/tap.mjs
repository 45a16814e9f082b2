// tap.mjs LOG COMMAND ARG...: runs COMMAND and passes standard input and output through, byte for
// byte. Each whole line is written to LOG before it is passed on, so what LOG does not hold has not
// been there. LOG is JSON, an object a line:
//   {"tap": 11, "parent": 10, "command": 12}   tap 11, child of process 10, started process 12
//   {"tap": 11, "dir": "c2s", "line": "…"}     a line from the client's side; "s2c": the server's
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { constants } from 'node:os';
import { Transform } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

const [log, command, ...args] = process.argv.slice(2);

function record(entry) {
  appendFileSync(log, `${JSON.stringify({ tap: process.pid, ...entry })}\n`);
}

function recorder(dir) {
  const decoder = new StringDecoder('utf8');
  let unfinished = '';
  return new Transform({
    transform(chunk, _encoding, done) {
      const lines = (unfinished + decoder.write(chunk)).split('\n');
      unfinished = lines.pop();
      for (const line of lines) record({ dir, line });
      done(null, chunk);
    },
  });
}

const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
child.on('spawn', () => record({ parent: process.ppid, command: child.pid }));
child.on('error', (error) => {
  console.error(`tap: ${command}: ${error.message}`);
  process.exit(127);
});
child.stdin.on('error', () => {}); // the command may close its input before we do
process.stdout.on('error', () => child.stdout.destroy());
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => child.kill(signal));

process.stdin.pipe(recorder('c2s')).pipe(child.stdin);
child.stdout.pipe(recorder('s2c')).pipe(process.stdout);

child.on('close', (code, signal) => {
  process.stdin.destroy();
  process.exitCode = code ?? 128 + constants.signals[signal];
});
