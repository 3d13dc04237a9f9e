/**
 * Makes manifests of the configuration file of another DHCP server.
 *
 * @module
 */
import { readDhcpd } from "./dhcpd/read_dhcpd.ts";
import { readDnsmasq } from "./dnsmasq/read_dnsmasq.ts";
import { readKea } from "./kea/read_kea.ts";
import { withLeases } from "./leases/with_leases.ts";
import { makeManifests, type ManifestOptions } from "./manifests/make_manifests.ts";
import type { SourceFiles } from "./source/files.ts";
import { Ledger } from "./source/ledger.ts";

/** The servers whose files are read. */
export type Server = "kea" | "dhcpd" | "dnsmasq";

/** What is imported. */
interface ImportInput extends ManifestOptions {
  readonly from: Server;
  /** Path of the configuration file. */
  readonly path: string;
  /** Path of the file with the server's leases, and the time by which they last or not: milliseconds since 1970. */
  readonly leases?: { readonly path: string; readonly now: number };
}

/** What came of it. */
interface Imported {
  /** YAML: manifests and comments. */
  readonly text: string;
  /** Statements of the file, and how many of them have a comment. */
  readonly counts: { readonly statements: number; readonly noted: number };
}

const READERS = { kea: readKea, dhcpd: readDhcpd, dnsmasq: readDnsmasq };

/**
 * Reads the file and those that it names, and writes manifests. Every statement is in a manifest, or in a comment.
 *
 * @throws {ImportError} where a file cannot be read: its place, and what is wanted there.
 */
export function importFile(input: ImportInput, files: SourceFiles): Imported {
  const ledger = new Ledger();
  const read = READERS[input.from](input.path, files, ledger);
  const draft = input.leases === undefined
    ? read
    : withLeases(read, { from: input.from, ...input.leases, files, ledger });
  const text = makeManifests(draft, ledger, input);
  return { text, counts: ledger.counts };
}
