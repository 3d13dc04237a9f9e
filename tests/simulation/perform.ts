/**
 * Does what a scenario says.
 *
 * @module
 */
import { MANAGED_DHCP, STATIC_IP_ANNOTATION_PREFIX } from "../../core/api/names.ts";
import { encode, MessageType } from "../../core/dhcp/mod.ts";
import { formatIPv4, formatMac, macToBytes, parseIPv4 } from "../../core/net/mod.ts";
import {
  IPPOOLS,
  NETWORK_ATTACHMENT_DEFINITIONS,
  parseKey,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { statusOf } from "../../kube/errors.ts";
import { nad, pool as poolObject, vm as vmObject, vmiSpec } from "../controller/objects.ts";
import { type Deed, POOLS } from "./deeds.ts";
import type { SimClient } from "./world/dhcp_client.ts";
import { ALL, FAIR, type Frame, type NetworkSegment, type Station } from "./world/segment.ts";
import type { World } from "./world/world.ts";

/** What may become of a write that is right. */
const EXPECTED: ReadonlySet<number | undefined> = new Set([400, 403, 404, 409, 422, 500]);

/** Does one deed; says what came of it where it was refused. */
export async function perform(world: World, deed: Deed): Promise<string> {
  try {
    return await act(world, deed) ?? "";
  } catch (error) {
    if (!EXPECTED.has(statusOf(error))) throw error;
    return `refused: ${(error as Error).message}`;
  }
}

async function act(world: World, deed: Deed): Promise<string | void> {
  const { person, timeline } = world;
  switch (deed.do) {
    case "create pool":
      return await createPool(world, deed.pool);
    case "edit pool":
      return await person.edit(IPPOOLS, poolOf(deed.pool).key, (pool) => {
        const { edit } = deed;
        const { ipv4Config } = pool.spec;
        if ("paused" in edit) pool.spec.paused = edit.paused;
        else if ("leaseTime" in edit) ipv4Config.leaseTime = edit.leaseTime;
        else if ("dns" in edit) ipv4Config.dns = [edit.dns];
        else if (ipv4Config.pool) ipv4Config.pool.end = `${poolOf(deed.pool).prefix}.${edit.end}`;
      });
    case "delete pool":
      return await person.delete(IPPOOLS, poolOf(deed.pool).key);
    case "restore pool":
      return await restorePool(world, poolOf(deed.pool).key);
    case "create vm":
      return void await person.create(VIRTUAL_MACHINES, vmObject(deed.vm, deed.nics));
    case "clone vm": {
      const original = world.hypervisor.vms.get(deed.of);
      if (original === undefined) return "there is nothing to clone";
      const [namespace, name] = deed.vm.split("/");
      return void await person.create(VIRTUAL_MACHINES, {
        metadata: { namespace, name },
        spec: structuredClone(original.spec),
      });
    }
    case "forged decline": {
      const victim = chosen(
        world.allClients.filter(({ address }) => address !== undefined),
        deed.whom,
      );
      if (victim !== undefined) forgeDecline(world, victim);
      return victim?.name ?? "nobody";
    }
    case "delete vm":
      return await person.delete(VIRTUAL_MACHINES, deed.vm);
    case "edit nics":
      return await person.edit(VIRTUAL_MACHINES, deed.vm, (vm) => {
        if (vm.spec?.template) vm.spec.template.spec = vmiSpec(deed.nics);
      });
    case "static address":
      return await annotate(world, deed.vm, {
        [`${STATIC_IP_ANNOTATION_PREFIX}nic-1`]: deed.address,
      });
    case "opt out":
      return await annotate(world, deed.vm, { [MANAGED_DHCP]: deed.out ? "false" : null });
    case "run vm":
      return await person.edit(VIRTUAL_MACHINES, deed.vm, (vm) => {
        if (vm.spec) vm.spec.running = deed.running;
      });
    case "pause config":
      return await person.edit(VMNETCFGS, deed.vm, (config) => {
        config.spec.paused = deed.paused;
      });
    case "delete config":
      world.deletedConfigs.add(deed.vm);
      return await person.delete(VMNETCFGS, deed.vm);
    case "restart client": {
      const client = chosen(world.allClients.filter(({ state }) => state !== "OFF"), deed.whom);
      client?.powerOff(deed.releases);
      timeline.after(3_000, () => {
        const { network, mac } = {
          network: client?.segment.name,
          mac: formatMac(client?.mac ?? 0),
        };
        if (world.hypervisor.wants(network ?? "", mac)) client?.powerOn(true);
      });
      return client?.name ?? "nobody";
    }
    case "foreign host": {
      const { key, prefix } = poolOf(deed.pool);
      return foreignHost(world, {
        segment: world.segment(key),
        address: parseIPv4(`${prefix}.${deed.last}`),
        forMs: deed.forMs,
      });
    }
    case "kill": {
      const one = chosen(world.processes, deed.whom);
      one?.process.kill();
      return one?.process.name ?? "nobody";
    }
    case "stop": {
      const one = chosen(world.processes, deed.whom);
      one?.process.terminate();
      return one?.process.name ?? "nobody";
    }
    case "freeze": {
      const one = chosen(world.processes, deed.whom);
      one?.process.freeze();
      timeline.after(deed.forMs, () => one?.process.thaw());
      return one?.process.name ?? "nobody";
    }
    case "clock": {
      const one = chosen(world.processes, deed.whom);
      one?.process.jump(deed.ms);
      return one?.process.name ?? "nobody";
    }
    case "link": {
      const one = chosen(world.processes, deed.whom);
      if (one === undefined) return "nobody";
      one.link.mode = deed.mode;
      timeline.after(deed.forMs, () => one.link.mode = "well");
      return one.process.name;
    }
    case "api away": {
      const all = world.processes;
      for (const { link } of all) link.mode = deed.mode;
      timeline.after(deed.forMs, () => {
        for (const { link } of all) link.mode = "well";
      });
      return;
    }
    case "trouble":
      world.trouble = deed.part;
      timeline.after(deed.forMs, () => world.trouble = 0);
      return;
    case "weather": {
      const segment = world.segment(poolOf(deed.pool).key);
      const { lost, doubled, delayMs } = deed;
      segment.weather = { lost, doubled, delayMs };
      timeline.after(deed.forMs, () => segment.weather = FAIR);
      return;
    }
    case "cut agent": {
      const pod = chosen(world.kubelet.pods, deed.whom);
      if (pod === undefined) return "nobody";
      const stations = [...pod.host.stations.values()];
      for (const station of stations) station.segment.cut(station, true);
      timeline.after(deed.forMs, () => {
        for (const station of stations) station.segment.cut(station, false);
      });
      return pod.name;
    }
    case "remake interface": {
      const pod = chosen(world.kubelet.pods, deed.whom);
      for (const name of [...pod?.host.stations.keys() ?? []]) pod?.host.detach(name, true);
      return pod?.name ?? "nobody";
    }
    case "lose node": {
      const node = world.nodes[deed.node] ?? "";
      world.kubelet.loseNode(node);
      timeline.after(deed.forMs, () => world.kubelet.bringNode(node));
      return node;
    }
    case "evict pod": {
      const pod = chosen(world.kubelet.pods, deed.whom);
      if (pod !== undefined) world.kubelet.evict(pod);
      return pod?.name ?? "nobody";
    }
    case "backup":
      if (world.canRestore) world.cluster.backup();
      return;
    case "restore":
      world.cluster.restore();
      return;
    default:
      return deed satisfies never;
  }
}

async function createPool(world: World, index: number): Promise<void> {
  const { key, prefix, start, end, clusterNetwork } = poolOf(index);
  const { person } = world;
  const network = nad(key) as { readonly metadata: object };
  const labels = { "network.harvesterhci.io/clusternetwork": clusterNetwork };
  await person.create(NETWORK_ATTACHMENT_DEFINITIONS, {
    ...network,
    metadata: {
      ...network.metadata,
      labels,
      annotations: { "network.harvesterhci.io/allowed-namespaces": "*" },
    },
  }).catch((error) => {
    if (statusOf(error) !== 409) throw error;
  });
  await person.create(
    IPPOOLS,
    poolObject(key, {
      cidr: `${prefix}.0/24`,
      serverIP: `${prefix}.2`,
      router: `${prefix}.1`,
      pool: { start: `${prefix}.${start}`, end: `${prefix}.${end}` },
      leaseTime: 120,
    }),
  );
}

/** A pool is removed by force and made again of a copy without its status, as tools for backups do. */
async function restorePool(world: World, key: string): Promise<string | void> {
  const { person, timeline, cluster: { kube } } = world;
  const pool = await kube.of(IPPOOLS).get(parseKey(key));
  if (pool === undefined) return "there is no such pool";
  const { namespace, name } = pool.metadata;
  const patch = { type: "merge", body: { metadata: { finalizers: null } } } as const;
  await kube.of(IPPOOLS).patch(parseKey(key), patch);
  await person.delete(IPPOOLS, key);
  timeline.after(1_000, () => {
    const again = person.create(IPPOOLS, { metadata: { namespace, name }, spec: pool.spec });
    again.catch((error) => world.trace.note(`IPPool ${key} is not restored: ${error.message}`));
  });
}

async function annotate(
  { person }: World,
  vm: string,
  annotations: Readonly<Record<string, string | null>>,
): Promise<void> {
  await person.edit(VIRTUAL_MACHINES, vm, ({ metadata }) => {
    const all: Record<string, string> = { ...metadata.annotations };
    for (const [name, value] of Object.entries(annotations)) {
      if (value === null) delete all[name];
      else all[name] = value;
    }
    metadata.annotations = all;
  });
}

/** A machine that took an address by hand, and answers for it. */
function foreignHost(
  world: World,
  { segment, address, forMs }: {
    readonly segment: NetworkSegment;
    readonly address: number;
    readonly forMs: number;
  },
): string {
  if (world.allClients.some((client) => client.segment === segment && client.address === address)) {
    return "nobody takes an address that is used";
  }
  const host: Station = {
    name: "foreign host",
    mac: 0x02_ee_00_00_00_00 + (address % 0x1_0000),
    receive: (frame: Frame) => {
      if (frame.kind !== "arp" || frame.what !== "asks" || frame.address !== address) return;
      segment.send(host, { kind: "arp", from: host.mac, to: frame.from, address, what: "answers" });
    },
  };
  segment.join(host);
  world.takenByHand.add(`${segment.name} ${formatIPv4(address)}`);
  world.timeline.after(forMs, () => segment.leave(host));
  return "";
}

/** A machine says in another's name that its address is used. */
function forgeDecline(world: World, { mac, segment, lease }: SimClient): void {
  const forger: Station = { name: "forger", mac: 0x02_ef_00_00_00_01, receive: () => undefined };
  segment.join(forger);
  segment.send(forger, {
    kind: "dhcp",
    from: forger.mac,
    to: ALL,
    source: 0,
    destination: 0xffffffff,
    port: 67,
    payload: encode({
      op: 1,
      xid: 1,
      chaddr: macToBytes(mac),
      options: [
        { code: 53, value: MessageType.Decline },
        { code: 50, value: lease?.address ?? 0 },
        { code: 54, value: lease?.server ?? 0 },
      ],
    }),
  });
  world.timeline.after(10_000, () => segment.leave(forger));
}

function poolOf(index: number): typeof POOLS[number] {
  return POOLS[index] ?? POOLS[0];
}

function chosen<T>(all: readonly T[], whom: number): T | undefined {
  return all.length === 0 ? undefined : all[whom % all.length];
}
