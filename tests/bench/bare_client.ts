/**
 * The least that can be done: the controller's writes by a client that decides nothing.
 *
 * @module
 */
import type { IPPool, VirtualMachineNetworkConfig } from "../../core/api/mod.ts";
import { IPPOOLS, type KubeClient, VMNETCFGS } from "../../kube/mod.ts";

/** What is written of one pool. */
export interface BareWork {
  /** As they are to be in the end. */
  readonly configs: readonly VirtualMachineNetworkConfig[];
  /** As it is, but for its record, which is as it is to be in the end. */
  readonly pool: IPPool;
  /** How often its record is written. */
  readonly poolWrites: number;
}

/** One object, and what is to be called after each of its writes. */
interface Item {
  readonly config: VirtualMachineNetworkConfig;
  readonly record: () => Promise<void>;
}

/** Writes what it is given, with a bounded number of connections. */
export class BareClient {
  readonly #kube: KubeClient;
  readonly #connections: number;

  constructor(kube: KubeClient, connections: number) {
    this.#kube = kube;
    this.#connections = connections;
  }

  /**
   * Makes these objects as the controller made them, those of all pools in turns: a create and a status write each, and so many
   * writes of each pool, spread over the time.
   */
  async write(works: readonly BareWork[]): Promise<void> {
    const client = this.#kube.of(VMNETCFGS);
    const items = this.#inTurns(works);
    const made: Item[] = [];
    await this.#each(items, async ({ config: { status, ...config }, record }) => {
      const written = await client.create(config);
      made.push({ config: { ...written, ...(status && { status }) }, record });
      await record();
    });
    await this.#each(made, async ({ config, record }) => {
      await client.updateStatus(config);
      await record();
    });
  }

  #inTurns(works: readonly BareWork[]): readonly Item[] {
    const rows = works.map((work) => {
      const record = this.#poolWriter(work);
      return work.configs.map((config) => ({ config, record }));
    });
    const longest = Math.max(...rows.map(({ length }) => length));
    return Array.from({ length: longest }, (_, n) => rows.flatMap((row) => row[n] ?? [])).flat();
  }

  /** Writes the pool each time another part of all writes is done, each time with that part of its record. */
  #poolWriter({ pool, poolWrites, configs: { length } }: BareWork): () => Promise<void> {
    let last = Promise.resolve(pool);
    let written = 0;
    let done = 0;
    const entries = Object.entries(pool.status?.ipv4?.allocated ?? {});
    const write = async (present: IPPool) => {
      const part = Math.ceil(entries.length * written / poolWrites);
      const allocated = Object.fromEntries(entries.slice(0, part));
      const ipv4 = { available: 0, ...pool.status?.ipv4, allocated, used: part };
      const status = { ...pool.status, ipv4 };
      return await this.#kube.of(IPPOOLS).updateStatus({ ...present, status });
    };
    return async () => {
      done++;
      if (done / (2 * length) < (written + 1) / poolWrites) return;
      written++;
      last = last.then(write);
      await last;
    };
  }

  async #each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
    const rest = items.values();
    const connection = async () => {
      for (const item of rest) await work(item);
    };
    await Promise.all(Array.from({ length: this.#connections }, connection));
  }
}
