/**
 * What the reconciles share.
 *
 * @module
 */
import type { Tenancy } from "../core/api/tenancy.ts";
import type {
  IPPool,
  NetworkAttachmentDefinition,
  VirtualMachine,
  VirtualMachineNetworkConfig,
} from "../core/api/types.ts";
import type { AgentTrouble } from "../core/reasons/reasons.ts";
import type { ResourceClient, WorkQueue } from "../kube/types.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import type { Tracing } from "../runtime/tracing.ts";
import type { ClusterCache } from "./cluster/cluster_cache.ts";
import type { ServedSchemas } from "./cluster/served_schemas.ts";
import type { HistoryWriter } from "./history/history_writer.ts";
import type { Memory } from "./memory/memory.ts";
import type { GuardedWriter } from "./write/guarded_writer.ts";

/**
 * The queues of keys: of VMs, VirtualMachineNetworkConfigs, those that are to note their addresses, IPPools, networks (all
 * `namespace/name`).
 */
export interface Queues {
  readonly vms: WorkQueue;
  readonly configs: WorkQueue;
  readonly annotations: WorkQueue;
  readonly pools: WorkQueue;
  readonly networks: WorkQueue;
}

/** What every reconcile is given. */
export interface Context {
  /** Whether this controller works. Nothing is queued while it does not: work begins with a look at everything. */
  isWorking: boolean;
  /** What is known of the cluster. */
  readonly cluster: ClusterCache;
  readonly queues: Queues;
  /** What the API server keeps of what is written. */
  readonly schemas: ServedSchemas;
  readonly memory: Memory;
  /** What became of each pool's addresses; unset where no history is kept. */
  readonly history?: HistoryWriter;
  readonly pools: GuardedWriter<IPPool>;
  readonly configs: GuardedWriter<VirtualMachineNetworkConfig>;
  readonly nads: Pick<ResourceClient<NetworkAttachmentDefinition>, "patch">;
  readonly vms: Pick<ResourceClient<VirtualMachine>, "get">;
  /** Whether the cluster has VirtualMachines at all; asked anew from time to time. */
  servesVms(signal: AbortSignal): Promise<boolean>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Where the way of each new VM to its address is told; unset: nowhere. */
  readonly tracing?: Tracing | undefined;
  readonly tenancy: Tenancy;
  readonly resyncMs: number;
  readonly collectorMs: number;
  /** Why no pod that is to serve a pool (`namespace/name`) runs; unset where no agents are made. */
  readonly agentTrouble?: (pool: string) => AgentTrouble | undefined;
  /** An agent tells something new of a pool (`namespace/name`); unset where no agents are made. */
  readonly onReport?: (pool: string) => void;
  /** Queues a pool for planning, after what else comes for it has been gathered. */
  touchPool(key: string): void;
}
