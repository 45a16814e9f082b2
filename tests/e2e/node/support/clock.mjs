// Counters count in windows that start at multiples of their length since 1970.
import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for the next window if this one ends too soon for calls that must fall into one. */
export async function roomInWindow(windowSeconds, neededSeconds) {
  const left = windowSeconds * 1000 - (Date.now() % (windowSeconds * 1000));
  if (left < neededSeconds * 1000) await sleep(left);
}
