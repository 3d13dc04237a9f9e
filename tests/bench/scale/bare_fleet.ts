/**
 * What the controller wrote for a fleet, written once more by the bare client.
 *
 * @module
 */
import type { VirtualMachineNetworkConfig } from "../../../core/api/mod.ts";
import { type KubeClient, VIRTUAL_MACHINES } from "../../../kube/mod.ts";
import { vm } from "../../controller/objects.ts";
import { BareClient, type BareWork } from "../bare_client.ts";
import type { Fleet } from "./fleet.ts";

/** What is written. */
interface BareFleetOptions {
  readonly kube: KubeClient;
  readonly fleet: Fleet;
  readonly connections: number;
  /** As the controller left them, those of all networks in turns. */
  readonly like: readonly VirtualMachineNetworkConfig[];
  readonly networks: number;
  /** Of each pool. */
  readonly poolWrites: number;
}

const PREFIX = "bare";

/** Milliseconds that it takes while as many VMs are created, which nobody looks at. */
export async function bareFleet(options: BareFleetOptions): Promise<number> {
  const { kube, fleet, connections, like, networks } = options;
  await fleet.createPools(PREFIX, networks);
  const works = await worksOf(options);
  const start = performance.now();
  await Promise.all([
    new BareClient(kube, connections).write(works),
    fleet.untilAllocated(PREFIX, like.length),
    fleet.createVms("more", { vms: like.length, networks }),
  ]);
  return performance.now() - start;
}

async function worksOf(
  { kube, fleet, like, poolWrites }: BareFleetOptions,
): Promise<readonly BareWork[]> {
  const { apiVersion, kind } = VIRTUAL_MACHINES;
  // One owner for all: the garbage collector would delete what nobody owns.
  const anchor = await kube.of(VIRTUAL_MACHINES).create(
    { apiVersion, kind, ...vm(`default/owner-of-${PREFIX}`, []) } as never,
  );
  const owner = {
    apiVersion,
    kind,
    name: anchor.metadata.name ?? "",
    uid: anchor.metadata.uid ?? "",
  };
  const pools = await fleet.pools(PREFIX);
  return pools.map((pool, turn) => {
    const own = like.filter((_, n) => n % pools.length === turn);
    const configs = own.map(({ apiVersion, kind, metadata, spec, status }) => ({
      ...{ apiVersion, kind, spec },
      ...(status && { status }),
      metadata: {
        namespace: "default",
        name: `${PREFIX}-${metadata.name}`,
        labels: metadata.labels ?? {},
        finalizers: metadata.finalizers ?? [],
        ownerReferences: [owner],
      },
    }));
    const allocated = Object.fromEntries(own.map(({ status, spec }) => [
      status?.networkConfig?.[0]?.allocatedIPAddress ?? "",
      spec.networkConfig?.[0]?.macAddress ?? "",
    ]));
    const status = { ipv4: { allocated, used: own.length, available: 0 } };
    return { configs, poolWrites, pool: { ...pool, status } };
  });
}
