/**
 * DHCP clients that ask all the time: those of the VMs that stay.
 *
 * @module
 */
import { compileGenerator, generate } from "../bench/packet_generator.ts";
import type { Guest } from "../network/guest.ts";

const TURN_MS = 10_000;

/** What became of the exchanges so far. */
export interface Exchanges {
  readonly begun: number;
  readonly lost: number;
  /** The longest that the first reply of one took, milliseconds. */
  readonly longestMs: number;
}

/** Where the clients are, and how many on how many networks. */
interface TrafficSource {
  readonly guest: Guest;
  readonly clients: number;
  readonly networks: number;
}

/** Clients of all networks; client N of each has the N-th MAC address of tests. */
export class Traffic {
  readonly #program: string;
  readonly #source: TrafficSource;
  #exchanges: Exchanges = { begun: 0, lost: 0, longestMs: 0 };

  private constructor(program: string, source: TrafficSource) {
    this.#program = program;
    this.#source = source;
  }

  static async open(source: TrafficSource): Promise<Traffic> {
    return new Traffic(await compileGenerator(), source);
  }

  get exchanges(): Exchanges {
    return this.#exchanges;
  }

  /** Has so many exchanges begin in a second until the signal aborts. */
  async run(rate: number, signal: AbortSignal): Promise<void> {
    const { guest, clients, networks } = this.#source;
    const source = {
      processId: guest.processId,
      interfaceName: networks > 1 ? "clients" : "clients0",
      clients,
      networks,
    };
    while (!signal.aborted) {
      const turn = await generate(this.#program, source, { mode: "open", rate, ms: TURN_MS });
      const { begun, lost, longestMs } = this.#exchanges;
      this.#exchanges = {
        begun: begun + turn.begun,
        lost: lost + turn.lost,
        longestMs: Math.max(longestMs, turn.longestUs / 1_000),
      };
    }
  }
}
