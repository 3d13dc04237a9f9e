/**
 * Gathers what each view shows.
 *
 * @module
 */
import { networkOfPool } from "../../core/api/network.ts";
import type { IPPool } from "../../core/api/types.ts";
import type { RecordChange } from "../../core/history/record_change.ts";
import type { ClientHeard, HeardAnswers } from "../../core/inspect/heard.ts";
import { formatMac, readMac } from "../../core/net/mod.ts";
import { newestHeard } from "../../core/inspect/newest_heard.ts";
import { named, nameOf } from "../../core/inspect/world.ts";
import { Refusal } from "../../inspect/refusal.ts";
import type { InspectSource } from "../../inspect/source.ts";
import { chainsOf } from "../../inspect/verbs/why.ts";
import { worldOf } from "../../inspect/world_of.ts";
import { type Clock } from "../../runtime/clock.ts";
import type { View } from "../html/layout.ts";
import { Recent } from "../recent.ts";
import { ownersOn } from "../state/owners.ts";
import { poolAddresses } from "../state/pool_addresses.ts";
import { type Health, healthOf } from "../state/problems.ts";
import { toldOptions } from "../state/told_options.ts";
import { type Trend, trendOf } from "../state/trend.ts";
import { whatIfFacts } from "../state/what_if_facts.ts";
import { whatIf, type WhatIfChange, type WhatIfFacts } from "../what_if/what_if.ts";
import { overview, type OverviewQuery, shownPools } from "./overview.ts";
import { noPool, type PoolQuery, poolView, shownRows } from "./pool.ts";
import { choosePool, whatIfView } from "./what_if.ts";
import { whyView } from "./why.ts";

/** What stands behind the question mark. */
type Query = Readonly<Record<string, string>>;

/** How long a look at everything is good, and what agents and histories said. */
const HEALTH_MS = 1_500;
const HEARD_MS = 4_000;
const HISTORY_MS = 5_000;
/** Trends need the histories of many pools, and change slowly. */
const TRENDS_MS = 60_000;
const HISTORY_TIMEOUT_MS = 10_000;
/** How long a view waits for what others must be asked for; what is later is not shown. */
const PATIENCE_MS = 150;
/** How long agents may take to answer where what they say is the question. */
const WHY_MS = 3_000;
/** What counts as just heard. */
const LIVELY_MS = 60_000;
/** The most clients of a pool of which all are asked for, to count those. */
const LIVELY_CLIENTS = 1_000;

/** Makes views of what a source knows. */
export class Views {
  readonly #source: InspectSource;
  readonly #clock: Clock;
  readonly #health: Recent<Health>;
  readonly #heard: Recent<Promise<HeardAnswers | undefined>>;
  readonly #histories: Recent<Promise<readonly RecordChange[] | undefined>>;
  readonly #trends: Recent<Promise<readonly RecordChange[] | undefined>>;

  constructor(source: InspectSource, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
    this.#health = new Recent(clock, HEALTH_MS);
    this.#heard = new Recent(clock, HEARD_MS);
    this.#histories = new Recent(clock, HISTORY_MS);
    this.#trends = new Recent(clock, TRENDS_MS);
  }

  /** The view of a name. */
  of(
    name: "overview" | "pool" | "why" | "what-if",
    query: Query,
    signal: AbortSignal,
  ): Promise<View> {
    switch (name) {
      case "overview":
        return this.#overview({
          part: query.part,
          problems: query.problems,
          find: query.find,
        });
      case "pool": {
        const { of = "", from, state, find, part, past, as } = query;
        return this.#pool({ of, from, state, find, part, past, as });
      }
      case "why":
        return this.#why(query.of ?? "", signal);
      case "what-if":
        return Promise.resolve(this.#whatIf(query));
      default:
        return name satisfies never;
    }
  }

  /** What an answer to "what if" is made from; `undefined` where there is no such pool. */
  whatIfFacts(of: string): WhatIfFacts | undefined {
    const pool = named(this.#source.pools(), of);
    return pool && whatIfFacts(worldOf(this.#source), pool);
  }

  #look(): Health {
    const source = this.#source;
    return this.#health.get("", () => healthOf(source.pools(), source.configs()));
  }

  async #overview(query: OverviewQuery): Promise<View> {
    const health = this.#look();
    const now = this.#source.now();
    const { rows } = shownPools(health, query);
    const trends = new Map<string, Trend>();
    await Promise.all(rows.map(async ({ key, used, available }) => {
      const history = await this.#history(key, this.#trends);
      const trend = history && trendOf(history, { used, available, now });
      if (trend !== undefined) trends.set(key, trend);
    }));
    const agents = this.#source.agents();
    return overview({ health, agents, notReady: this.#source.notReady(), trends, now }, query);
  }

  async #pool(query: PoolQuery): Promise<View> {
    const { of } = query;
    const pool = named(this.#source.pools(), of);
    if (pool === undefined) return noPool(of);
    const now = this.#source.now();
    const addresses = poolAddresses(pool, now);
    const owners = ownersOn(this.#source.configs(), networkOfPool(pool));
    const { rows } = shownRows(addresses, { query, owners });
    const [history, { heard, lively }] = await Promise.all([
      this.#history(of, this.#histories),
      this.#heardOf(pool, rows.flatMap(({ macAddress }) => macAddress ?? [])),
    ]);
    const { used = 0, available = 0 } = pool.status?.ipv4 ?? {};
    const trend = history && trendOf(history, { used, available, now });
    const as = readMac(query.as?.trim() ?? "");
    const told = toldOptions(pool, { now, ...(as < 0 ? {} : { macAddress: formatMac(as) }) });
    const problems = this.#look().problems
      .filter(({ kind, name }) => kind === "IPPool" && name === of);
    return poolView({
      pool,
      problems,
      addresses,
      owners,
      heard,
      ...(lively === undefined ? {} : { lively }),
      ...(history === undefined ? {} : { history }),
      ...(trend === undefined ? {} : { trend }),
      ...(told === undefined ? {} : { told }),
      now,
    }, query);
  }

  async #why(asked: string, signal: AbortSignal): Promise<View> {
    const of = asked.trim();
    const pools = this.#source.pools().map(nameOf)
      .filter((name) => name === of || name.endsWith(`/${of}`));
    const within = AbortSignal.any([signal, AbortSignal.timeout(WHY_MS)]);
    try {
      const chains = await chainsOf({ source: this.#source, query: { of }, signal: within });
      return whyView({ of, chains, pools });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return whyView({ of, chains: [], pools, refusal: error.message });
    }
  }

  #whatIf({ of, ...query }: Query): View {
    const pool = of === undefined ? undefined : named(this.#source.pools(), of);
    if (pool === undefined || of === undefined) {
      return choosePool(this.#source.pools().map(nameOf).toSorted(), of);
    }
    const change: Record<string, string> = {};
    for (const key of ["start", "end", "exclude", "macAddress", "address"] satisfies Changes) {
      if (query[key] !== undefined) change[key] = query[key];
    }
    if (Object.keys(change).length === 0) return whatIfView(pool, { of, change });
    const facts = whatIfFacts(worldOf(this.#source), pool);
    return whatIfView(pool, { of, change, result: whatIf(facts, change) });
  }

  /** The history of a pool: each is read from the API server. */
  #history(
    of: string,
    known: Recent<Promise<readonly RecordChange[] | undefined>>,
  ): Promise<readonly RecordChange[] | undefined> {
    return this.#patiently(
      known.get(
        of,
        () =>
          this.#source.history(of, AbortSignal.timeout(HISTORY_TIMEOUT_MS)).catch(() => undefined),
      ),
    );
  }

  /** What agents heard of clients that are shown, and how many they heard just now. */
  async #heardOf(pool: IPPool, macAddresses: readonly string[]): Promise<{
    readonly heard: ReadonlyMap<string, ClientHeard>;
    readonly lively?: number;
  }> {
    const isSmall = (pool.status?.ipv4?.used ?? 0) <= LIVELY_CLIENTS;
    const query = { pool: nameOf(pool), ...(isSmall ? {} : { macAddresses }) };
    const answers = await this.#patiently(
      this.#heard.get(
        JSON.stringify(query),
        () => this.#source.heard(query, AbortSignal.timeout(HEARD_MS)).catch(() => undefined),
      ),
    );
    const heard = new Map(
      newestHeard(answers?.answers ?? []).map((client) => [client.macAddress, client]),
    );
    if (!isSmall || answers === undefined || answers.answers.length === 0) return { heard };
    const since = this.#source.now() - LIVELY_MS;
    const lively = [...heard.values()].filter(({ at }) => Date.parse(at) >= since).length;
    return { heard, lively };
  }

  /** What is answered soon, or nothing: the next look may have it. */
  async #patiently<T>(answer: Promise<T>): Promise<T | undefined> {
    const over = new AbortController();
    const late = this.#clock.sleep(PATIENCE_MS, over.signal).then(() => undefined, () => undefined);
    const first = await Promise.race([answer, late]);
    over.abort();
    return first;
  }
}

type Changes = readonly (keyof WhatIfChange)[];
