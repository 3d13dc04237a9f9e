/**
 * Names of the agents' Deployments.
 *
 * @module
 */
import type { Deployment } from "../../kube/objects/builtin_types.ts";
import { hashOf } from "./interface_name.ts";

/** Longest name of a Deployment whose pods' names stay within 63 characters. */
const NAME_LENGTH = 46;
const HASH_LENGTH = 12;
/** What a name has room for before a hyphen and a hash. */
const BEFORE_HASH = NAME_LENGTH - 1 - HASH_LENGTH;
/** End of the name of a group's second Deployment and of those after it. */
const PART = /-part-(\d+)$/;

/** Name of a group's Deployment at a position, 0 for the first. */
export function partName(base: string, index: number): string {
  return index === 0 ? base : `${base}-part-${index + 1}`;
}

/** Name of the first Deployment of the group that one of this name is in. */
export function baseOf(template: string, name: string): string {
  return name === template ? name : name.replace(PART, "");
}

/** Position of a Deployment in its group, from its name's end. */
export function indexOf({ metadata }: Deployment): number {
  const [, number] = PART.exec(metadata.name ?? "") ?? [];
  return number === undefined ? 0 : Number(number) - 1;
}

/**
 * Name of the first Deployment of each cluster network: the template itself for those without one; a name that had to be made to
 * fit is told apart by a hash, and so is one that somebody chose to look like such a name.
 */
export function clusterNetworkNames(
  template: string,
  clusterNetworks: readonly string[],
): ReadonlyMap<string, string> {
  const whole = (clusterNetwork: string) =>
    `${template}-${clusterNetwork.toLowerCase().replaceAll(/[^a-z0-9-]+/g, "-")}`;
  const isPlain = (clusterNetwork: string) => {
    const name = whole(clusterNetwork);
    return name === `${template}-${clusterNetwork}` && name.length <= NAME_LENGTH &&
      !PART.test(name) && !name.startsWith(`${template}${APART}`);
  };
  const hashed = (clusterNetwork: string) =>
    `${whole(clusterNetwork).slice(0, BEFORE_HASH).replace(/-+$/, "")}-${hashOf(clusterNetwork)}`;
  const taken = new Set(clusterNetworks.map(hashed));
  return new Map(clusterNetworks.map((one) => {
    if (one === "") return [one, template];
    const isOwn = isPlain(one) && !taken.has(whole(one));
    return [one, isOwn ? whole(one) : hashed(one)];
  }));
}

const APART = "-apart-";

/** Whether a name is one that {@linkcode apartName} makes. */
export function isApart(template: string, name: string): boolean {
  return name.startsWith(apartName(template, "").slice(0, -HASH_LENGTH));
}

/** Name of the Deployment of what is served apart: `key` says what that is. */
export function apartName(template: string, key: string): string {
  return `${template.slice(0, BEFORE_HASH - APART.length + 1)}${APART}${hashOf(key)}`;
}
