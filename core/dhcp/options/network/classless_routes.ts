import { AddressError, formatIPv4, parseCidr, readIPv4 } from "../../../net/mod.ts";
import type { ByteWriter } from "../../wire/writer.ts";
import type { OptionDefinition } from "../definition.ts";
import type { OptionFormat } from "../formats/format.ts";
import { isInteger } from "../formats/integer.ts";
import type { PoolSource } from "../pool_source.ts";
import { rowsOf } from "../spelled_options.ts";
import { routersOf } from "./routers.ts";

/** A route as option 121 has it. Addresses are unsigned 32-bit numbers. */
export interface ClasslessRoute {
  /** The lowest address of the subnet. */
  readonly destination: number;
  /** Network bits of the subnet, 0 to 32. */
  readonly prefix: number;
  /** The router; 0 says that the subnet is on the link (RFC 3442). */
  readonly gateway: number;
}

/** For each route the width of the subnet, as many octets of it as are significant, and the router (RFC 3442). */
export const routes: OptionFormat<readonly ClasslessRoute[]> = {
  wanted: "one or more routes: a subnet without host bits and a router",
  accepts(value): value is readonly ClasslessRoute[] {
    return Array.isArray(value) && value.length > 0 && value.every(isRoute);
  },
  decode(reader) {
    if (reader.remaining === 0) reader.fail("at least 1 route", "0 octets");
    const list: ClasslessRoute[] = [];
    while (reader.remaining > 0) {
      const prefix = reader.u8();
      if (prefix > 32) reader.fail("a width from 0 to 32", String(prefix));
      const significant = Math.ceil(prefix / 8);
      const destination = reader.number(significant) * 256 ** (4 - significant);
      list.push({ destination, prefix, gateway: reader.u32() });
    }
    return list;
  },
  encode(writer, value) {
    for (const route of value) writeRoute(writer, route);
  },
};

/** RFC 3442: routes, the default route among them, since a client that gets them ignores option 3 (rule 84). */
export const classlessRoutes: OptionDefinition<121, readonly ClasslessRoute[]> = {
  code: 121,
  name: "classless static routes",
  format: routes,
  fromPool(pool) {
    const said = routesOf(pool);
    const [router] = routersOf(pool);
    if (said.length === 0) return undefined;
    if (router === undefined || said.some(({ prefix }) => prefix === 0)) return said;
    return [...said, { destination: 0, prefix: 0, gateway: router }];
  },
};

/** MS-DHCPE section 2.2.8: the same for old Windows clients, which ask for it by this code (rule 85). */
export const microsoftRoutes: OptionDefinition<249, readonly ClasslessRoute[]> = {
  code: 249,
  name: "classless static routes (Microsoft)",
  format: routes,
  fromPool: (pool) => classlessRoutes.fromPool?.({ ...pool, report: () => {} }),
  askedFor: true,
};

/** What `routes` says. A row that cannot be used is reported and left out. */
function routesOf(pool: PoolSource): ClasslessRoute[] {
  const { report } = pool;
  const found: ClasslessRoute[] = [];
  rowsOf(pool, "routes").forEach((row, index) => {
    const { destination, gateway } = Object(row) as Record<string, unknown>;
    const subnet = readSubnet(destination);
    const router = typeof gateway === "string" ? readIPv4(gateway) : -1;
    if (typeof subnet === "string") {
      report({ path: ["routes", index, "destination"], value: destination, message: subnet });
    }
    if (router < 0) {
      const message = "must be an IPv4 address, or 0.0.0.0 for a subnet on the link";
      report({ path: ["routes", index, "gateway"], value: gateway, message });
    }
    if (typeof subnet !== "string" && router >= 0) found.push({ ...subnet, gateway: router });
  });
  return found;
}

/** The subnet in a text, or a sentence about what it must be. */
function readSubnet(text: unknown): Omit<ClasslessRoute, "gateway"> | string {
  const wanted = "must be a subnet such as 10.0.0.0/8";
  if (typeof text !== "string") return wanted;
  try {
    const { address, network, prefix } = parseCidr(text);
    if (address === network) return { destination: network, prefix };
    return `must be the subnet ${formatIPv4(network)}/${prefix}, without host bits`;
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    return `${wanted}: ${error.why}`;
  }
}

function isRoute(value: unknown): value is ClasslessRoute {
  const { destination, prefix, gateway } = Object(value) as Partial<ClasslessRoute>;
  return isInteger(prefix, 0, 32) && isInteger(gateway, 0, 0xffffffff) &&
    isInteger(destination, 0, 0xffffffff) && destination % 2 ** (32 - prefix) === 0;
}

function writeRoute(writer: ByteWriter, { destination, prefix, gateway }: ClasslessRoute): void {
  const significant = Math.ceil(prefix / 8);
  writer.u8(prefix);
  writer.number(Math.floor(destination / 256 ** (4 - significant)), significant);
  writer.u32(gateway);
}
