/**
 * Reads the files in which DHCP servers keep their leases.
 *
 * @module
 */
import { readIPv4, readMac } from "../../core/net/mod.ts";
import { isSign, nodeText, parseDhcpd } from "../dhcpd/parse_dhcpd.ts";
import type { Ledger, Statement } from "../source/ledger.ts";
import { ImportError } from "../source/place.ts";

/** A lease. */
export interface Lease {
  readonly statement: Statement;
  readonly address: number;
  /** -1 where there is none. */
  readonly mac: number;
  readonly name: string;
  readonly isActive: boolean;
  /** Milliseconds since 1970. */
  readonly ends: number;
}

/**
 * `dhcpd.leases`.
 *
 * @throws {ImportError} where it is none.
 */
export function dhcpdLeases(file: string, text: string, ledger: Ledger): readonly Lease[] {
  const nodes = parseDhcpd(file, text);
  const last = new Map(nodes.map((node) => [nodeText(node), node]));
  return nodes.flatMap((node): readonly Lease[] => {
    const [word, second] = node.tokens;
    const address = readIPv4(second?.text ?? "");
    const isHost = isSign(word, "host");
    if (!isHost && (!isSign(word, "lease") || address < 0)) return [];
    const find = (...words: readonly string[]): readonly string[] =>
      (node.block ?? []).find(({ tokens }) =>
        words.every((one, index) => isSign(tokens[index], one))
      )
        ?.tokens.slice(words.length).map((token) => token.text) ?? [];
    const statement = ledger.add(node.place, nodeText(node));
    const mac = readMac(find("hardware", "ethernet")[0] ?? "");
    if (isHost) {
      // What is said of a machine last counts, for example that it is deleted.
      if (last.get(nodeText(node)) !== node) return [];
      const addresses = find("fixed-address").map(readIPv4).filter((one) => one >= 0);
      const name = second?.text ?? "";
      const isActive = !(node.block ?? []).some(({ tokens }) => isSign(tokens[0], "deleted"));
      return addresses.map((one) => ({
        ...{ statement, mac, name, isActive, address: one, ends: Infinity },
      }));
    }
    return [{
      ...{ statement, address, mac },
      name: find("client-hostname")[0] ?? "",
      isActive: find("binding", "state")[0] === "active",
      ends: endOf(find("ends")),
    }];
  });
}

/** `2 2026/11/30 06:00:00` in UTC, `epoch 1796000000`, `never`. */
function endOf([first, second, third]: readonly string[]): number {
  if (first === undefined || first === "never") return Infinity;
  if (first === "epoch") return Number(second) * 1_000 || 0;
  return Date.parse(`${second?.replaceAll("/", "-")}T${third}Z`) || 0;
}

const KEA_COLUMNS = ["address", "hwaddr", "valid_lifetime", "expire", "hostname", "state"];

/**
 * `kea-leases4.csv`.
 *
 * @throws {ImportError} where it is none.
 */
export function keaLeases(file: string, text: string, ledger: Ledger): readonly Lease[] {
  const [header = "", ...lines] = text.split(/\r?\n/);
  const names = header.split(",");
  const missing = KEA_COLUMNS.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new ImportError(
      { file, line: 1, column: 1 },
      `The columns ${missing.join(", ")} are wanted`,
    );
  }
  return lines.flatMap((line, index) => {
    if (line === "") return [];
    const place = { file, line: index + 2, column: 1 };
    const values = line.split(",");
    const of = (name: string) => values[names.indexOf(name)] ?? "";
    const address = readIPv4(of("address"));
    if (address < 0) throw new ImportError(place, "An IPv4 address is wanted first");
    return [{
      statement: ledger.add(place, line),
      address,
      mac: readMac(of("hwaddr")),
      name: of("hostname").replace(/\.$/, ""),
      // Kea writes an ended lease down as one of no length.
      isActive: of("state") === "0" && of("valid_lifetime") !== "0",
      ends: Number(of("valid_lifetime")) === 0xffff_ffff
        ? Infinity
        : Number(of("expire")) * 1_000 || 0,
    }];
  });
}

/**
 * `dnsmasq.leases`.
 *
 * @throws {ImportError} where it is none.
 */
export function dnsmasqLeases(file: string, text: string, ledger: Ledger): readonly Lease[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    // A DUID begins the leases of DHCPv6, whose addresses have colons.
    const [expiry = "", mac = "", address = "", name = ""] = line.split(/\s+/);
    if (line.trim() === "" || expiry === "duid" || address.includes(":")) return [];
    const place = { file, line: index + 1, column: 1 };
    if (!/^\d+$/.test(expiry) || readIPv4(address) < 0) {
      throw new ImportError(place, "An expiry time, a MAC address and an IPv4 address are wanted");
    }
    return [{
      statement: ledger.add(place, line),
      address: readIPv4(address),
      // Another hardware type than Ethernet goes before it, as in `06-...`.
      mac: readMac(mac),
      name: name === "*" ? "" : name,
      isActive: true,
      ends: expiry === "0" ? Infinity : Number(expiry) * 1_000,
    }];
  });
}
