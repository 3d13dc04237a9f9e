/**
 * What is measured of servers, and what of it is shown.
 *
 * @module
 */

/** Names of figures; each is one number of each round. */
export const FIGURES = {
  closedDirect: "exchanges/s, closed loop, 64 under way, direct",
  closedRelay: "the same through a relay",
  closedDirectUs: "processor time per exchange meanwhile, direct, us",
  closedRelayUs: "the same through a relay, us",
  open: "exchanges/s, open loop, under 1 % lost, direct",
  lowUs: "processor time per exchange at 5,000/s, us",
  lowMedianUs: "OFFER after, at 5,000/s, median, us",
  lowP99Us: "the same, 99th percentile, us",
  renewals: "renewals/s by unicast, closed loop, 10,000 clients",
  renewalsLost: "of which lost",
  burstMs: "burst of 1,000 DISCOVERs: all bound after, ms",
  burstLost: "of which lost",
  residentMb: "resident memory, MB",
} as const;

/** One of {@linkcode FIGURES}. */
export type Figure = keyof typeof FIGURES;

/** What was measured of one server. */
export class Samples {
  readonly #values = new Map<Figure, number[]>();

  constructor(readonly name: string, readonly version: string) {}

  /** Adds what a round showed. */
  add(values: Partial<Record<Figure, number>>): void {
    for (const [figure, value] of Object.entries(values) as [Figure, number][]) {
      const all = this.#values.get(figure) ?? [];
      this.#values.set(figure, [...all, value]);
    }
  }

  /** All rounds of a figure, in order; none where it was not measured. */
  rounds(figure: Figure): readonly number[] {
    return this.#values.get(figure) ?? [];
  }

  /** The median of a figure. */
  median(figure: Figure): number | undefined {
    return median(this.rounds(figure));
  }
}

/** The one in the middle; `undefined` of none. */
export function median(values: readonly number[]): number | undefined {
  return values.toSorted((one, other) => one - other)[values.length >> 1];
}

/** What is measured of our server alone. */
export interface OwnFigures {
  /** The longest that a first reply took in so many seconds at so many exchanges a second, us, and the same of the C responder. */
  readonly pause: {
    readonly seconds: number;
    readonly rate: number;
    readonly longestUs: number;
    readonly ceilingUs: number;
  };
  /** A burst of 1,000 DISCOVERs where a pool says all that it can, ms, and how many were lost, of each round. */
  readonly fullBursts: readonly { readonly ms: number; readonly lost: number }[];
  /** Many networks of one agent. */
  readonly many: {
    readonly networks: number;
    readonly clients: number;
    readonly startMs: number;
    readonly burstMs: number;
    readonly burstLost: number;
    readonly closed: readonly number[];
    readonly us: readonly number[];
    readonly residentMb: number;
  };
}

/** Everything that one run showed. */
export interface PacketFigures {
  readonly ours: Samples;
  readonly ceiling: Samples;
  readonly peers: readonly Samples[];
  readonly own: OwnFigures;
  readonly minutes: number;
}

/** What is to be reached: the words, what was seen, and whether it is so. */
interface Goal {
  readonly text: string;
  readonly seen: string;
  readonly met: boolean;
}

/** The goals of the project, each with what this run showed. */
export function goalsOf({ ours, ceiling, peers, own }: PacketFigures): readonly Goal[] {
  const of = (samples: Samples, figure: Figure) => samples.median(figure) ?? NaN;
  const best = (figure: Figure, pick: (...values: number[]) => number) =>
    pick(...peers.map((peer) => peer.median(figure)).filter((value) => value !== undefined));
  const atLeast = (text: string, ratio: number, wanted: number): Goal => ({
    text: `${text}: at least ${wanted} times`,
    seen: ratio.toFixed(2),
    met: ratio >= wanted,
  });
  const atMost = (text: string, ratio: number, wanted: number): Goal => ({
    text: `${text}: at most ${wanted} times`,
    seen: ratio.toFixed(2),
    met: ratio <= wanted,
  });
  const { many, pause } = own;
  const fullMs = median(own.fullBursts.map(({ ms }) => ms)) ?? NaN;
  const lost = (figure: Figure) => ours.rounds(figure).reduce((sum, value) => sum + value, 0);
  const manyUs = median(many.us) ?? NaN;
  return [
    ...([["direct", "closedDirect", 8, 0.85], ["relay", "closedRelay", 10, 0.9]] as const)
      .flatMap(([way, figure, peer, c]) => [
        atLeast(
          `closed loop, ${way}, against the best peer`,
          of(ours, figure) / best(figure, Math.max),
          peer,
        ),
        atLeast(`the same against C`, of(ours, figure) / of(ceiling, figure), c),
      ]),
    atLeast(
      "open loop, direct, against the best peer",
      of(ours, "open") / best("open", Math.max),
      5,
    ),
    atMost(
      "processor time at saturation against C, direct",
      of(ours, "closedDirectUs") / of(ceiling, "closedDirectUs"),
      1.4,
    ),
    atMost("the same, relay", of(ours, "closedRelayUs") / of(ceiling, "closedRelayUs"), 1.15),
    atMost(
      "processor time at 5,000/s against C",
      of(ours, "lowUs") / of(ceiling, "lowUs"),
      1.8,
    ),
    atMost(
      "the same against the best peer",
      of(ours, "lowUs") / best("lowUs", Math.min),
      0.6,
    ),
    atMost(
      "OFFER at 5,000/s, 99th percentile, against the best peer",
      of(ours, "lowP99Us") / best("lowP99Us", Math.min),
      1,
    ),
    {
      text: `no pause over 10 ms in ${pause.seconds} s at ${rounded(pause.rate)}/s`,
      seen: `${milliseconds(pause.longestUs)} (C: ${milliseconds(pause.ceilingUs)})`,
      met: pause.longestUs <= 10_000,
    },
    {
      text: "renewals as fast as new leases, none lost",
      seen: `${rounded(of(ours, "renewals"))}/s, ${lost("renewalsLost")} lost`,
      met: of(ours, "renewals") >= of(ours, "closedDirect") && lost("renewalsLost") === 0,
    },
    {
      text: `${many.networks} networks of ${many.clients} clients: under 120 MB`,
      seen: `${many.residentMb.toFixed(0)} MB`,
      met: many.residentMb < 120,
    },
    {
      text: "the same: ready within 1.5 s",
      seen: milliseconds(many.startMs * 1_000),
      met: many.startMs < 1_500,
    },
    atMost(
      "the same: processor time per exchange against one network",
      manyUs / of(ours, "closedDirectUs"),
      1.5,
    ),
    {
      text: "burst of 1,000 DISCOVERs: bound within 9 ms",
      seen: `${(of(ours, "burstMs")).toFixed(1)} ms, ${lost("burstLost")} lost`,
      met: of(ours, "burstMs") <= 9 && lost("burstLost") === 0,
    },
    {
      text: "the same where the pool says all that it can",
      seen: `${fullMs.toFixed(1)} ms, ${
        own.fullBursts.reduce((sum, one) => sum + one.lost, 0)
      } lost`,
      met: fullMs <= 9 && own.fullBursts.every((one) => one.lost === 0),
    },
  ];
}

/** A number for people: whole, with commas, from 1,000 on. */
export function rounded(value: number): string {
  return value >= 1_000 ? Math.round(value).toLocaleString("en-US") : value.toFixed(1);
}

function milliseconds(us: number): string {
  return `${(us / 1_000).toFixed(1)} ms`;
}
