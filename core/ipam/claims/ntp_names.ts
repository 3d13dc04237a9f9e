import { ntpProblem } from "../../api/fields/field_checks.ts";
import { namespaceOfNetwork, networkOfPool } from "../../api/network.ts";
import type { IPPool } from "../../api/types.ts";
import { isIPv4 } from "../../net/mod.ts";
import type { Claim } from "../types.ts";

/** How many host names of single NICs are resolved for one pool, and how many of them for one namespace. */
const MAX_NAMES = { all: 64, ofNamespace: 16 };

/**
 * The NTP servers of a pool that it or any of its NICs names by host name, so that they are resolved. Of those of NICs so many that
 * their addresses have room in the record: one of each namespace after another, the network's own first, until there is no more room, so
 * that no namespace keeps others out. What is resolved already comes first, of one namespace and of those whose turn it is.
 */
export function ntpNames(pool: IPPool, claims: readonly Claim[]): readonly string[] {
  const { spec, status } = pool;
  const own: unknown = spec?.ipv4Config?.ntp ?? [];
  const names = Array.isArray(own) ? own.filter((name) => typeof name === "string") : [];
  const recorded = status?.ipv4?.ntpServers ?? {};
  const byNamespace = new Map<string, Set<string>>();
  for (const { owner: { namespace }, options, state } of claims) {
    if (options === undefined || state === "releasing") continue;
    const asked: unknown = options.ntp;
    const hosts = (Array.isArray(asked) ? asked : []).filter((name) =>
      typeof name === "string" && ntpProblem(name) === undefined && !isIPv4(name)
    );
    if (hosts.length === 0) continue;
    const known = byNamespace.get(namespace) ?? new Set();
    byNamespace.set(namespace, known);
    for (const host of hosts) known.add(host);
  }
  if (byNamespace.size === 0) return names;
  const isKnown = (host: string) => Number(Object.hasOwn(recorded, host));
  const network = networkOfPool(pool);
  const home = network === undefined ? undefined : namespaceOfNetwork(network);
  const shares = [...byNamespace].map(([namespace, hosts]) => ({
    namespace,
    hosts: [...hosts].sort((a, b) => isKnown(b) - isKnown(a) || (a < b ? -1 : 1)),
  })).sort((a, b) =>
    Number(b.namespace === home) - Number(a.namespace === home) ||
    isKnown(b.hosts[0] ?? "") - isKnown(a.hosts[0] ?? "") || (a.namespace < b.namespace ? -1 : 1)
  );
  const gathered = new Set<string>();
  for (let turn = 0; turn < MAX_NAMES.ofNamespace; turn++) {
    for (const { hosts: { [turn]: host } } of shares) {
      if (host !== undefined && gathered.size < MAX_NAMES.all) gathered.add(host);
    }
  }
  return [...new Set([...names, ...gathered])];
}
