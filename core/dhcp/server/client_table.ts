/**
 * Clients that are told something of their own: `status.ipv4.clients`.
 *
 * @module
 */
import type { ClientOptions, RecordedClient } from "../../api/client_options.ts";
import type { FieldError, FieldPath } from "../../api/fields/field_error.ts";
import type { IPv4Config, IPv4Status } from "../../api/types.ts";
import { readMac } from "../../net/mod.ts";
import { hostName } from "../options/exchange/host_name.ts";
import { domainName } from "../options/network/domain_name.ts";
import { encodeOption } from "../options/option.ts";
import { MacTable } from "./mac_table.ts";
import { OptionSet } from "./option_set.ts";
import { NO_OCTETS } from "./option_run.ts";

/** A client that is told something of its own. */
export class ServedClient {
  /** What it is told beside its name. */
  readonly options: OptionSet;
  /** Its host name, if it has one. */
  readonly name: string | undefined;
  /** Option 12 with its code and length; empty where the client has no name. */
  readonly hostName: Uint8Array;
  /** The name in option 81, as DNS writes it and as text; made when it is first asked for. */
  #canonical: Uint8Array | undefined;
  #ascii: Uint8Array | undefined;

  /** A client of this host name, told these options. */
  constructor(name: string | undefined, options: OptionSet) {
    this.options = options;
    this.name = name;
    this.hostName = name === undefined
      ? NO_OCTETS
      : encodeOption({ code: hostName.code, value: name });
  }

  /** The name in option 81 (RFC 4702 sections 2.3.1 and 2.3.2): whole where the pool has a domain name, else the host's. */
  fqdn(isCanonical: boolean): Uint8Array {
    this.#ascii ??= this.#text();
    if (!isCanonical) return this.#ascii;
    return this.#canonical ??= canonical(this.#ascii, this.#domain !== "");
  }

  #text(): Uint8Array {
    const name = this.hostName.subarray(2);
    if (name.length === 0 || this.#domain === "" || name.includes(DOT)) return name;
    return Uint8Array.from([...name, DOT, ...octetsOf(this.#domain)]);
  }

  get #domain(): string {
    return domainName.fromPool?.({ ...this.options.source, report: () => {} }) ?? "";
  }
}

const DOT = 0x2e;

function octetsOf(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

/** Labels, each after its length; the root's at the end of a whole name. */
function canonical(name: Uint8Array, isWhole: boolean): Uint8Array {
  if (name.length === 0) return name;
  const labels = String.fromCharCode(...name).split(".");
  const octets = labels.flatMap((label) => [label.length, ...octetsOf(label)]);
  return Uint8Array.from(isWhole || labels.length > 1 ? [...octets, 0] : octets);
}

/** What a {@linkcode ClientTable} is made from. */
interface ClientTableInput {
  /** `status.ipv4.clients`. */
  readonly recorded: NonNullable<IPv4Status["clients"]>;
  /** What the pool tells. */
  readonly own: OptionSet;
  /** The table of the pool's former state, of which what is the same is taken over. */
  readonly previous: ClientTable | undefined;
  readonly report: (problem: FieldError) => void;
}

/** The set of clients that are told the same, and what of it cannot be used. */
interface KnownSet {
  readonly set: OptionSet;
  readonly problems: readonly FieldError[];
}

/** The clients of one pool that are told something of their own, looked up by hardware address. */
export class ClientTable {
  readonly #macs: MacTable;
  readonly #clients: ServedClient[] = [];
  /** What the pool tells. */
  readonly #base: OptionSet;
  /** What is told -> the set of it: clients that are told the same share one. */
  readonly #sets = new Map<string, KnownSet>();

  /** Reads `status.ipv4.clients`. What cannot be used is reported and left out. */
  constructor(input: ClientTableInput) {
    const { recorded, own, report } = input;
    const macs = Object.keys(recorded);
    this.#base = own;
    this.#macs = new MacTable(macs.length);
    for (const text of macs) {
      const path = ["status", "ipv4", "clients", text];
      const value = recorded[text];
      const mac = readMac(text);
      const former = mac < 0 ? undefined : input.previous?.at(mac);
      const client = this.#read(Object(value) as RecordedClient, { ...input, path, former });
      if (mac < 0) report({ path, value, message: "must be under a MAC address" });
      else if (client !== undefined) {
        if (this.#macs.put(mac, this.#clients.length + 1) === 0) this.#clients.push(client);
        else report({ path, value, message: "must be there once" });
      }
    }
  }

  /** A client, by the first and the last three octets of its address. */
  find(high24: number, low24: number): ServedClient | undefined {
    const place = this.#macs.valueAt(this.#macs.slotOf(high24, low24));
    return place === 0 ? undefined : this.#clients[place - 1];
  }

  /** A client, by its address as a number of 48 bits. */
  at(mac: number): ServedClient | undefined {
    return this.find(Math.floor(mac / 0x100_0000), mac % 0x100_0000);
  }

  /** A client; nothing where it has nothing of its own. */
  #read({ hostName: name, options }: RecordedClient, input: EntryInput): ServedClient | undefined {
    const { own, path, report, former } = input;
    const set = this.#setOf(options, input);
    const isNamed = own.source.config.hostnames === true && name !== undefined && name !== "";
    const isUsable = isNamed && hostName.format.accepts(name);
    if (isNamed && !isUsable) {
      const message = "must be a host name of at most 63 characters";
      report({ path: [...path, "hostName"], value: name, message });
    }
    if (!isUsable && set === own) return undefined;
    const named = isUsable ? name : undefined;
    const isSame = former?.name === named && former?.options === set;
    return isSame ? former : new ServedClient(named, set);
  }

  #setOf(options: unknown, { own, previous, path, report }: EntryInput): OptionSet {
    const said = saidOf(options);
    const key = JSON.stringify(said);
    if (key === "{}") return own;
    const known = this.#sets.get(key);
    if (known !== undefined) return known.set;
    const former = previous !== undefined && previous.#base === own
      ? previous.#sets.get(key)
      : undefined;
    const made = former ?? merged(own, said);
    this.#sets.set(key, made);
    // Told of the first client that is told so.
    for (const { path: below, ...rest } of made.problems) {
      report({ path: [...path, "options", ...below], ...rest });
    }
    return made.set;
  }
}

/** What one entry is read from. */
type EntryInput = ClientTableInput & {
  readonly path: FieldPath;
  /** The same client in the table before. */
  readonly former: ServedClient | undefined;
};

/** Fields that are the pool's alone. */
const OF_POOL: Readonly<Record<Exclude<keyof IPv4Config, keyof ClientOptions>, true>> = {
  cidr: true,
  serverIP: true,
  pool: true,
  maxLeaseTime: true,
  honourRequestedLeaseTime: true,
  hostnames: true,
  authoritative: true,
  bootp: true,
  rapidCommit: true,
  conflictDetection: true,
};

/** What a client is told in place of the pool's words. */
function saidOf(options: unknown): Readonly<Record<string, unknown>> {
  if (typeof options !== "object" || options === null) return {};
  return Object.fromEntries(Object.entries(options).filter(([field]) => !(field in OF_POOL)));
}

/** Puts a client's words before the pool's, field by field; a field of which nothing can be used is as if it was not there. */
function merged(own: OptionSet, said: Readonly<Record<string, unknown>>): KnownSet {
  const { source } = own;
  const isSaid = ({ path }: FieldError) => Object.hasOwn(said, path[0] ?? "");
  const set = new OptionSet(
    { ...source, config: { ...source.config, ...withBootFile(said) } },
    own,
  );
  const problems = set.problems.filter(isSaid);
  const fields = Object.entries(said);
  const usable = fields.filter(([field, value]) => !isUnusable(field, value, problems));
  if (usable.length === fields.length) return { set, problems };
  const config = { ...source.config, ...withBootFile(Object.fromEntries(usable)) };
  return { set: new OptionSet({ ...source, config }, own), problems };
}

/** A boot file of the client's own goes before the pool's for its kind of firmware, unless it says such files itself. */
function withBootFile(said: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return "bootFileName" in said ? { bootFiles: [], ...said } : said;
}

/** Whether a field is wrong as a whole, or nothing is left of it without its rows that are. */
function isUnusable(field: string, value: unknown, problems: readonly FieldError[]): boolean {
  const wrong = problems.filter(({ path }) => path[0] === field);
  if (wrong.length === 0) return false;
  if (wrong.some(({ path }) => path.length === 1)) return true;
  const rows = new Set(wrong.map(({ path }) => String(path[1])));
  return Object.entries(Object(value)).every(([row, said]) => said === "" || rows.has(row));
}
