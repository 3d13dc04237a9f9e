/**
 * What becomes of processes, pods, nodes and interfaces.
 *
 * @module
 */
import { LEGACY_AGENT_SELECTOR } from "../../../controller/agents/legacy_pods.ts";
import { IPPOOL_NAME_LABEL, IPPOOL_NAMESPACE_LABEL } from "../../../core/api/names.ts";
import { DEPLOYMENTS, parseKey, PODS } from "../../../kube/mod.ts";
import { between, oneOf } from "../engine/random.ts";
import { NAMESPACE, TEMPLATE } from "../world/programs.ts";
import type { World } from "../world/world.ts";
import { chosen, kind } from "./kind.ts";
import { poolOf } from "./subjects.ts";

interface OfOne {
  /** Index into what there is at that moment. */
  readonly whom: number;
}

interface Lasting {
  readonly forMs: number;
}

/** What makes another MAC address of one. */
const OTHER_MAC = 0x01_00_00;
/** One pod after another, each when the one before is ready. */
const ROLL_MS = 15_000;

/** Deeds of chance to machines. */
export const MACHINES = {
  "kill": kind<OfOne>({
    weight: 3,
    draw: ({ whom }) => ({ whom }),
    act: ({ processes }, { whom }) => {
      const one = chosen(processes, whom);
      one?.process.kill();
      return one?.process.name ?? "nobody";
    },
  }),
  "stop": kind<OfOne>({
    weight: 1,
    draw: ({ whom }) => ({ whom }),
    act: ({ processes }, { whom }) => {
      const one = chosen(processes, whom);
      one?.process.terminate();
      return one?.process.name ?? "nobody";
    },
  }),
  "freeze": kind<OfOne & Lasting>({
    weight: 2,
    draw: ({ whom, forMs }) => ({ whom, forMs }),
    act: ({ processes, timeline }, { whom, forMs }) => {
      const one = chosen(processes, whom);
      one?.process.freeze();
      timeline.after(forMs, () => one?.process.thaw());
      return one?.process.name ?? "nobody";
    },
  }),
  "clock": kind<OfOne & { readonly ms: number }>({
    weight: 1,
    draw: ({ random, whom }) => ({ whom, ms: oneOf(random, [-600_000, -5_000, 5_000, 3_600_000]) }),
    act: ({ processes }, { whom, ms }) => {
      const one = chosen(processes, whom);
      one?.process.jump(ms);
      return one?.process.name ?? "nobody";
    },
  }),
  "suspend": kind<OfOne & Lasting>({
    weight: 1,
    draw: ({ whom, forMs }) => ({ whom, forMs }),
    act: ({ processes, timeline }, { whom, forMs }) => {
      const one = chosen(processes, whom);
      one?.process.suspend();
      timeline.after(forMs, () => one?.process.thaw());
      return one?.process.name ?? "nobody";
    },
  }),
  "drift": kind<OfOne & { readonly partsPerMillion: number }>({
    weight: 1,
    draw: ({ random, whom }) => ({
      whom,
      partsPerMillion: oneOf(random, [-20_000, -500, 0, 500, 20_000]),
    }),
    act: ({ processes }, { whom, partsPerMillion }) => {
      const one = chosen(processes, whom);
      one?.process.drift(partsPerMillion);
      return one?.process.name ?? "nobody";
    },
  }),
  "damage snapshots": kind<OfOne & { readonly how: "gone" | "torn" }>({
    weight: 1,
    draw: ({ random, whom }) => ({ whom, how: oneOf(random, ["gone", "torn"]) }),
    act: ({ kubelet }, { whom, how }) => {
      const pod = chosen(kubelet.pods, whom);
      for (const [key, text] of pod?.files ?? []) {
        if (how === "gone") pod?.files.delete(key);
        else pod?.files.set(key, text.slice(0, text.length / 2));
      }
      pod?.agent?.process.kill();
      return pod?.name ?? "nobody";
    },
  }),
  /** An agent pod of the Go version comes up again, of a pool; one on a node that is dead never ends. */
  "pod of the Go version": kind<{ readonly pool: number; readonly isStuck: boolean }>({
    weight: 0.3,
    draw: ({ random, pool }) => ({ pool, isStuck: random() < 0.3 }),
    act: async ({ cluster: { kube }, timeline }, { pool, isStuck }) => {
      const { namespace = "", name } = parseKey(poolOf(pool).key);
      const [label = "", value = ""] = LEGACY_AGENT_SELECTOR.split("=");
      await kube.of(PODS).create({
        apiVersion: "v1",
        kind: "Pod",
        metadata: {
          namespace: NAMESPACE,
          name: `go-agent-${Math.round(timeline.now)}`,
          labels: {
            [label]: value,
            [IPPOOL_NAMESPACE_LABEL]: namespace,
            [IPPOOL_NAME_LABEL]: name,
          },
          ...(isStuck ? { finalizers: ["example.com/dead-node"] } : {}),
        },
        spec: { containers: [{ name: "agent" }] },
      });
    },
  }),
  "remake interface": kind<OfOne>({
    weight: 0.5,
    draw: ({ whom }) => ({ whom }),
    act: ({ kubelet }, { whom }) => {
      const pod = chosen(kubelet.pods, whom);
      for (const name of [...pod?.host.stations.keys() ?? []]) pod?.host.detach(name, true);
      return pod?.name ?? "nobody";
    },
  }),
  "interface away": kind<OfOne & Lasting & { readonly isOther: boolean }>({
    weight: 1,
    draw: ({ random, whom, forMs }) => ({ whom, forMs, isOther: random() < 0.5 }),
    act: ({ kubelet, timeline }, { whom, forMs, isOther }) => {
      const pod = chosen(kubelet.pods, whom);
      const { host } = pod ?? {};
      const [name, station] = chosen([...host?.stations ?? []], whom) ?? [];
      if (pod === undefined || name === undefined || station === undefined) return "nobody";
      const { segment, mac } = station;
      host?.detach(name, false);
      timeline.after(forMs, () => {
        // With its network namespace it went for good.
        const isGone = pod.host !== host || !kubelet.runs(pod);
        if (!isGone && !host.stations.has(name)) {
          host.attach(name, { segment, mac: isOther ? mac + OTHER_MAC : mac });
        }
      });
      return `${name} of ${pod.name}`;
    },
  }),
  "roll": kind<{ readonly what: "controllers" | "webhooks" | "agents" }>({
    weight: 0.5,
    draw: ({ random }) => ({ what: oneOf(random, ["controllers", "webhooks", "agents"]) }),
    act: async (world, { what }) => {
      if (what === "agents") return await newImage(world);
      for (const [n, { process }] of world[what].entries()) {
        world.timeline.after(n * ROLL_MS, () => process.terminate());
      }
    },
  }),
  "lose node": kind<Lasting & { readonly node: number }>({
    weight: 0.5,
    draw: ({ random, forMs }) => ({ node: between(random, 0, 2), forMs }),
    act: ({ nodes, kubelet, timeline }, { node, forMs }) => {
      const name = nodes[node] ?? "";
      kubelet.loseNode(name);
      timeline.after(forMs, () => kubelet.bringNode(name));
      return name;
    },
  }),
  "evict pod": kind<OfOne>({
    weight: 0.5,
    draw: ({ whom }) => ({ whom }),
    act: ({ kubelet }, { whom }) => {
      const pod = chosen(kubelet.pods, whom);
      if (pod !== undefined) kubelet.evict(pod);
      return pod?.name ?? "nobody";
    },
  }),
};

/** The agents' template is of another version. */
async function newImage({ cluster: { kube }, timeline }: World): Promise<void> {
  const deployments = kube.of(DEPLOYMENTS);
  const template = await deployments.get({ namespace: NAMESPACE, name: TEMPLATE });
  if (template === undefined) return;
  const again = structuredClone(template) as unknown as {
    spec: { template: { spec: { containers: { image: string }[] } } };
  };
  for (const container of again.spec.template.spec.containers) {
    container.image = `agent:${Math.round(timeline.now)}`;
  }
  await deployments.update(again as never);
}
