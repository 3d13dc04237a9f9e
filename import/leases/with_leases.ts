/**
 * Makes reservations of a server's leases, so that its clients keep their addresses.
 *
 * @module
 */
import { cidrContains, formatIPv4, formatMac } from "../../core/net/mod.ts";
import type { Draft, DraftHost } from "../source/draft.ts";
import { includedFile, type SourceFiles } from "../source/files.ts";
import type { Ledger } from "../source/ledger.ts";
import { dhcpdLeases, dnsmasqLeases, keaLeases, type Lease } from "./read_leases.ts";

/** Whose leases they are, and when it is. */
interface LeaseFile {
  readonly from: "kea" | "dhcpd" | "dnsmasq";
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const READERS = { kea: keaLeases, dhcpd: dhcpdLeases, dnsmasq: dnsmasqLeases };

/**
 * The draft with a machine for each lease that lasts, as far as it has no reservation already.
 *
 * @throws {ImportError} where the file is none of this server's.
 */
export function withLeases(
  draft: Draft,
  { from, path, now, files, ledger }: LeaseFile & {
    readonly files: SourceFiles;
    readonly ledger: Ledger;
  },
): Draft {
  const place = { file: path, line: 1, column: 1 };
  const { text } = includedFile(files, { name: path.replace(/^.*\//, ""), place, depth: 0 });
  // What is said of an address last counts.
  const leases = new Map(READERS[from](path, text, ledger).map((lease) => [lease.address, lease]));
  const reserved = new Map(
    draft.hosts.flatMap(({ addresses, mac }) => addresses.map((one) => [one, mac] as const)),
  );
  const macs = new Set(draft.hosts.map(({ mac }) => mac));
  const newest = newestOf([...leases.values()].filter(({ isActive }) => isActive), draft);
  const hosts = [...leases.values()].flatMap((lease): DraftHost[] => {
    const reason = reasonNot(lease, { draft, reserved, macs, newest, now });
    if (reason !== undefined) ledger.note(lease.statement, reason);
    return reason !== undefined ? [] : [{
      ...{ statement: lease.statement, statements: [], name: lease.name, mac: lease.mac },
      ...{ addresses: [lease.address], settings: [] },
    }];
  });
  return { ...draft, hosts: [...draft.hosts, ...hosts] };
}

/** The lease of each MAC address in each subnet that lasts longest, of several the last one. */
function newestOf(leases: readonly Lease[], draft: Draft): ReadonlyMap<string, Lease> {
  const newest = new Map<string, Lease>();
  for (const lease of leases) {
    const key = keyOf(lease, draft);
    if (lease.ends >= (newest.get(key)?.ends ?? 0)) newest.set(key, lease);
  }
  return newest;
}

function keyOf({ mac, address }: Lease, { pools }: Draft): string {
  return `${mac} ${pools.findIndex(({ cidr }) => cidrContains(cidr, address))}`;
}

function reasonNot(
  lease: Lease,
  { draft, reserved, macs, newest, now }: {
    readonly draft: Draft;
    readonly reserved: ReadonlyMap<number, number>;
    readonly macs: ReadonlySet<number>;
    readonly newest: ReadonlyMap<string, Lease>;
    readonly now: number;
  },
): string | undefined {
  const { mac, address, isActive, ends } = lease;
  const owner = reserved.get(address);
  if (!isActive) return "the lease is not active";
  if (ends <= now) return "the lease has run out";
  if (mac < 0) return "a machine is known by its MAC address, and it has none";
  if (macs.has(mac)) return `${formatMac(mac)} has a reservation already`;
  if (owner !== undefined) return `${formatIPv4(address)} is reserved for ${formatMac(owner)}`;
  const isServed = draft.pools.some(({ cidr }) => cidrContains(cidr, address));
  if (!isServed) return `${formatIPv4(address)} is in no subnet of the file`;
  const other = newest.get(keyOf(lease, draft)) ?? lease;
  return other === lease
    ? undefined
    : `${formatMac(mac)} has a newer lease: ${formatIPv4(other.address)}`;
}
