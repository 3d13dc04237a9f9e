import { namespaceOfNetwork, networkOfPool } from "../../api/network.ts";
import type { IPPool } from "../../api/types.ts";

/**
 * How many addresses of a pool a namespace may hold; `Infinity` where nothing bounds it. The network's own namespace is
 * never bounded. The planner and the webhook both ask here.
 *
 * @param pool The pool; a limit that cannot be read is none
 */
export function namespaceLimit(pool: IPPool, namespace: string | undefined): number {
  const limit = limitOf(pool);
  if (limit === Infinity) return limit;
  const network = networkOfPool(pool);
  return network !== undefined && namespaceOfNetwork(network) === namespace ? Infinity : limit;
}

function limitOf({ spec }: IPPool): number {
  const limit: unknown = spec?.limits?.perNamespace;
  return typeof limit === "number" && limit >= 1 ? limit : Infinity;
}

/** What the addresses of one pool are counted by. */
export class NamespaceQuota {
  readonly #pool: IPPool;
  /** Without a limit nothing is counted. */
  readonly #isLimited: boolean;
  readonly #held = new Map<string, number>();

  constructor(pool: IPPool) {
    this.#pool = pool;
    this.#isLimited = limitOf(pool) !== Infinity;
  }

  /** Counts one more address of a namespace. */
  take(namespace: string): void {
    if (this.#isLimited) this.#held.set(namespace, (this.#held.get(namespace) ?? 0) + 1);
  }

  /** Why a namespace gets no more addresses; `undefined` where it may have another one. */
  problem(namespace: string): string | undefined {
    if (!this.#isLimited) return undefined;
    const limit = namespaceLimit(this.#pool, namespace);
    const held = this.#held.get(namespace) ?? 0;
    return held < limit ? undefined : limitProblem(this.#pool, { namespace, held, limit });
  }
}

/** Says that a namespace has all that it may have. */
export function limitProblem(
  { metadata }: IPPool,
  { namespace, held, limit }: {
    readonly namespace: string;
    readonly held: number;
    readonly limit: number;
  },
): string {
  return `Namespace ${namespace} holds ${held} of the ${limit} addresses of IPPool ` +
    `${metadata.namespace ?? ""}/${metadata.name ?? ""} that it may have`;
}
