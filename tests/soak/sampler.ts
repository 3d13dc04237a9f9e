/**
 * Looks at everything that may grow.
 *
 * @module
 */
import { IPPOOL_HISTORIES } from "../../kube/mod.ts";
import { parseMetrics } from "../bench/controller_process.ts";
import { run } from "../network/command.ts";
import { type Quantity, Series } from "./series.ts";
import type { Site } from "./site.ts";
import type { SoakPod } from "./soak_pod.ts";

/** Of a process: resident kB, threads, descriptors. */
const LOOK = `for p in "$@"; do
  rss=$(sed -n 's/^VmRSS:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/$p/status)
  threads=$(sed -n 's/^Threads:[^0-9]*//p' /proc/$p/status)
  echo "$rss $threads $(ls /proc/$p/fd | wc -l)"
done`;
const MEMORY = { unit: "MB", least: 2, fills: true };
const COUNT = { unit: "", least: 1 };
/** What the server says of a kind that it does not count. */
const UNCOUNTED = -1;
const HOUR_MS = 3_600_000;
/** To collect garbage has a program stand still for a moment. */
const HEAP_TURN = 3;
/** Histories are listed whole, so not each time. */
const HISTORY_TURN = 6;
/** Kinds whose objects are counted -> how many more of them in an hour are nothing: VMs come and go at random. */
const COUNTED: Readonly<Record<string, number>> = {
  leases: 1,
  events: 50,
  virtualmachinenetworkconfigs: 50,
  ippools: 1,
  ippoolhistories: 1,
  deployments: 1,
  secrets: 1,
};

/** Samples of a site. */
export class Sampler {
  readonly series = new Series();
  readonly #site: Site;
  readonly #from = performance.now();
  /** Pod -> whether it leads, and the hour from which on that, and no start since, is so. */
  readonly #roles = new Map<string, { readonly leads: boolean; readonly from: number }>();
  #turn = 0;

  constructor(site: Site) {
    this.#site = site;
  }

  /** Hours since it began. */
  get hours(): number {
    return (performance.now() - this.#from) / HOUR_MS;
  }

  /** How often a pod came to lead, or to stand by, since it was first seen. */
  roleChanges = 0;

  /** The hour from which on a pod runs and does what it does now; 0 for what is no pod. */
  steadyFrom(name: string): number {
    const { startedMs = 0 } = this.#site.pods.find((pod) => pod.name === name) ?? {};
    const started = (startedMs - this.#from) / HOUR_MS;
    return Math.max(0, started, this.#roles.get(name)?.from ?? 0);
  }

  /** Notes how often the product wrote in so many hours. */
  written(times: number, hours: number): void {
    const what = "writes in a second";
    this.#add({ of: "cluster", what, unit: "", least: 1 }, times / hours / 3_600);
  }

  /** Looks once. */
  async look(): Promise<void> {
    await this.#processes();
    for (const pod of this.#site.pods) await this.#figures(pod);
    if (this.#turn % HEAP_TURN === 0) await this.#heaps();
    await this.#apiServer();
    await this.#etcd();
    if (this.#turn++ % HISTORY_TURN === 0) await this.#histories();
  }

  async #processes(): Promise<void> {
    const { pods } = this.#site;
    const pids = pods.map(({ processId }) => String(processId));
    const lines = (await run("sh", "-c", LOOK, "sh", ...pids)).trimEnd().split("\n");
    for (const [index, { name: of }] of pods.entries()) {
      const [kb = NaN, threads = NaN, descriptors = NaN] = (lines[index] ?? "").split(" ").map(
        (text) => text === "" ? NaN : Number(text),
      );
      this.#add({ of, what: "resident memory", ...MEMORY }, kb * 1.024 / 1_000);
      this.#add({ of, what: "threads", ...COUNT }, threads);
      this.#add({ of, what: "descriptors", ...COUNT }, descriptors);
    }
  }

  async #figures(pod: SoakPod): Promise<void> {
    const figures = parseMetrics(await pod.metrics());
    if (figures.size === 0) return;
    const { name: of } = pod;
    this.#noteRole(of, [...figures].some(([name, is]) => name.endsWith("_leading") && is === 1));
    this.#add({ of, what: "series of /metrics", unit: "", least: 20 }, figures.size);
    if (pod.role !== "controller") return;
    this.#add({ of, what: "keys waiting", ...COUNT }, sum(figures, "vmdhcpcontroller_queue_depth"));
    const rows = figures.get("vmdhcpcontroller_history_waiting_rows") ?? NaN;
    this.#add({ of, what: "rows of histories waiting", unit: "", least: 20 }, rows);
  }

  async #heaps(): Promise<void> {
    for (const pod of this.#site.pods) {
      const { name: of } = pod;
      const { objects, functions } = await pod.collect();
      this.#add({ of, what: "objects", ...MEMORY }, objects / 1e6);
      const mayGrow = "functions that are called often enough";
      this.#add({ of, what: "compiled", ...MEMORY, mayGrow }, functions / 1e6);
    }
  }

  #noteRole(name: string, leads: boolean): void {
    const known = this.#roles.get(name);
    if (known?.leads === leads) return;
    if (known !== undefined) this.roleChanges++;
    this.#roles.set(name, { leads, from: known === undefined ? 0 : this.hours });
  }

  async #apiServer(): Promise<void> {
    const answer = await this.#site.cluster.rest.performRequest({
      method: "GET",
      path: "/metrics",
    });
    const figures = parseMetrics(new TextDecoder().decode(answer));
    const watches = [...figures].filter(([name]) =>
      name.startsWith("apiserver_longrunning_requests{") && name.includes('verb="WATCH"')
    ).reduce((all, [, value]) => all + value, 0);
    this.#add({ of: "cluster", what: "watches open", ...COUNT }, watches);
    for (const [kind, least] of Object.entries(COUNTED)) {
      const count = [...figures].find(([name]) =>
        /^apiserver_(resource|storage)_objects\{/.test(name) &&
        new RegExp(`resource="${kind}[."]`).test(name)
      )?.[1] ?? UNCOUNTED;
      // The server counts once a minute, and from when somebody asked for the kind.
      if (count === UNCOUNTED) {
        continue;
      }
      this.#add({ of: "cluster", what: kind, unit: "", least }, count);
    }
  }

  async #etcd(): Promise<void> {
    const answer = await fetch(this.#site.cluster.etcdMetricsUrl);
    const used = parseMetrics(await answer.text()).get("etcd_mvcc_db_total_size_in_use_in_bytes");
    const mayGrow = "histories";
    this.#add(
      { of: "cluster", what: "etcd in use", unit: "MB", least: 2, mayGrow },
      (used ?? NaN) / 1e6,
    );
  }

  async #histories(): Promise<void> {
    const { items } = await this.#site.real.kube.of(IPPOOL_HISTORIES).list();
    const rows = items.reduce((all, { changes = [] }) => all + changes.length, 0);
    const mayGrow = "2,000 rows a pool";
    this.#add({ of: "cluster", what: "rows of histories", unit: "", least: 1, mayGrow }, rows);
    const mb = items.reduce((all, item) => all + JSON.stringify(item).length, 0) / 1e6;
    this.#add({ of: "cluster", what: "size of histories", unit: "MB", least: 0.1, mayGrow }, mb);
  }

  #add(quantity: Quantity, value: number): void {
    this.series.add(quantity, { at: this.hours, value });
  }
}

function sum(figures: ReadonlyMap<string, number>, name: string): number {
  return [...figures].filter(([series]) => series.startsWith(`${name}{`))
    .reduce((all, [, value]) => all + value, 0);
}
