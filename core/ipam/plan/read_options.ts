import type { ClientOptions } from "../../api/client_options.ts";
import { keepClientOptions } from "../../api/options/read_client_options.ts";
import type { IPPool } from "../../api/types.ts";
import type { PoolNetwork } from "../pool/pool_network.ts";
import { optionsProblem } from "../vm/nic_options.ts";

/** What a NIC's own options are worth in its pool. */
interface ReadOptions {
  /** What can be sent; absent where nothing can. */
  readonly options?: ClientOptions;
  /** What cannot, with keys and values; absent where all can. */
  readonly problem?: string;
}

/** Options as written -> how they were read the last time. Reading them takes far longer than finding them here. */
const READ = new WeakMap<ClientOptions, { readonly config: string; readonly read: ReadOptions }>();

/** Reads options of single NICs, as they are written in their VirtualMachineNetworkConfigs, against one pool. */
export class OptionsReader {
  readonly #pool: IPPool["spec"]["ipv4Config"];
  readonly #network: PoolNetwork;
  /** The pool's own words: beside others they may mean something else. */
  #config: string | undefined;

  constructor({ spec: { ipv4Config } }: IPPool, network: PoolNetwork) {
    this.#pool = ipv4Config;
    this.#network = network;
  }

  /** What of it can be sent, and what is wrong with the rest. */
  read(written: ClientOptions): ReadOptions {
    this.#config ??= JSON.stringify(this.#pool);
    const known = READ.get(written);
    if (known?.config === this.#config) return known.read;
    const { cidr, server } = this.#network;
    const { options, errors } = keepClientOptions(written, { cidr, server, pool: this.#pool });
    const problem = optionsProblem(errors);
    const read = {
      ...(Object.keys(options).length === 0 ? {} : { options }),
      ...(problem === undefined ? {} : { problem }),
    };
    READ.set(written, { config: this.#config, read });
    return read;
  }
}
