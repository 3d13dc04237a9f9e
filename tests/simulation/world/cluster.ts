/**
 * The API server of a simulated cluster, whose state may be put back to an earlier one.
 *
 * @module
 */
import {
  createKubeClient,
  type KubeClient,
  type RestClient,
  toRestClient,
} from "../../../kube/mod.ts";
import type { Clock, Random } from "../../../runtime/clock.ts";
import { EmbeddedApi } from "../../../standalone/api/mod.ts";
import { type Applied, applying } from "../../embedded/applying.ts";
import { OTHER_KINDS } from "../../embedded/kinds.ts";

/** What the server is made with. */
interface ClusterOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** A folder for its state, which a restore needs; unset: it is in memory. */
  readonly folder?: string;
}

/** The embedded API and its backup. */
export class SimCluster {
  readonly #options: ClusterOptions;
  readonly #applied: Applied = new Map();
  #appliedThen: Applied = new Map();
  #api: EmbeddedApi;
  #path: string | undefined;
  #lives = 0;
  #backup: string | undefined;
  readonly #onRestore: (() => void)[] = [];

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#path = this.#newPath();
    this.#api = this.#open();
  }

  /** The server itself, without a way to it that could fail. */
  get rest(): RestClient {
    return toRestClient((request) =>
      applying(this.#api.rest(), this.#applied).performRequest(request)
    );
  }

  /** {@linkcode rest} with types. */
  get kube(): KubeClient {
    return createKubeClient(this.rest);
  }

  /** Called after the state was put back. */
  onRestore(handler: () => void): void {
    this.#onRestore.push(handler);
  }

  /** Keeps the state as it is now. */
  backup(): void {
    if (this.#path === undefined) throw new Error("Cannot back up a state in memory");
    this.#backup = `${this.#options.folder}/backup-${this.#lives}-${this.#api.resourceVersion}`;
    for (const end of ["", "-wal"]) {
      Deno.copyFileSync(`${this.#path}${end}`, `${this.#backup}${end}`);
    }
    this.#appliedThen = new Map(this.#applied);
  }

  /** Puts the state back to the backup, as etcd is restored: every watch ends, resourceVersions go back. */
  restore(): void {
    const backup = this.#backup;
    if (backup === undefined) return;
    this.#api.close();
    this.#path = this.#newPath();
    for (const end of ["", "-wal"]) Deno.copyFileSync(`${backup}${end}`, `${this.#path}${end}`);
    this.#applied.clear();
    for (const [path, body] of this.#appliedThen) this.#applied.set(path, body);
    this.#api = this.#open();
    for (const handler of this.#onRestore) handler();
  }

  /** Ends every watch. */
  close(): void {
    this.#api.close();
  }

  #newPath(): string | undefined {
    const { folder } = this.#options;
    return folder === undefined ? undefined : `${folder}/state-${++this.#lives}`;
  }

  #open(): EmbeddedApi {
    const { clock, random } = this.#options;
    const path = this.#path;
    return new EmbeddedApi({
      clock,
      random,
      kinds: OTHER_KINDS,
      history: 2_000,
      ...(path === undefined ? {} : { path }),
    });
  }
}
