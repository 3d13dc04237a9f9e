/**
 * What must hold when the faults have stopped and time has passed.
 *
 * @module
 */
import { getCondition, networkStatusesOf } from "../../../core/api/mod.ts";
import { networkOfPool } from "../../../core/api/network.ts";
import { formatIPv4 } from "../../../core/net/mod.ts";
import { keyOf, NETWORK_ATTACHMENT_DEFINITIONS, VMNETCFGS } from "../../../kube/mod.ts";
import { networksOf } from "../../../core/vmnetcfg/nics.ts";
import type { World } from "../world/world.ts";
import { leaks } from "./leaks.ts";
import { entriesOf } from "./record_history.ts";
import type { Judge } from "./judge.ts";

/** Looks at everything that is. */
export async function judgeAtRest(world: World, judge: Judge): Promise<void> {
  const { cluster: { kube } } = world;
  const blame = (rule: string, what: string) => judge.blame(`at rest, ${rule}`, what);
  const leaders = world.controllers.filter(({ election }) => election.leading);
  if (leaders.length !== 1) blame("one leads", `${leaders.length} controllers lead`);
  for (const { process, controller, election } of world.controllers) {
    const said = controller.notReady.join("; ");
    if (said !== "") blame("readiness", `${process.name}: ${said}`);
    // Who does not lead was interrupted.
    for (const [key, why] of election.leading ? controller.failures : []) {
      blame("no failure", `${process.name} ${key}: ${why}`);
    }
  }
  for (const { process, notReady } of world.webhooks) {
    const said = notReady().join("; ");
    if (said !== "") blame("readiness", `${process.name}: ${said}`);
  }
  const nads = new Set((await kube.of(NETWORK_ATTACHMENT_DEFINITIONS).list()).items.map(keyOf));
  const configs = (await kube.of(VMNETCFGS).list()).items;
  const used = new Set(configs.flatMap(networksOf));
  for (const what of leaks(world, { pools: judge.pools, configs })) blame("nothing leaks", what);
  const allocated = new Map<string, string>();
  const served = new Set<string>();
  for (const pool of judge.pools) {
    const key = keyOf(pool);
    if (pool.metadata.deletionTimestamp !== undefined) {
      // It stays as long as VMs use its network.
      if (!used.has(networkOfPool(pool) ?? "")) blame("finalizers", `IPPool ${key} is still going`);
      continue;
    }
    const network = networkOfPool(pool) ?? "";
    for (const [address, mac] of entriesOf(pool)) allocated.set(`${network} ${mac}`, address);
    if (pool.spec.paused === true || !nads.has(network)) continue;
    served.add(network);
    const { status, reason, message } = getCondition(pool.status?.conditions, "AgentReady") ?? {};
    if (status !== "True") {
      blame("served", `IPPool ${key}: AgentReady ${status} ${reason}: ${message}`);
    }
  }
  for (const config of configs) {
    if (config.metadata.deletionTimestamp !== undefined) {
      blame("finalizers", `VirtualMachineNetworkConfig ${keyOf(config)} is still going`);
    }
    for (const { state, reason = "", macAddress } of networkStatusesOf(config)) {
      if (state === "Allocated" || reason !== "") continue;
      blame("explained", `${keyOf(config)}: ${macAddress} has no address, and no reason`);
    }
  }
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
}
