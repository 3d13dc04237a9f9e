/**
 * The addresses that the agent needs itself, from what it is told of its surroundings.
 *
 * @module
 */
import { isIPv4, parseIPv4 } from "../core/net/mod.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import { nameServers } from "../runtime/name_servers.ts";
import type { NeededAddress } from "./host/needed_addresses.ts";

/** How often the name of the API server is looked up. */
const LOOK_UP_MS = 60_000;

/** What the agent is told. */
interface Surroundings {
  /** Host of the API server's URL. */
  readonly apiServer: string;
  readonly podIp?: string | undefined;
  readonly hostIp?: string | undefined;
  /** Text of `/etc/resolv.conf`. */
  readonly resolvConf: string;
}

/** What of the surroundings is an IPv4 address. */
export function neededAddresses(surroundings: Surroundings): NeededAddress[] {
  const { apiServer, podIp, hostIp, resolvConf } = surroundings;
  return [
    ...named("the API server", [apiServer]),
    ...named("the agent's pod", [podIp]),
    ...named("the agent's node", [hostIp]),
    ...named("a name server", nameServers(resolvConf)),
  ];
}

function named(owner: string, texts: readonly (string | undefined)[]): NeededAddress[] {
  return texts.filter((text) => text !== undefined).filter(isIPv4)
    .map((text) => ({ address: parseIPv4(text), owner }));
}

/** What {@linkcode followApiServer} works with. */
interface FollowOptions {
  /** Answers the IPv4 addresses of a name. */
  readonly lookUp: (name: string) => Promise<readonly string[]>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told whenever the name was looked up. */
  readonly onAddresses: (needed: readonly NeededAddress[]) => void;
}

/** Looks up the API server's addresses again and again where it is known by a name. Resolves when the signal aborts; never rejects. */
export async function followApiServer(
  name: string,
  { lookUp, clock, log, onAddresses }: FollowOptions,
  signal: AbortSignal,
): Promise<void> {
  if (isIPv4(name) || name.startsWith("[")) return;
  while (!signal.aborted) {
    try {
      onAddresses(named("the API server", await lookUp(name)));
    } catch (error) {
      log.debug("Cannot look up the API server", { name, error });
    }
    await clock.sleep(LOOK_UP_MS, signal).catch(() => undefined);
  }
}
