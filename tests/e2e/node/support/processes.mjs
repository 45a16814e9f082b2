// Whether processes that a session started are still there.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

function isRunning(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z'; // a zombie has ended
  } catch {
    return false;
  }
}

/** Waits until all have ended; returns those that have not within `seconds`. */
export async function survivors(pids, seconds = 15) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(20)) {
    if (!pids.some(isRunning)) return [];
  }
  return pids.filter(isRunning);
}
