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

/** How long the list of a Deployment's networks may be: Linux starts no program with a variable of 128 KiB. */
const MAX_LIST = 120 * 1024;

/** The networks of one Deployment, and how long their list is as JSON. */
interface Part {
  readonly networks: WantedNetwork[];
  length: number;
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
  const parts: Part[] = [];
  const at = (index: number): Part => {
    while (parts.length <= index) parts.push({ networks: [], length: 0 });
    return parts[index] ?? { networks: [], length: 0 };
  };
  /** Puts a network where there is room; answers whether there was. */
  const put = (index: number, network: WantedNetwork): boolean => {
    const part = at(index);
    const length = part.length + JSON.stringify(network.config).length + 1;
    if (part.networks.length >= limit || length > MAX_LIST) return false;
    part.networks.push(network);
    part.length = length;
    return true;
  };
  at(0);
  const homeless: WantedNetwork[] = [];
  for (const network of networks) {
    const place = places.get(network.config.ipPoolRef);
    if (place === undefined || !put(place, network)) homeless.push(network);
  }
  const isClosed = (index: number) => at(index).networks.some(({ isKept }) => isKept);
  for (const deployment of now.filter((one) => isClosed(indexOf(one)))) {
    const gone = servedNetworks(deployment).filter(({ config }) => !wanted.has(config.ipPoolRef));
    at(indexOf(deployment)).networks.push(
      ...gone.map((network) => ({ ...network, holdsUpgrade: false, isKept: true })),
    );
  }
  for (const network of homeless) {
    let index = 0;
    while (isClosed(index) || !put(index, network)) index++;
  }
  const order = ({ config }: WantedNetwork) => config.ipPoolRef;
  return parts.map(({ networks }) => networks.sort((a, b) => order(a) < order(b) ? -1 : 1));
}
