/**
 * Many VMs on many networks.
 *
 * @module
 */
import {
  getCondition,
  type IPPool,
  type VirtualMachineNetworkConfig,
} from "../../../core/api/mod.ts";
import { ADDRESSES_ANNOTATION } from "../../../core/api/names.ts";
import {
  createInformer,
  type Informer,
  IPPOOLS,
  type KubeClient,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../../kube/mod.ts";
import { systemClock } from "../../../runtime/clock.ts";
import { mac, pool, vm } from "../../controller/objects.ts";
import { inParallel } from "../storm.ts";

/** Those who create VMs and pools at once. */
const CREATORS = 32;
/** Addresses of one network: a /20. */
const NETWORK_SIZE = 4_096;
const FIRST_NETWORK = 0x0a000000;
const FIRST_CLIENT = 256;
const DEADLINE_MS = 1_800_000;

/** What is known of all objects of one kind of name. */
interface Counts {
  all: number;
  allocated: number;
  noted: number;
}

/** Pools `prefix-1`..., each of a network of its own, and VMs on them in turns. */
export class Fleet {
  readonly configs: Informer<VirtualMachineNetworkConfig>;
  readonly #kube: KubeClient;
  readonly #counts = new Map<string, Counts>();

  constructor(kube: KubeClient) {
    this.#kube = kube;
    this.configs = createInformer({ client: kube.of(VMNETCFGS) });
    this.configs.onChange((_, before, after) => {
      if (before !== undefined) this.#count(before, -1);
      if (after !== undefined) this.#count(after, 1);
    });
  }

  /** Makes the pools of so many networks. */
  async createPools(prefix: string, networks: number): Promise<void> {
    const { apiVersion, kind } = IPPOOLS;
    const at = (n: number, host: number) => text(FIRST_NETWORK + n * NETWORK_SIZE + host);
    await inParallel(CREATORS, range(networks), async (n) => {
      const config = {
        cidr: `${at(n, 0)}/20`,
        serverIP: at(n, 1),
        pool: { start: at(n, FIRST_CLIENT), end: at(n, NETWORK_SIZE - 2) },
      };
      await this.#kube.of(IPPOOLS).create(
        { apiVersion, kind, ...pool(`default/${prefix}-${n}`, config) } as never,
      );
    });
  }

  /** Makes VMs; the next one is on the next network. */
  async createVms(
    prefix: string,
    { vms, networks }: { readonly vms: number; readonly networks: number },
  ): Promise<void> {
    await inParallel(
      CREATORS,
      range(vms),
      (n) => this.createVm(`${prefix}-${n}`, { n, network: `${prefix}-${1 + n % networks}` }),
    );
  }

  /** Makes the n-th VM. */
  async createVm(
    name: string,
    { n, network }: { readonly n: number; readonly network: string },
  ): Promise<void> {
    const { apiVersion, kind } = VIRTUAL_MACHINES;
    const object = vm(`default/${name}`, [{ network: `default/${network}`, mac: mac(n) }]);
    await this.#kube.of(VIRTUAL_MACHINES).create({ apiVersion, kind, ...object } as never);
  }

  /** The pools as they are now. */
  async pools(prefix: string): Promise<readonly IPPool[]> {
    const { items } = await this.#kube.of(IPPOOLS).list();
    return items.filter(({ metadata: { name } }) => prefixOf(name) === prefix);
  }

  /** Milliseconds until so many are Allocated, and no others are left. */
  untilAllocated(prefix: string, count: number): Promise<number> {
    return until(`${count} of ${prefix} Allocated`, () => {
      const { all, allocated } = this.#of(prefix);
      return all === count && allocated === count;
    });
  }

  /** Milliseconds until all note their addresses. */
  untilNoted(prefix: string): Promise<number> {
    return until(`all of ${prefix} noted`, () => {
      const { all, noted } = this.#of(prefix);
      return all === noted;
    });
  }

  /** The objects of these VMs. */
  own(prefix: string): readonly VirtualMachineNetworkConfig[] {
    return [...this.configs.list()].filter(({ metadata: { name } }) => prefixOf(name) === prefix);
  }

  #count(config: VirtualMachineNetworkConfig, by: number): void {
    const counts = this.#of(prefixOf(config.metadata.name));
    counts.all += by;
    const { status, metadata: { annotations } } = config;
    if (getCondition(status?.conditions, "Allocated")?.status === "True") counts.allocated += by;
    if (annotations?.[ADDRESSES_ANNOTATION] !== undefined) counts.noted += by;
  }

  #of(prefix: string): Counts {
    let counts = this.#counts.get(prefix);
    if (counts === undefined) {
      counts = { all: 0, allocated: 0, noted: 0 };
      this.#counts.set(prefix, counts);
    }
    return counts;
  }
}

async function until(what: string, is: () => boolean): Promise<number> {
  const start = performance.now();
  while (!is()) {
    if (performance.now() - start > DEADLINE_MS) throw new Error(`Cannot reach in time: ${what}`);
    await systemClock.sleep(5);
  }
  return performance.now() - start;
}

/** `a-17` -> `a`. */
function prefixOf(name = ""): string {
  return name.split("-", 1)[0] ?? "";
}

function text(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
