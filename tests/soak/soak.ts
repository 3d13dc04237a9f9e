/**
 * The soak: VMs come, change and go for as long as it is told, and everything that may grow is looked at.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import type { KubeObject } from "../../core/api/mod.ts";
import {
  createInformer,
  IPPOOL_HISTORIES,
  IPPOOLS,
  keyOf,
  type Resource,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { systemClock } from "../../runtime/clock.ts";
import { seeded } from "../controller/lab.ts";
import { until } from "../network/wait.ts";
import { AuditLog } from "../real/audit.ts";
import { Churn } from "./churn.ts";
import { Population } from "./population.ts";
import { Sampler } from "./sampler.ts";
import type { SeriesRow } from "./series.ts";
import type { Site } from "./site.ts";
import { type Exchanges, Traffic } from "./traffic.ts";
import { type Idle, Writes, type Written } from "./writes.ts";

/** What is asked for. */
interface SoakOptions {
  readonly minutes: number;
  readonly vms: number;
  /** Changes in a second. */
  readonly rate: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

/** What came of it. */
export interface SoakResult {
  readonly series: readonly SeriesRow[];
  /** Kind of change -> how many after the warm-up. */
  readonly changes: Readonly<Record<string, number>>;
  /** After the warm-up, while there were changes, and until all that follows from them was written. */
  readonly written: readonly Written[];
  /** Requests of the product meanwhile that write nothing. */
  readonly reads: number;
  /** In the minute after that. */
  readonly quiet: readonly Written[];
  readonly idle: readonly Idle[];
  readonly exchanges: Exchanges;
  readonly restarts: number;
  /** How often one came to lead, or to stand by. */
  readonly roleChanges: number;
  /** NICs whose MAC address is in no record, and recorded ones that nobody wants. */
  readonly missing: readonly string[];
  readonly leaked: readonly string[];
}

const MINUTE_MS = 60_000;
const SAMPLE_MS = 10_000;
/** Programs load what they need, and V8 compiles: what grows in the first minutes is no leak. */
const WARM_UP = 1 / 8;
/** Histories are written once a minute, and freed addresses are kept for a lease time and two minutes, then swept once a minute. */
const SETTLE_MS = 300_000;
const QUIET_MS = MINUTE_MS;
/** After so many samples it is told what grows so far. */
const TOLD_TURN = 30;
const FILL_RATE = 30;
const FILL_MS = 20 * MINUTE_MS;
const EXCHANGES = 50;
const WATCHED: readonly Resource<KubeObject>[] = [VMNETCFGS, IPPOOLS, IPPOOL_HISTORIES];

/** Runs it in a site. */
export class Soak {
  readonly #site: Site;
  readonly #options: SoakOptions;
  readonly #churn: Churn;
  readonly #writes: Writes;
  readonly #sampler: Sampler;
  #fromHour = 0;
  #isWarm = false;
  /** Changes of the warm-up. */
  #before: ReadonlyMap<string, number> = new Map();

  constructor(site: Site, options: SoakOptions) {
    const { real, networks, cluster } = site;
    const random = seeded(options.seed);
    const perNetwork = Math.ceil(options.vms / networks.length);
    const staying = Math.ceil(perNetwork / 2);
    const population = new Population({ networks, perNetwork, staying, random });
    this.#site = site;
    this.#options = options;
    this.#churn = new Churn({ real, population, random });
    this.#writes = new Writes(new AuditLog(cluster.folder));
    this.#sampler = new Sampler(site);
  }

  /** Makes the VMs, lets the time pass, and judges. `signal` ends it before its time, with what was seen until then. */
  async run(signal: AbortSignal): Promise<SoakResult> {
    const stop = new AbortController();
    const following = WATCHED.map((resource) => this.#follow(resource, stop.signal));
    try {
      await this.#fill(signal);
      return await this.#days(signal);
    } finally {
      stop.abort();
      await Promise.all(following);
    }
  }

  async #follow(resource: Resource<KubeObject>, signal: AbortSignal): Promise<void> {
    const client = this.#site.real.kube.of(resource);
    const informer = createInformer({ client });
    const { plural } = resource;
    informer.onChange((key) => this.#writes.changed(plural, key));
    await informer.run(signal);
  }

  async #fill(signal: AbortSignal): Promise<void> {
    const { say, vms } = this.#options;
    await this.#rest(signal);
    this.#writes.clearAll();
    say(`Making ${vms} VMs`);
    await this.#churn.fill(FILL_RATE, signal);
    say("Waiting until all have their addresses");
    await until(async () => {
      signal.throwIfAborted();
      const { missing, leaked } = await this.#records();
      return missing.length === 0 && leaked.length === 0;
    }, { what: "all VMs have their addresses", timeoutMs: FILL_MS, everyMs: 2_000 });
  }

  /** Waits until nothing was written for a while. */
  async #rest(signal: AbortSignal): Promise<void> {
    let before = NaN;
    for (let quiet = 0; quiet < 2;) {
      await systemClock.sleep(SAMPLE_MS, signal);
      await this.#writes.follow();
      const after = this.#writes.ofProduct();
      quiet = after === before ? quiet + 1 : 0;
      before = after;
    }
  }

  async #days(signal: AbortSignal): Promise<SoakResult> {
    const { minutes, rate, say } = this.#options;
    const { networks, clients: guest } = this.#site;
    const staying = this.#churn.population.staying.length / networks.length;
    const traffic = await Traffic.open({ guest, clients: staying, networks: networks.length });
    say(`Changing things for ${minutes} minutes`);
    this.#fromHour = this.#sampler.hours;
    const stop = AbortSignal.any([AbortSignal.timeout(minutes * MINUTE_MS), signal]);
    await Promise.all([
      this.#churn.run(rate, stop),
      traffic.run(EXCHANGES, stop),
      this.#sample(stop),
      this.#restart(stop),
    ]);
    await systemClock.sleep(SETTLE_MS);
    await this.#writes.follow();
    const written = this.#writes.table();
    const { reads } = this.#writes;
    const changes = this.#churn.since(this.#before);
    const idle = this.#writes.idle(WATCHED.map(({ plural }) => plural));
    this.#writes.clear();
    say("Looking at what is written while nothing changes");
    await systemClock.sleep(QUIET_MS);
    await this.#writes.follow();
    return {
      series: this.#rows(),
      changes,
      written,
      reads,
      idle,
      quiet: this.#writes.table(),
      exchanges: traffic.exchanges,
      roleChanges: this.#sampler.roleChanges,
      restarts: this.#site.pods.reduce((all, { restarts }) => all + restarts, 0),
      ...await this.#records(),
    };
  }

  /** What is seen so far without the warm-up: of what was started anew, or leads now and did not, from then on. */
  #rows(): readonly SeriesRow[] {
    const warmUp = WARM_UP * this.#options.minutes / 60;
    return this.#sampler.series.rows((of) =>
      Math.max(this.#fromHour, this.#sampler.steadyFrom(of)) + warmUp
    );
  }

  async #sample(signal: AbortSignal): Promise<void> {
    const { say } = this.#options;
    let before = { count: this.#writes.ofProduct(), hours: this.#sampler.hours };
    let turn = 0;
    while (!signal.aborted) {
      await systemClock.sleep(SAMPLE_MS, signal).catch(() => undefined);
      await this.#sampler.look().catch((error) => say(`Cannot look: ${errorText(error)}`));
      await this.#writes.follow();
      const after = { count: this.#writes.ofProduct(), hours: this.#sampler.hours };
      this.#sampler.written(after.count - before.count, after.hours - before.hours);
      say(`${this.#churn.total} changes, ${after.count} writes of the product`);
      if (++turn % TOLD_TURN === 0) {
        const grown = this.#rows().filter((row) => row.verdict === "grows");
        say(
          `Grows so far: ${grown.map(({ of, what }) => `${of} ${what}`).join(", ") || "nothing"}`,
        );
      }
      before = after;
      if (this.#isWarm && this.#before.size === 0) {
        this.#writes.clear();
        this.#before = new Map(this.#churn.counts);
        before = { ...after, count: 0 };
      }
    }
  }

  /** A power cut of the controller that leads, and an end as asked of the agent that does, at the end of the warm-up. */
  async #restart(signal: AbortSignal): Promise<void> {
    const { minutes, say } = this.#options;
    for (const role of ["controller", "agent"] as const) {
      await systemClock.sleep(WARM_UP / 2 * minutes * MINUTE_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      const pod = await this.#site.leader(role);
      say(`Starting ${pod.name} anew`);
      await pod.restart({ killed: role === "controller" });
    }
    this.#isWarm = true;
  }

  /** What the records lack, and what they have too many. */
  async #records(): Promise<Pick<SoakResult, "missing" | "leaked">> {
    const wanted = this.#churn.wanted();
    const missing: string[] = [];
    const leaked: string[] = [];
    const { items } = await this.#site.real.kube.of(IPPOOLS).list();
    for (const pool of items) {
      const key = keyOf(pool);
      const own = wanted.get(key) ?? new Set();
      const recorded = Object.values(pool.status?.ipv4?.allocated ?? {})
        .filter((mac) => mac.includes(":"));
      for (const mac of own) if (!recorded.includes(mac)) missing.push(`${key} ${mac}`);
      for (const mac of recorded) if (!own.has(mac)) leaked.push(`${key} ${mac}`);
      if (new Set(recorded).size < recorded.length) leaked.push(`${key}: twice`);
    }
    return { missing, leaked };
  }
}
