/**
 * What stands between a socket and the kernel in a test.
 *
 * @module
 */
import { MessageBatch, SlotMemory } from "../ffi/message_batch.ts";

/** What one call answers: messages, or an error number below zero. */
export type ScriptedAnswer = number | readonly Uint8Array[];

/** A {@linkcode MessageBatch} that receives what it is told to, one answer per call, and then what the kernel has. */
export class ScriptedBatch extends MessageBatch {
  /** Calls so far. */
  calls = 0;
  readonly #answers: ScriptedAnswer[];
  #told: readonly Uint8Array[] | undefined;

  constructor(
    { messages, bytes, nameBytes = 0 }: {
      readonly messages: number;
      readonly bytes: number;
      readonly nameBytes?: number;
    },
    answers: readonly ScriptedAnswer[],
  ) {
    super({ messages, data: new SlotMemory(messages, bytes), nameBytes });
    this.#answers = [...answers];
  }

  override receive(descriptor: number): number {
    this.calls++;
    const answer = this.#answers.shift();
    this.#told = undefined;
    if (answer === undefined) return super.receive(descriptor);
    if (typeof answer === "number") return answer;
    this.#told = answer;
    for (const [at, bytes] of answer.entries()) this.data(at).set(bytes);
    return answer.length;
  }

  override length(message: number): number {
    return this.#told?.[message]?.length ?? super.length(message);
  }
}
