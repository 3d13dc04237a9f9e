/**
 * Turns of the event loop, so that who has much to do leaves others theirs.
 *
 * @module
 */
import { setImmediate } from "node:timers";

/** Whom the next turn is for. */
let waiting: (() => void)[] = [];
let scheduled = false;

/**
 * Resolves in the next turn of the event loop: timers and sockets that are due come first, and everybody who waits has one turn
 * in each. A turn costs 1 to 3 us; a timer of 0 ms would cost a millisecond.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (scheduled) return;
    scheduled = true;
    setImmediate(turn);
  });
}

/**
 * It asks for its own next turn before it knows whether anybody wants one: Deno may sleep for a millisecond before an immediate
 * that is asked for after the others have run.
 */
function turn(): void {
  const all = waiting;
  waiting = [];
  scheduled = all.length > 0;
  if (scheduled) setImmediate(turn);
  for (const resolve of all) resolve();
}
