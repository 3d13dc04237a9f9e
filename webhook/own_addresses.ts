/**
 * What a pod knows of the addresses that its cluster needs.
 *
 * @module
 */
import { isIPv4 } from "../core/net/mod.ts";
import { nameServers } from "../runtime/name_servers.ts";
import type { OwnAddress } from "./judge/decision.ts";

/** Variables of a pod's environment, and what the address in each is. */
const VARIABLES = [
  ["KUBERNETES_SERVICE_HOST", "the API server's"],
  ["POD_IP", "a pod's of the webhook"],
  ["HOST_IP", "a node's"],
] as const;

/**
 * The addresses that a pod knows of.
 *
 * @param resolvConf Text of `/etc/resolv.conf`; empty where it cannot be read
 */
export function ownAddresses(
  env: Readonly<Record<string, string | undefined>>,
  resolvConf: string,
): readonly OwnAddress[] {
  const known = VARIABLES.map(([variable, name]) => ({ address: env[variable] ?? "", name }));
  const resolvers = nameServers(resolvConf).map((address) => ({
    address,
    name: "a name server's",
  }));
  return [...known, ...resolvers].filter(({ address }) => isIPv4(address));
}
