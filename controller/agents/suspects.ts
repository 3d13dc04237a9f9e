/**
 * Which networks keep the new pods of an agent from starting.
 *
 * @module
 */
import type { Accused } from "./network_words.ts";
import type { WantedNetwork } from "./agent_networks.ts";

/** What is known of the pods of one Deployment. */
export interface Attempt {
  /** What keeps all pods of a revision with the Deployment's present networks from being attached; unset where nothing is said to. */
  readonly trouble?: { readonly accused: Accused; readonly forMs: number };
  /** What pods that run are attached to: pool (`namespace/name`) -> hash of the network's configuration. */
  readonly proven: readonly Readonly<Record<string, string>>[];
}

/** Networks that are to be served apart from the others. */
export interface Suspects {
  /** Their pools, `namespace/name`. */
  readonly pools: ReadonlySet<string>;
  /** Of these the ones that pods run attached to, and to no others -> hash of the network's configuration, as those have it. */
  readonly attached: ReadonlyMap<string, string>;
  /** Whether they share one cause, so that they may stay together. */
  readonly isIsolated: boolean;
}

/** How long a failure must last before networks are suspected that are not both new and named: others pass by themselves. */
const PATIENCE_MS = 60_000;

/**
 * The networks that go apart from the others of a Deployment, if any. Those that the kubelet or the scheduler name, as Multus knows
 * them; a name is worth little, since anybody may choose any, so that of several those are meant that no pod is attached to yet.
 * Where none of them is named, those that no pod can be attached to by their own text; else all that no pod is attached to yet,
 * though older pods run and so the node is sound.
 */
export function suspects(
  networks: readonly WantedNetwork[],
  { trouble, proven }: Attempt,
): Suspects | undefined {
  if (trouble === undefined) return undefined;
  const isUnproven = ({ config, attachment }: WantedNetwork) =>
    !proven.some((attached) => attached[config.ipPoolRef] === attachment.hash);
  const { accused, forMs } = trouble;
  const named = networks.filter((network) => isAccused(accused, network));
  const isNamed = named.length > 0;
  const kept = networks.filter(({ isKept }) => isKept);
  const others = kept.length > 0 ? kept : proven.length > 0 ? networks.filter(isUnproven) : [];
  const meant = isNamed ? named : others;
  const unproven = meant.filter(isUnproven);
  const found = unproven.length > 0 ? unproven : meant;
  const isSure = isNamed && unproven.length > 0;
  if (found.length === 0 || (!isSure && forMs < PATIENCE_MS)) return undefined;
  const pools = found.map(({ config }) => config.ipPoolRef);
  return {
    pools: new Set(pools),
    attached: new Map(
      proven.map(Object.entries<string>).filter((own) =>
        own.every(([pool]) => pools.includes(pool))
      ).flat(),
    ),
    isIsolated: isNamed && accused.what === "isolated",
  };
}

/** Whether words that accuse this mean a network. */
export function isAccused(
  accused: Accused,
  { config: { nadName }, attachment: { cniName, resourceName }, isKept }: {
    readonly config: Pick<WantedNetwork["config"], "nadName">;
    readonly attachment: Partial<WantedNetwork["attachment"]>;
    readonly isKept: boolean;
  },
): boolean {
  switch (accused.what) {
    case "configuration":
      return cniName === accused.name;
    case "missing":
      return isKept && nadName === accused.name;
    case "isolated":
      return nadName.startsWith(`${accused.name}/`);
    case "devices":
      return resourceName !== undefined && (accused.names?.includes(resourceName) ?? true);
    case "unnamed":
      return false;
  }
}
