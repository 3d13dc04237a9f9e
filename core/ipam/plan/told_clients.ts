import type { RecordedClient } from "../../api/client_options.ts";
import { namespaceOfNetwork, networkOfPool } from "../../api/network.ts";
import { sameJson } from "../../api/same_json.ts";
import type { IPv4Status } from "../../api/types.ts";
import { formatMac, readMac } from "../../net/mod.ts";
import type { Client } from "../claims/clients.ts";
import { nameOf } from "../claims/owners.ts";
import type { Claim, OptionsProblem } from "../types.ts";
import { clientBytes, ClientRoom } from "./client_room.ts";
import { hostLabel } from "./host_label.ts";
import { ENTRY_BYTES, RECORD_BYTES } from "./limits.ts";
import { NAMED } from "./notes.ts";
import type { Planning } from "./planning.ts";
import { OptionsReader } from "./read_options.ts";

/** `status.ipv4.clients`: MAC address -> what it is told. */
type Told = NonNullable<IPv4Status["clients"]>;

/** What one MAC address with an address is to be told. */
interface Telling {
  readonly mac: number;
  /** Absent where nobody claims what is recorded. */
  readonly client: Client | undefined;
  /** The very object that is recorded, where that says the same. */
  readonly value: RecordedClient;
  /** What it is told where there is no room for more: what it needs no more room for than what is recorded; absent: nothing. */
  readonly sure: RecordedClient | undefined;
  /** What is recorded of it. */
  readonly before: RecordedClient | undefined;
}

/**
 * What `status.ipv4.clients` is to be: for each MAC address with an address, what the claim that decides on that address says it is
 * told in place of the pool's words, and its host name where the pool gives those. No other claim has a say in it, and no address
 * depends on it.
 *
 * What is in it stays, and where it would grow beyond the room, it stays as it is; what there is no room for is left out, and
 * named. Only addresses come before it: where they take more than four fifths of what etcd stores, the room is what they leave.
 *
 * @returns The very object that is recorded, where nothing changes
 */
export function toldClients(planning: Planning): Told | undefined {
  const { input: { pool }, clients, limits } = planning;
  const recorded = pool.status?.ipv4?.clients;
  const hasNames = pool.spec?.ipv4Config?.hostnames === true;
  const isAsked = clients.all.some(({ claims }) => claims.some(({ options }) => options));
  if (recorded === undefined && !hasNames && !isAsked) return undefined;
  const reader = readerFor(planning);
  if (reader !== undefined && isAsked) noteProblems(planning, reader);
  const tellings = tellingsOf(planning, { recorded, reader, hasNames });
  const told = new Map<Telling, RecordedClient>();
  const leftOut: Telling[] = [];
  const bytes = Math.min(limits.clientBytes, bytesLeft(planning));
  const room = new ClientRoom(planning.input, bytes);
  const sure = tellings.filter((one) => one.sure !== undefined);
  const needed = sure.reduce((sum, one) => sum + sureBytes(one), 2);
  for (const one of needed > bytes ? inOrder(sure, pool) : sure) {
    if (one.sure === undefined) continue;
    if (room.keep(namespaceOf(one), sureBytes(one))) told.set(one, one.sure);
    else leftOut.push(one);
  }
  const isOut = new Set(leftOut);
  const more = tellings.filter((one) => one.value !== one.sure && !isOut.has(one));
  // What does not fit now will not fit later: of thousands that are left out none is sorted.
  const fitting = more.filter((one) => room.fits(namespaceOf(one), moreBytes(one)));
  const isFitting = new Set(fitting);
  leftOut.push(...more.filter((one) => !isFitting.has(one)));
  for (const one of inOrder(fitting, pool)) {
    if (room.take(namespaceOf(one), moreBytes(one))) told.set(one, one.value);
    else leftOut.push(one);
  }
  tell(planning, told);
  if (leftOut.length > 0) leaveOut(planning, leftOut, told);
  return sameAs(recorded, told);
}

/** What the rest of the record leaves, so that it stays small enough to be written. */
function bytesLeft({ next, input: { ntpServers, pool } }: Planning): number {
  const servers = JSON.stringify(ntpServers ?? pool.status?.ipv4?.ntpServers ?? {}).length;
  return RECORD_BYTES - servers - next.size * ENTRY_BYTES.allocated -
    next.released.size * ENTRY_BYTES.released - next.conflicts.size * ENTRY_BYTES.conflict;
}

function sureBytes({ sure }: Telling): number {
  return sure === undefined ? 0 : clientBytes(sure);
}

/** How much more room it takes to tell a client all that it is to be told. */
function moreBytes(one: Telling): number {
  return clientBytes(one.value) - sureBytes(one);
}

/** Without a network nobody can tell what can be sent there; where another pool serves it, that one tells. */
function readerFor({ input: { pool }, network, frozen }: Planning): OptionsReader | undefined {
  return network === undefined || frozen?.reason === "NetworkAlreadyServed"
    ? undefined
    : new OptionsReader(pool, network);
}

/** Everybody who is to be told something. */
function tellingsOf(
  planning: Planning,
  { recorded, reader, hasNames }: {
    readonly recorded: Told | undefined;
    readonly reader: OptionsReader | undefined;
    readonly hasNames: boolean;
  },
): readonly Telling[] {
  const { clients, next, outcomes } = planning;
  const known = readRecorded(recorded);
  const found: Telling[] = [];
  const add = (mac: number, client: Client | undefined, value: RecordedClient | undefined) => {
    if (value === undefined) return;
    const before = known.get(mac);
    found.push({ mac, client, value, sure: sureOf(planning, { client, value, before }), before });
  };
  for (const client of clients.all) {
    const { mac, primary } = client;
    const before = known.get(mac);
    if (primary === undefined || !hasNames && before === undefined && !primary.options) continue;
    if (outcomes.byClaim.get(primary.id)?.address === undefined) continue;
    // Where nobody knows better, what is recorded stays.
    add(mac, client, reader ? valueOf(primary, { reader, hasNames, before }) : before);
  }
  if (known.size === 0) return found;
  for (const { mac, address, value } of clients.orphans) {
    if (next.holder(address) === value) add(mac, undefined, known.get(mac));
  }
  return found;
}

/** What is recorded, by MAC address; what is not in canonical form is nobody's. */
function readRecorded(recorded: Told = {}): ReadonlyMap<number, RecordedClient> {
  const found = new Map<number, RecordedClient>();
  for (const key of Object.keys(recorded)) {
    const value = recorded[key];
    const isCanonical = key.length === 17 && key.charAt(2) === ":" && key === key.toLowerCase();
    const mac = isCanonical ? readMac(key) : -1;
    if (mac >= 0 && value !== undefined) found.set(mac, value);
  }
  return found;
}

/** What a MAC address is to be told; `undefined` where it is only what its pool says. */
function valueOf(
  { vmName = "", options: written }: Claim,
  { reader, hasNames, before }: {
    readonly reader: OptionsReader;
    readonly hasNames: boolean;
    readonly before: RecordedClient | undefined;
  },
): RecordedClient | undefined {
  const hostName = hasNames ? hostLabel(vmName) : undefined;
  const options = written && reader.read(written).options;
  if (hostName === undefined && options === undefined) return undefined;
  const isSame = before !== undefined && before.hostName === hostName &&
    (before.options === options || sameJson(before.options, options));
  if (isSame) return before;
  return { ...(hostName === undefined ? {} : { hostName }), ...(options && { options }) };
}

/**
 * What a client is told where there is no room for more: all that it says where that has not grown, else what is recorded, unless
 * that is another machine's word.
 */
function sureOf(
  { input: { holders }, outcomes }: Planning,
  { client, value, before }: Pick<Telling, "client" | "value" | "before">,
): RecordedClient | undefined {
  if (before === undefined || value === before) return before;
  const most = clientBytes(before);
  if (clientBytes(value) <= most) return value;
  const primary = client?.primary;
  const address = primary && outcomes.byClaim.get(primary.id)?.address;
  const holder = address === undefined ? undefined : holders?.get(address);
  if (holder !== undefined && holder.owner.uid !== primary?.owner.uid) return undefined;
  const { hostName: _, ...rest } = before;
  const named = value.hostName === undefined ? rest : { hostName: value.hostName, ...rest };
  return sameJson(named, before) || clientBytes(named) > most ? before : named;
}

/** What of the claims' own options cannot be sent. */
function noteProblems({ clients, outcomes }: Planning, reader: OptionsReader): void {
  for (const { claims } of clients.all) {
    for (const claim of claims) {
      if (claim.options === undefined || claim.state === "releasing") continue;
      const { problem } = reader.read(claim.options);
      if (problem === undefined) continue;
      const message = `Options of NIC ${claim.macAddress}: ${problem}`;
      outcomes.tell(claim, { optionsProblem: { reason: "InvalidOptions", message } });
    }
  }
}

/** Says what is told to those who have a share in the address. */
function tell({ outcomes }: Planning, told: ReadonlyMap<Telling, RecordedClient>): void {
  for (const [{ client }, { options }] of told) {
    if (options === undefined) continue;
    for (const claim of client?.claims ?? []) {
      if (outcomes.byClaim.get(claim.id)?.address !== undefined) outcomes.tell(claim, { options });
    }
  }
}

/** Says what there is no room for, to the pool's owner and to the clients'. */
function leaveOut(
  { outcomes, notes, poolName }: Planning,
  leftOut: readonly Telling[],
  told: ReadonlyMap<Telling, RecordedClient>,
): void {
  const why = `IPPool ${poolName} has no room for more options and host names of single ` +
    "NICs, or their namespace has its share of it";
  for (const one of leftOut) {
    const { client } = one;
    const sent = told.has(one) ? "what was sent before is" : "the pool's own options are";
    const message = `${why}: ${sent} sent`;
    const usual: OptionsProblem = { reason: "OptionsLeftOut", message };
    for (const claim of client?.claims ?? []) {
      const outcome = outcomes.byClaim.get(claim.id);
      if (outcome?.address === undefined) continue;
      const { message: other } = outcome.optionsProblem ?? {};
      const both = { ...usual, message: `${other}; ${message}` };
      outcomes.tell(claim, { optionsProblem: other === undefined ? usual : both });
    }
  }
  const named = firstFew(leftOut);
  for (const { mac, client } of named) {
    const who = client?.primary === undefined ? "nobody" : nameOf(client.primary);
    notes.add("OptionsLeftOut", `No room for the options of ${formatMac(mac)} of ${who}`);
  }
  notes.addMore("OptionsLeftOut", leftOut.length - named.length);
}

/** Those with the lowest MAC addresses: there may be thousands, which are not worth sorting. */
function firstFew(tellings: readonly Telling[]): readonly Telling[] {
  let few: Telling[] = [];
  for (const one of tellings) {
    if (few.length === NAMED && one.mac > (few.at(-1)?.mac ?? 0)) continue;
    few = [...few, one].sort((a, b) => a.mac - b.mac).slice(0, NAMED);
  }
  return few;
}

/** Who comes first of those for whom room is to be found: who has some, the network's own namespace, the older. */
function inOrder(
  tellings: readonly Telling[],
  pool: Planning["input"]["pool"],
): readonly Telling[] {
  const network = networkOfPool(pool);
  const home = network === undefined ? undefined : namespaceOfNetwork(network);
  const age = ({ client }: Telling) => client?.primary?.createdAt ?? 0;
  return [...tellings].sort((a, b) =>
    Number(b.before !== undefined) - Number(a.before !== undefined) ||
    Number(namespaceOf(b) === home) - Number(namespaceOf(a) === home) ||
    age(a) - age(b) || a.mac - b.mac
  );
}

function namespaceOf({ client }: Telling): string {
  return client?.primary?.owner.namespace ?? "";
}

/** The map, or the very one that is recorded where it says the same. */
function sameAs(
  recorded: Told | undefined,
  told: ReadonlyMap<Telling, RecordedClient>,
): Told | undefined {
  const isSame = recorded !== undefined && Object.keys(recorded).length === told.size &&
    [...told].every(([{ before }, value]) => value === before);
  if (isSame) return recorded;
  if (told.size === 0) return undefined;
  return Object.fromEntries([...told].map(([{ mac }, value]) => [formatMac(mac), value]));
}
