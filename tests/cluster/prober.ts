/**
 * Asks for an address all the time, and keeps account of the answers.
 *
 * @module
 */
import type { Guest } from "../network/guest.ts";
import { discover, RawClient } from "../network/raw_client.ts";

/** How often it asks. */
const EVERY_MS = 100;
/** How long an answer may take. */
const PATIENCE_MS = 1_000;

/** What a prober saw. */
interface Account {
  /** DISCOVERs that were sent at least {@linkcode PATIENCE_MS} ago. */
  readonly asked: number;
  /** Those that no OFFER answered. */
  readonly lost: number;
  /** Longest time between two answers, in milliseconds. */
  readonly longestGapMs: number;
  /** The addresses that were offered. */
  readonly addresses: ReadonlySet<string>;
}

interface Question {
  readonly askedAt: number;
  answeredAt?: number;
}

/** Sends a DISCOVER every 100 ms until it is stopped. */
export class Prober {
  readonly #client: RawClient;
  readonly #questions = new Map<number, Question>();
  readonly #addresses = new Set<string>();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(guest: Guest) {
    this.#client = new RawClient(guest);
    this.#timer = setInterval(() => this.#tick(), EVERY_MS / 10);
  }

  #next = 0;

  #tick(): void {
    const now = performance.now();
    for (const { message } of this.#client.replies()) {
      const question = this.#questions.get(message.xid);
      if (question === undefined || question.answeredAt !== undefined) continue;
      question.answeredAt = now;
      this.#addresses.add(message.yiaddr.toString());
    }
    if (now < this.#next) return;
    this.#next = now + EVERY_MS;
    this.#questions.set(this.#client.say({ message: discover() }), { askedAt: now });
  }

  /** When the last answer came, on `performance.now()`'s clock; `-Infinity` before the first. */
  get lastAnswer(): number {
    return Math.max(
      ...[...this.#questions.values()].map(({ answeredAt }) => answeredAt ?? -Infinity),
    );
  }

  /** The account of everything that was asked since the last call, once its answers had time to come. */
  async take(): Promise<Account> {
    await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    const now = performance.now();
    const ripe = [...this.#questions].filter(([, { askedAt }]) => now - askedAt >= PATIENCE_MS);
    for (const [xid] of ripe) this.#questions.delete(xid);
    const questions = ripe.map(([, question]) => question);
    const answers = questions.flatMap(({ answeredAt }) => answeredAt ?? []).sort((a, b) => a - b);
    const first = questions[0]?.askedAt ?? now;
    const gaps = [...answers, now - PATIENCE_MS].map((at, index) =>
      at - (answers[index - 1] ?? first)
    );
    const addresses = new Set(this.#addresses);
    this.#addresses.clear();
    return {
      asked: questions.length,
      lost: questions.filter(({ answeredAt }) => answeredAt === undefined).length,
      longestGapMs: Math.round(Math.max(0, ...gaps)),
      addresses,
    };
  }

  /** Ends it. */
  stop(): void {
    clearInterval(this.#timer);
    this.#client[Symbol.dispose]();
  }
}
