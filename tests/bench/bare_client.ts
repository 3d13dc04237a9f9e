/**
 * The least that can be done: the controller's writes by a client that decides nothing.
 *
 * @module
 */
import type { IPPool, VirtualMachineNetworkConfig } from "../../core/api/mod.ts";
import { IPPOOLS, type KubeClient, VMNETCFGS } from "../../kube/mod.ts";

/** Writes what it is given, with a bounded number of connections. */
export class BareClient {
  readonly #kube: KubeClient;
  readonly #connections: number;

  constructor(kube: KubeClient, connections: number) {
    this.#kube = kube;
    this.#connections = connections;
  }

  /**
   * Makes these objects as the controller made them: a create and a status write each, and so many writes of the pool,
   * spread over the time.
   */
  async write(
    configs: readonly VirtualMachineNetworkConfig[],
    { pool, poolWrites }: { readonly pool: IPPool; readonly poolWrites: number },
  ): Promise<void> {
    const client = this.#kube.of(VMNETCFGS);
    const record = this.#poolWriter(pool, { poolWrites, configs: configs.length });
    const made: VirtualMachineNetworkConfig[] = [];
    await this.#each(configs, async ({ status: _, ...config }) => {
      made.push(await client.create(config));
      await record();
    });
    const statuses = new Map(configs.map((config) => [config.metadata.name, config.status]));
    await this.#each(made, async (config) => {
      const status = statuses.get(config.metadata.name);
      await client.updateStatus({ ...config, ...(status && { status }) });
      await record();
    });
  }

  /** Writes the pool each time another part of all writes is done, each time with that part of its record. */
  #poolWriter(
    pool: IPPool,
    { poolWrites, configs }: { readonly poolWrites: number; readonly configs: number },
  ): () => Promise<void> {
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
      if (done / (2 * configs) < (written + 1) / poolWrites) return;
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
