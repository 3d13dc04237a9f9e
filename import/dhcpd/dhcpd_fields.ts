/**
 * Statements of a `dhcpd.conf` that fields of a pool stand for, and those that nothing here stands for.
 *
 * @module
 */
import { readIPv4 } from "../../core/net/mod.ts";
import type { FieldName, Setting } from "../options/setting.ts";
import type { Ledger, Statement } from "../source/ledger.ts";
import { endsBefore, isSign, type Node } from "./parse_dhcpd.ts";

const SECONDS: ReadonlyMap<string, FieldName> = new Map([
  ["default-lease-time", "leaseTime"],
  ["max-lease-time", "maxLeaseTime"],
]);
const ADDRESSES: ReadonlyMap<string, FieldName> = new Map([
  ["next-server", "nextServer"],
  ["server-identifier", "serverIP"],
]);
const TEXTS: ReadonlyMap<string, FieldName> = new Map([
  ["filename", "bootFileName"],
  ["server-name", "tftpServerName"],
]);

/** Beginnings of statements, and why they have no place here. */
const REASONS: readonly (readonly [begin: string, reason: string])[] = [
  ["min-lease-time", "there is no shortest lease"],
  ["min-secs", "the server answers at once"],
  ["ddns", "the server writes nothing into DNS"],
  ["update-", "the server writes nothing into DNS"],
  ["do-forward-updates", "the server writes nothing into DNS"],
  ["log-facility", "logs go where the program's output goes"],
  ["one-lease-per-client", "a MAC address has one address anyway"],
  ["ping", "who has an address already is asked by conflictDetection"],
  ["client-identifier", "a machine is known by its MAC address"],
  ["uid", "a machine is known by its MAC address"],
  ["host-identifier", "a machine is known by its MAC address"],
  ["deny unknown-clients", "every VM of the network gets an address"],
  ["ignore unknown-clients", "every VM of the network gets an address"],
  ["allow unknown-clients", "every VM of the network gets an address"],
  ["allow booting", "every client with an address is answered"],
  ["ignore client-updates", "the server writes nothing into DNS"],
  ["deny client-updates", "the server writes nothing into DNS"],
  ["allow client-updates", "the server writes nothing into DNS"],
  ["get-lease-hostnames", "clients are told the names of their VMs (hostnames)"],
  ["failover", "agents stand by for each other by themselves"],
  ["omapi", "objects are changed through the Kubernetes API"],
];
const NOTHING_LIKE_IT = "there is nothing like it here";

/** The setting of a statement; `undefined`, and a comment, where no field stands for it. */
export function fieldSetting(
  { tokens }: Node,
  statement: Statement,
  ledger: Ledger,
): Setting | undefined {
  const words = tokens.map(({ text }) => text);
  const word = words[0]?.toLowerCase() ?? "";
  const value = words[1] ?? "";
  const setting = (field: FieldName, it: string | number | boolean): Setting => ({
    kind: "field",
    ...{ field, value: it, statement },
  });
  const wanted = (what: string) => {
    ledger.note(statement, `${what} is wanted`);
    return undefined;
  };
  const [seconds, address, text] = [SECONDS.get(word), ADDRESSES.get(word), TEXTS.get(word)];
  // What is computed has brackets; behind a value, a comma goes on.
  const isOne = !tokens.some((token) => isSign(token, "(") || isSign(token, ","));
  if ((seconds ?? address ?? text) !== undefined && isOne) endsBefore(tokens[2]);
  if (words.length === 2) {
    if (seconds !== undefined) {
      const known = /^\d{1,10}$/.test(value) && Number(value) >= 1 && Number(value) <= 0xffff_ffff;
      return known ? setting(seconds, Number(value)) : wanted("a number of seconds");
    }
    if (address !== undefined) {
      return readIPv4(value) >= 0
        ? setting(address, value)
        : wanted("an IPv4 address, not a name,");
    }
    if (text !== undefined) return value === "" ? wanted("a text") : setting(text, value);
  }
  const isOn = /^(on|true)$/.test(value);
  switch (words.join(" ").toLowerCase()) {
    case "authoritative":
      return setting("authoritative", true);
    case "not authoritative":
      return setting("authoritative", false);
    case "allow bootp":
      return setting("bootp", true);
    case "deny bootp":
    case "ignore bootp":
      return setting("bootp", false);
    case "use-host-decl-names on":
    case "use-host-decl-names true":
    case "use-host-decl-names off":
    case "use-host-decl-names false":
      return setting("hostnames", isOn);
  }
  const begin = words.join(" ").toLowerCase();
  const known = REASONS.find(([one]) => begin.startsWith(one));
  ledger.note(statement, known?.[1] ?? NOTHING_LIKE_IT);
  return undefined;
}
