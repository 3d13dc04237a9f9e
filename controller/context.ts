/**
 * What the loops share.
 *
 * @module
 */
import type {
  IPPool,
  NetworkAttachmentDefinition,
  VirtualMachine,
  VirtualMachineNetworkConfig,
} from "../core/api/types.ts";
import type { ResourceClient, WorkQueue } from "../kube/types.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import type { AgentReports } from "./agent_reports.ts";
import type { AgentTrouble } from "./decide/agent_trouble.ts";
import type { Ledger } from "./ledger.ts";
import type { NtpNames } from "./ntp_names.ts";
import type { Teller } from "./tell.ts";
import type { World } from "./world.ts";

/** The queues of keys: of VMs, VirtualMachineNetworkConfigs, IPPools, networks (all `namespace/name`). */
export interface Queues {
  readonly vms: WorkQueue;
  readonly configs: WorkQueue;
  readonly pools: WorkQueue;
  readonly networks: WorkQueue;
}

/** The clients by which the loops write. */
export interface Clients {
  readonly vms: ResourceClient<VirtualMachine>;
  readonly configs: ResourceClient<VirtualMachineNetworkConfig>;
  readonly pools: ResourceClient<IPPool>;
  readonly nads: ResourceClient<NetworkAttachmentDefinition>;
  /** Whether the cluster has VirtualMachines at all; asked anew from time to time. */
  servesVms(signal: AbortSignal): Promise<boolean>;
}

/** What every loop is given. */
export interface Context {
  readonly world: World;
  readonly clients: Clients;
  readonly queues: Queues;
  readonly ledger: Ledger;
  readonly reports: AgentReports;
  readonly teller: Teller;
  /** VM -> when it was first seen to be gone while something it owned was left, on the monotonic clock. */
  readonly goneSince: Map<string, number>;
  /** Unset: host names of NTP servers are left as they are recorded. */
  readonly ntp?: NtpNames;
  readonly clock: Clock;
  readonly log: Logger;
  readonly resyncMs: number;
  readonly collectorMs: number;
  /** Why no pod that is to serve a pool (`namespace/name`) runs; unset where no agents are made. */
  readonly agentTrouble?: (pool: string) => AgentTrouble | undefined;
  /** Queues a pool for planning, after what else comes for it has been gathered. */
  touchPool(key: string): void;
}
