/**
 * Which agents can answer for a pool: they reach its network, and have learned the pool at some time.
 *
 * @module
 */
import type { AgentReport } from "../../../core/api/agent/agent_report.ts";
import { decodeSnapshot } from "../../../agent/pool/snapshot.ts";
import type { SimPod } from "../world/kubelet.ts";
import type { SimAgent } from "../world/programs.ts";
import type { World } from "../world/world.ts";

/** An agent that can answer. */
interface AbleAgent {
  /** Of its pod. */
  readonly name: string;
  /** Since when it has been able to. */
  readonly since: number;
  /** The pool's resourceVersion that it knows. */
  readonly version: number;
  /** Since when it has been in touch with the API server; `Infinity`: it is not. */
  readonly heardSince: number;
  /** Whether it answers for the pool now: while it does, no other one has to. */
  readonly answers: boolean;
}

/** Since when agents have been able to answer. */
export class AbleAgents {
  /** Pod -> since when it has been in touch with the API server. */
  readonly #heardSince = new Map<string, number>();
  /** `pod pool` -> since when it has been able to. */
  readonly #able = new Map<string, number>();
  /** `pod pool` -> the resourceVersion that it knew last, which it keeps. */
  readonly #versions = new Map<string, number>();
  /** What the agents of all pods say now. */
  readonly #reports = new Map<SimAgent, AgentReport["pools"]>();
  /** Pool -> who answers for it, and since when that is so: whoever is to follow needs time. */
  readonly #answering = new Map<string, { readonly names: string; readonly since: number }>();

  /** Takes in how all pods are now. */
  look({ kubelet, timeline: { now } }: World): void {
    this.#reports.clear();
    for (const { name, agent } of kubelet.pods) {
      if (agent?.agent !== undefined) this.#reports.set(agent, agent.agent.report().pools);
      const hears = agent?.link.mode === "well" && agent.process.running;
      if (!hears) this.#heardSince.delete(name);
      else if (!this.#heardSince.has(name)) this.#heardSince.set(name, now);
    }
  }

  /** Those that can answer for a pool now. */
  of(world: World, { key, network, isQuiet }: {
    /** `namespace/name` of the pool. */
    readonly key: string;
    readonly network: string;
    /** Whether anybody has to be answered. */
    readonly isQuiet: boolean;
  }): readonly AbleAgent[] {
    const { kubelet, timeline: { now } } = world;
    const segment = world.segment(network);
    const isOn = ({ host }: SimPod) =>
      [...host.stations.values()].some((one) => one.segment === segment);
    const isCut = ({ host }: SimPod) =>
      [...host.stations.values()].some((station) => segment.isCut(station));
    const changedAt = this.#answeringSince(world, key);
    return kubelet.pods.flatMap((pod) => {
      const { name, agent, files } = pod;
      const id = `${name} ${key}`;
      const heardSince = this.#heardSince.get(name) ?? Infinity;
      const report = agent && this.#reports.get(agent)?.[key];
      const answers = report?.reason === "Serving" || report?.reason === "Standby" ||
        report?.reason === "NotSynced" && isReadable(files.get(key));
      const isAble = isQuiet && isOn(pod) && !isCut(pod) && agent?.process.running === true &&
        answers;
      if (!isAble) {
        this.#able.delete(id);
        return [];
      }
      const since = this.#able.get(id) ?? now;
      this.#able.set(id, since);
      const version = Number(report?.resourceVersion ?? this.#versions.get(id) ?? NaN);
      this.#versions.set(id, version);
      const leads = report?.reason === "Serving" && agent.leading();
      return [{ name, since: Math.max(since, changedAt), version, heardSince, answers: leads }];
    });
  }

  #answeringSince({ kubelet, timeline: { now } }: World, key: string): number {
    const names = kubelet.pods.flatMap(({ agent }) =>
      agent?.process.running === true && agent.leading() &&
        this.#reports.get(agent)?.[key]?.reason === "Serving"
        ? agent.process.name
        : []
    ).join();
    const known = this.#answering.get(key);
    const since = known?.names === names ? known.since : now;
    this.#answering.set(key, { names, since });
    return since;
  }
}

/** Whether a snapshot is there, and whole. */
function isReadable(snapshot: string | undefined): boolean {
  if (snapshot === undefined) return false;
  try {
    return decodeSnapshot(snapshot).pool !== undefined;
  } catch {
    return false;
  }
}
