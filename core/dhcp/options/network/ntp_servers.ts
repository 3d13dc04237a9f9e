import { readIPv4 } from "../../../net/mod.ts";
import type { OptionDefinition } from "../definition.ts";
import { addresses } from "../formats/address.ts";
import { valuesOf } from "../pool_source.ts";

/** RFC 2132 section 8.3. Addresses stand for themselves, names for what the controller resolved them to (rule 87). */
export const ntpServers: OptionDefinition<42, readonly number[]> = {
  code: 42,
  name: "network time protocol servers",
  format: addresses,
  fromPool(pool) {
    const resolved = pool.status.ntpServers ?? {};
    return valuesOf(pool, "ntp", (text) => {
      const known = Object.hasOwn(resolved, text) ? resolved[text] ?? [] : [];
      const servers = [text, ...known].map(readIPv4).filter((server) => server > 0);
      if (servers.length > 0) return servers;
      return "must be an IPv4 address, or a name that the controller could resolve";
    });
  },
};
