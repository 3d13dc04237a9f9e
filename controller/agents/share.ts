/**
 * Which of a group's Deployments serves which network.
 *
 * @module
 */
import type { Deployment } from "../../kube/objects/builtin_types.ts";
import { indexOf, partName } from "./agent_names.ts";
import type { WantedNetwork } from "./agent_networks.ts";
import { servedBy, servedNetworks } from "./served_networks.ts";

/** What is there. */
interface ShareOptions {
  /** Name of the group's first Deployment. */
  readonly base: string;
  /** All Deployments, as they are now. */
  readonly present: readonly Deployment[];
  /** All pools that want an agent, `namespace/name`. */
  readonly wanted: ReadonlySet<string>;
  /** Networks of one Deployment at most. */
  readonly limit: number;
}

/**
 * Networks by the position of their Deployment: where each is now if there is room, else the first with room. A Deployment with a
 * network that no new pod can be attached to takes no other, and keeps those that nobody wants any more: its pods are to stay.
 */
export function share(
  networks: readonly WantedNetwork[],
  { base, present, wanted, limit }: ShareOptions,
): WantedNetwork[][] {
  const now = present.filter((one) => one.metadata.name === partName(base, indexOf(one)));
  const places = new Map<string, number>();
  for (const deployment of now) {
    for (const pool of servedBy(deployment)) places.set(pool, indexOf(deployment));
  }
  const shares: WantedNetwork[][] = [[]];
  const at = (index: number): WantedNetwork[] => {
    while (shares.length <= index) shares.push([]);
    return shares[index] ?? [];
  };
  const homeless: WantedNetwork[] = [];
  for (const network of networks) {
    const place = places.get(network.config.ipPoolRef);
    if (place !== undefined && at(place).length < limit) at(place).push(network);
    else homeless.push(network);
  }
  const isClosed = (index: number) => at(index).some(({ isKept }) => isKept);
  for (const deployment of now.filter((one) => isClosed(indexOf(one)))) {
    const gone = servedNetworks(deployment).filter(({ config }) => !wanted.has(config.ipPoolRef));
    at(indexOf(deployment)).push(
      ...gone.map((network) => ({ ...network, holdsUpgrade: false, isKept: true })),
    );
  }
  for (const network of homeless) {
    let index = 0;
    while (at(index).length >= limit || isClosed(index)) index++;
    at(index).push(network);
  }
  const order = ({ config }: WantedNetwork) => config.ipPoolRef;
  return shares.map((part) => part.sort((a, b) => order(a) < order(b) ? -1 : 1));
}
