/**
 * What must hold when the faults have stopped and time has passed.
 *
 * @module
 */
import { getCondition } from "../../../core/api/mod.ts";
import { networkOfPool } from "../../../core/api/network.ts";
import { formatIPv4, readIPv4 } from "../../../core/net/mod.ts";
import { keyOf, NETWORK_ATTACHMENT_DEFINITIONS, VMNETCFGS } from "../../../kube/mod.ts";
import type { IPPool } from "../../../core/api/types.ts";
import { networksOf } from "../../../core/vmnetcfg/nics.ts";
import type { SimPod } from "../world/kubelet.ts";
import type { World } from "../world/world.ts";
import { unexplained, untold } from "./explained.ts";
import { miscounts } from "./counts.ts";
import { leaks } from "./leaks.ts";
import { isServing } from "./serving.ts";
import { entriesOf } from "./record_history.ts";

/** What is not as it must be. */
interface Finding {
  readonly rule: string;
  readonly what: string;
}

/** Looks at everything that is. */
export async function findingsAtRest(
  world: World,
  pools: readonly IPPool[],
): Promise<readonly Finding[]> {
  const { cluster: { kube } } = world;
  const findings: Finding[] = [];
  const blame = (rule: string, what: string) => void findings.push({ rule, what });
  const leaders = world.controllers.filter(({ election }) => election.leading);
  if (leaders.length !== 1) blame("one leads", `${leaders.length} controllers lead`);
  for (const { process, controller } of world.controllers) {
    const said = controller.notReady.join("; ");
    if (said !== "") blame("readiness", `${process.name}: ${said}`);
    for (const [key, why] of controller.failures) {
      blame("no failure", `${process.name} ${key}: ${why}`);
    }
  }
  for (const { name, agent, isEnding, networks } of world.kubelet.pods) {
    const canStart = networks.every(({ nad }) => world.kubelet.isAttachable(nad));
    if (!isEnding && canStart && agent?.agent?.ready !== true) {
      blame("readiness", `pod ${name} is not ready`);
    }
  }
  for (const { process, notReady } of world.webhooks) {
    const said = notReady().join("; ");
    if (said !== "") blame("readiness", `${process.name}: ${said}`);
  }
  const nads = new Set((await kube.of(NETWORK_ATTACHMENT_DEFINITIONS).list()).items.map(keyOf));
  const configs = (await kube.of(VMNETCFGS).list()).items;
  const used = new Set(configs.flatMap(networksOf));
  for (const what of leaks(world, { pools, configs })) blame("nothing leaks", what);
  const allocated = new Map<string, string>();
  const served = new Set<string>();
  for (const pool of pools) {
    const key = keyOf(pool);
    if (pool.metadata.deletionTimestamp !== undefined) {
      // It stays as long as VMs use its network.
      if (!used.has(networkOfPool(pool) ?? "")) blame("finalizers", `IPPool ${key} is still going`);
      continue;
    }
    const network = networkOfPool(pool) ?? "";
    if (isServing(pool, { pools, tenants: world }) !== true) continue;
    if (pool.spec.paused === true) continue;
    const { status, reason, message } = getCondition(pool.status?.conditions, "AgentReady") ?? {};
    const holders = holdersOf(world, pool);
    if (!nads.has(network) || !world.kubelet.isAttachable(network)) {
      // Where it was moved before it went, those that serve it are still where it was.
      const serve = holders.length > 0 || servesSomewhere(world, pool);
      if (status === "True" && !serve) {
        blame("readiness", `IPPool ${key}: AgentReady ${reason}, and nobody answers: ${message}`);
      }
      continue;
    }
    served.add(network);
    for (const [address, mac] of entriesOf(pool)) allocated.set(`${network} ${mac}`, address);
    for (const what of miscounts(pool)) blame("counts", what);
    if (status !== "True") {
      blame("served", `IPPool ${key}: AgentReady ${status} ${reason}: ${message}`);
    }
    if (holders.length !== 1) {
      const names = holders.map(({ name }) => name).join(" and ");
      blame("one server", `the server's address of IPPool ${key} is on ${names}`);
    }
  }
  for (const config of configs) {
    if (config.metadata.deletionTimestamp !== undefined) {
      blame("finalizers", `VirtualMachineNetworkConfig ${keyOf(config)} is still going`);
    }
    const { metadata: { generation }, status } = config;
    const { observedGeneration = generation } = status ?? {};
    if (observedGeneration !== generation) {
      blame("readiness", `${keyOf(config)} is of ${generation}, seen is ${observedGeneration}`);
    }
  }
  for (const what of unexplained(world, { pools, configs })) blame("explained", what);
  for (const what of untold(world, { pools, configs })) blame("explained", what);
  for (const vm of world.hypervisor.vms.list()) {
    for (const { network, mac } of world.hypervisor.machine(keyOf(vm))?.nics ?? []) {
      const address = allocated.get(`${network} ${mac}`);
      if (address === undefined || !served.has(network)) continue;
      const client = world.allClients.find(({ segment, name }) =>
        segment.name === network && name === `client ${mac}`
      );
      const uses = client?.address === undefined ? "none" : formatIPv4(client.address);
      if (uses !== address) {
        blame(
          "answered",
          `${keyOf(vm)} ${mac} on ${network} has ${address}, and uses ${uses} (${client?.state})`,
        );
      }
    }
  }
  return findings;
}

/** Whether a pod that was attached to a pool's network has its server's address, wherever that network is now. */
function servesSomewhere({ kubelet }: World, pool: IPPool): boolean {
  const server = readIPv4(pool.spec.ipv4Config.serverIP ?? "");
  const network = networkOfPool(pool);
  return kubelet.pods.some(({ host, networks }) =>
    networks.some(({ nad }) => nad === network) &&
    host.read().addresses.some(({ address }) => address === server)
  );
}

/** The pods on a pool's network that have its server's address. */
function holdersOf(world: World, pool: IPPool): readonly SimPod[] {
  const server = readIPv4(pool.spec.ipv4Config.serverIP ?? "");
  const segment = world.segment(networkOfPool(pool) ?? "");
  return world.kubelet.pods.filter(({ host }) => {
    const { links, addresses } = host.read();
    return addresses.some(({ address, index }) => {
      const on = [...links.values()].find((link) => link.index === index)?.name ?? "";
      return address === server && host.stations.get(on)?.segment === segment;
    });
  });
}
