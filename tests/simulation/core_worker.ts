/**
 * One of the threads of `cores.ts`.
 *
 * @module
 */
import type { Part, PartAnswer } from "./cores.ts";
import { play } from "./play.ts";

const thread = globalThis as unknown as {
  onmessage: (event: MessageEvent<Part>) => void;
  postMessage(answer: PartAnswer): void;
};

thread.onmessage = async ({ data: { scenario, restsLong } }) => {
  try {
    thread.postMessage({ outcome: await play(scenario, { restsLong }) });
  } catch (error) {
    thread.postMessage({ error: String((error as Error).stack ?? error) });
  }
};
