/**
 * Many VMs at once, and what became of them.
 *
 * @module
 */
import {
  ADDRESSES_ANNOTATION,
  getCondition,
  type VirtualMachineNetworkConfig,
} from "../../core/api/mod.ts";
import { type Informer, IPPOOLS, type KubeClient, VIRTUAL_MACHINES } from "../../kube/mod.ts";
import { systemClock } from "../../runtime/clock.ts";
import { mac, pool, vm } from "../controller/objects.ts";

/** VMs of one storm. */
export const VMS = 1_000;

const CREATORS = 32;
const DEADLINE_MS = 180_000;
const RANGE = {
  cidr: "10.48.0.0/16",
  serverIP: "10.48.0.1",
  pool: { start: "10.48.1.0", end: "10.48.16.255" },
};

/** Makes storms, each with a prefix: the name of its pool and of its network. */
export class Storm {
  readonly #kube: KubeClient;
  readonly #configs: Informer<VirtualMachineNetworkConfig>;

  constructor(kube: KubeClient, configs: Informer<VirtualMachineNetworkConfig>) {
    this.#kube = kube;
    this.#configs = configs;
  }

  /** VMs `prefix-1`..., each deleted again at once where `doomed` says so. */
  async createVms(prefix: string, doomed: (n: number) => boolean = () => false): Promise<void> {
    const vms = this.#kube.of(VIRTUAL_MACHINES);
    await inParallel(CREATORS, range(VMS), async (n) => {
      const name = `${prefix}-${n}`;
      const { apiVersion, kind } = VIRTUAL_MACHINES;
      const object = vm(`default/${name}`, [{ network: `default/${prefix}`, mac: mac(n) }]);
      await vms.create({ apiVersion, kind, ...object } as never);
      if (doomed(n)) await vms.delete({ namespace: "default", name });
    });
  }

  async createPool(name: string): Promise<void> {
    const { apiVersion, kind } = IPPOOLS;
    await this.#kube.of(IPPOOLS).create(
      { apiVersion, kind, ...pool(`default/${name}`, RANGE) } as never,
    );
  }

  /** Deletes all VMs of a storm. */
  async deleteVms(prefix: string): Promise<void> {
    const vms = this.#kube.of(VIRTUAL_MACHINES);
    await inParallel(
      CREATORS,
      range(VMS),
      (n) => vms.delete({ namespace: "default", name: `${prefix}-${n}` }),
    );
  }

  /** Milliseconds until `count` objects of a storm are Allocated and no others are left. */
  async untilAllocated(prefix: string, count: number, start: number): Promise<number> {
    return await this.#until(start, `${count} of ${prefix} Allocated`, () => {
      const own = this.own(prefix);
      return own.length === count && own.every(isAllocated);
    });
  }

  /** Milliseconds until every object of a storm notes its addresses. */
  async untilNoted(prefix: string, start: number): Promise<number> {
    return await this.#until(
      start,
      `all of ${prefix} noted`,
      () =>
        this.own(prefix).every(({ metadata }) =>
          metadata.annotations?.[ADDRESSES_ANNOTATION] !== undefined
        ),
    );
  }

  /** Milliseconds until the record of a pool has so many addresses. */
  async untilUsed(name: string, used: number, start: number): Promise<number> {
    let now: number | undefined;
    return await this.#until(start, `${used} used in ${name}`, async () => {
      now = (await this.#kube.of(IPPOOLS).get({ namespace: "default", name }))?.status?.ipv4?.used;
      return now === used;
    });
  }

  /** Addresses that two NICs have, and records that nobody claims. */
  async faults(prefix: string): Promise<{ readonly duplicates: number; readonly leaks: number }> {
    const found = await this.#kube.of(IPPOOLS).get({ namespace: "default", name: prefix });
    const recorded = Object.entries(found?.status?.ipv4?.allocated ?? {}).filter(([, mac]) =>
      mac.includes(":")
    );
    const shown = this.own(prefix).flatMap(({ status }) =>
      status?.networkConfig?.flatMap(({ allocatedIPAddress }) => allocatedIPAddress ?? []) ?? []
    );
    const macs = new Set(recorded.map(([, mac]) => mac));
    const duplicates = recorded.length - macs.size + shown.length - new Set(shown).size;
    const known = new Set(shown);
    return { duplicates, leaks: recorded.filter(([address]) => !known.has(address)).length };
  }

  /** The objects of a storm. */
  own(prefix: string): readonly VirtualMachineNetworkConfig[] {
    return [...this.#configs.list()].filter(({ metadata }) =>
      metadata.name?.startsWith(`${prefix}-`)
    );
  }

  async #until(
    start: number,
    what: string,
    is: () => boolean | Promise<boolean>,
  ): Promise<number> {
    while (!await is()) {
      if (performance.now() - start > DEADLINE_MS) throw new Error(`Cannot reach in time: ${what}`);
      await systemClock.sleep(5);
    }
    return performance.now() - start;
  }
}

function isAllocated({ status }: VirtualMachineNetworkConfig): boolean {
  return getCondition(status?.conditions, "Allocated")?.status === "True";
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** Does all of this, so much at a time. */
export async function inParallel<T>(
  width: number,
  items: Iterable<T>,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const rest = Iterator.from(items);
  const worker = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
