/**
 * Makes IPPools and VirtualMachineNetworkConfigs of a draft, and text of them.
 *
 * @module
 */
import { stringify } from "yaml";
import {
  API_VERSION,
  type Checked,
  type FieldError,
  parseIPPool,
  parseVirtualMachineNetworkConfig,
} from "../../core/api/mod.ts";
import { cidrContains, formatCidr, formatIPv4, formatMac, readIPv4 } from "../../core/net/mod.ts";
import { type ConfigFields, FieldMaker } from "../options/config_fields.ts";
import type { Draft, DraftHost, DraftPool } from "../source/draft.ts";
import type { Ledger, Note, Statement } from "../source/ledger.ts";
import { networkNames, type NetworkOption, UniqueNames } from "./names.ts";
import { chooseServer, poolRange } from "./pool_range.ts";

/** What the manifests are called. */
export interface ManifestOptions {
  readonly namespace: string;
  /** Names for the networks. */
  readonly networks: readonly NetworkOption[];
}

/** An object, with the comments that go before it. */
interface Commented {
  readonly object: Json;
  readonly about: object;
}

/** A subnet that has an IPPool. */
interface Served {
  readonly pool: DraftPool;
  readonly networkName: string;
  readonly router: unknown;
}

interface Json {
  [key: string]: unknown;
}

const ADDRESSES = /\d{1,3}(?:\.\d{1,3}){3}/g;
/** Errors of one object are taken one by one; more than this are not there. */
const MAX_REPAIRS = 2_000;

/** The manifests as YAML text, each with the comments of what it cannot say. */
export function makeManifests(draft: Draft, ledger: Ledger, options: ManifestOptions): string {
  const names = networkNames(draft.pools, options);
  const taken = new UniqueNames();
  const objects: Commented[] = [];
  const served = draft.pools.flatMap((pool, index): readonly Served[] => {
    const networkName = names[index] ?? "";
    const name = taken.take(networkName.split("/").at(-1) ?? networkName);
    const object = poolObject(pool, { draft, ledger, name, networkName, ...options });
    if (object === undefined) return [];
    objects.push({ object, about: pool });
    const { ipv4Config: { router } } = object["spec"] as { readonly ipv4Config: Json };
    return [{ pool, networkName, router }];
  });
  const machines = new UniqueNames();
  const given = new Map<string, string>();
  const placed = new Set<string>();
  for (const host of draft.hosts) {
    const object = hostObject(host, { served, ledger, machines, given, placed, ...options });
    if (object !== undefined) objects.push({ object, about: host });
  }
  ledger.close();
  const printed = new Set(objects.map(({ about }) => about));
  const rest = [...draft.pools, ...draft.hosts].filter((about) => !printed.has(about))
    .flatMap((about) => ledger.notes(about));
  const head = comments([...ledger.notes(), ...rest]);
  const texts = objects.map(({ object, about }) =>
    comments(ledger.notes(about)) +
    stringify(object, { lineWidth: 0, aliasDuplicateObjects: false, compat: "yaml-1.1" })
  );
  return head + (head !== "" && texts.length > 0 ? "---\n" : "") + texts.join("---\n");
}

function poolObject(
  pool: DraftPool,
  { draft, ledger, name, networkName, namespace }: {
    readonly draft: Draft;
    readonly ledger: Ledger;
    readonly name: string;
    readonly networkName: string;
    readonly namespace: string;
  },
): Json | undefined {
  const made = new FieldMaker(ledger, { about: pool, isPool: true }).make(pool.settings);
  const hosts = draft.hosts.filter((host) => host.pool === undefined || host.pool === pool);
  const reserved = new Set(hosts.flatMap(({ addresses }) => addresses));
  const { serverIP, ...fields } = made.fields;
  const withheld = new Set([...draft.withheld, ...seconds(hosts, { pool, router: fields.router })]);
  const range = poolRange(pool, { reserved, withheld, ledger });
  const words = JSON.stringify([pool.settings, fields, hosts.map(({ settings }) => settings)]);
  const named = words.match(ADDRESSES) ?? [];
  const server = chooseServer(pool, {
    ...{ asked: serverIP, router: fields.router, named, range, ledger },
    reserved: reserved.union(withheld),
  });
  const exclude = range?.exclude?.filter((address) => address !== server) ?? [];
  const { exclude: _, ...ends } = range ?? {};
  const ipv4Config = {
    cidr: formatCidr(pool.cidr),
    ...(server !== undefined && { serverIP: server }),
    ...(range !== undefined && { pool: { ...ends, ...(exclude.length > 0 && { exclude }) } }),
    ...fields,
    ...(hosts.some((host) => host.isToldName && isOn(host, pool)) && { hostnames: true }),
  };
  ledger.say(pool.statement);
  const object = {
    apiVersion: API_VERSION,
    kind: "IPPool",
    metadata: { name, namespace },
    spec: { networkName, ipv4Config },
  };
  return repaired(object, {
    parse: parseIPPool,
    ...made,
    statement: pool.statement,
    about: pool,
    ledger,
  });
}

/** The addresses of a subnet that are kept for machines which have another one there. */
function seconds(
  hosts: readonly DraftHost[],
  { pool: { cidr }, router }: Omit<Served, "networkName">,
): readonly number[] {
  const given = new Set([readIPv4(String(router ?? ""))]);
  const placed = new Set<number>();
  return hosts.flatMap(({ mac, addresses }) =>
    addresses.filter((address) => {
      if (!cidrContains(cidr, address) || given.has(address)) return false;
      given.add(address);
      if (placed.has(mac)) return true;
      placed.add(mac);
      return false;
    })
  );
}

function isOn({ pool, addresses }: DraftHost, home: DraftPool): boolean {
  if (pool !== undefined) return pool === home;
  return addresses.length === 0 || addresses.some((address) => cidrContains(home.cidr, address));
}

function hostObject(
  host: DraftHost,
  { served, ledger, machines, given, placed, namespace }: {
    readonly served: readonly Served[];
    readonly ledger: Ledger;
    readonly machines: UniqueNames;
    /** Addresses that machines have. */
    readonly given: Map<string, string>;
    /** Networks, each with the MAC address of a machine that is on it. */
    readonly placed: Set<string>;
    readonly namespace: string;
  },
): Json | undefined {
  const macAddress = formatMac(host.mac);
  const homes = served.filter(({ pool }) => host.pool === undefined || host.pool === pool);
  const nics: Json[] = [];
  const isPlaced = ({ networkName }: Served) => {
    const key = `${networkName} ${macAddress}`;
    return placed.has(key) || !placed.add(key);
  };
  for (const address of host.addresses) {
    const ipAddress = formatIPv4(address);
    const home = homes.find(({ pool }) => cidrContains(pool.cidr, address));
    const owner = given.get(ipAddress);
    const at = host.statement;
    if (home === undefined) ledger.note(at, `${ipAddress} is in no subnet of the file`, host);
    else if (owner !== undefined) {
      ledger.note(at, `${ipAddress} is ${owner}'s already: one address has one machine`, host);
    } else if (ipAddress === home.router) {
      ledger.note(at, `${ipAddress} is the router's: nobody is given it`, host);
    } else {
      given.set(ipAddress, macAddress);
      if (isPlaced(home)) {
        const reason = `a machine has one address on a network; ${ipAddress} stays out of the pool`;
        ledger.note(at, reason, host);
      } else nics.push({ networkName: home.networkName, macAddress, ipAddress });
    }
  }
  if (host.addresses.length === 0) {
    const [home, another] = homes;
    if (home === undefined || another !== undefined) {
      const why = home === undefined
        ? "there is no network"
        : "the file does not say on which network it is";
      ledger.note(host.statement, `without an address: ${why}`, host);
    } else if (isPlaced(home)) {
      ledger.note(host.statement, `${macAddress} is on ${home.networkName} already`, host);
    } else nics.push({ networkName: home.networkName, macAddress });
  }
  if (nics.length === 0) {
    const others = [...host.statements, ...host.settings.map(({ statement }) => statement)];
    for (const one of others) ledger.note(one, "its machine is left out", host);
    return undefined;
  }
  const made = new FieldMaker(ledger, { about: host, isPool: false }).make(host.settings);
  const name = machines.take(
    host.name === "" ? `host-${macAddress.replaceAll(":", "-")}` : host.name,
  );
  for (const statement of [host.statement, ...host.statements]) ledger.say(statement);
  if (host.name !== "" && name !== host.name) {
    ledger.note(host.statement, `its name is ${name} here`, host);
  }
  const hasFields = Object.keys(made.fields).length > 0;
  const object = {
    apiVersion: API_VERSION,
    kind: "VirtualMachineNetworkConfig",
    metadata: { name, namespace },
    spec: {
      vmName: name,
      networkConfig: nics.map((nic) => hasFields ? { ...nic, options: { ...made.fields } } : nic),
    },
  };
  return repaired(object, {
    parse: parseVirtualMachineNetworkConfig,
    ...made,
    statement: host.statement,
    about: host,
    ledger,
  });
}

/** The object without what its check refuses; each refusal is a comment. */
function repaired(
  object: Json,
  { parse, sources, statement, about, ledger }: ConfigFields & {
    readonly parse: (object: unknown) => Checked<unknown>;
    readonly statement: Statement;
    readonly about: object;
    readonly ledger: Ledger;
  },
): Json | undefined {
  for (let repair = 0; repair < MAX_REPAIRS; repair++) {
    const checked = parse(object);
    if (checked.ok) return object;
    const [error] = checked.errors;
    const field = fieldOf(error?.path ?? []);
    const at = sources.get(field ?? "") ?? [statement];
    const value = error?.value === undefined ? "" : `: ${JSON.stringify(error.value).slice(0, 80)}`;
    const name = nameOf(error?.path ?? []);
    for (const one of at) ledger.note(one, `${name} ${error?.message}${value}`, about);
    if (field === undefined || error === undefined || !remove(object, error.path, field)) break;
  }
  for (const one of [...sources.values()].flat()) {
    ledger.note(one, `its ${object["kind"]} is left out`, about);
  }
  return undefined;
}

/** What leads to the fields of a pool and of a machine, which needs no words. */
const ROOTS = [["spec"], ["ipv4Config", "networkConfig"], [], ["options"]];

/** The part that a path leads to, as manifests name it: `pool.exclude[0]`. */
function nameOf(path: FieldError["path"]): string {
  const at = path.findIndex((key, index) =>
    typeof key === "string" && !(ROOTS[index] ?? []).includes(key) || index === path.length - 1
  );
  return path.slice(Math.max(at, 0)).reduce<string>(
    (name, key) =>
      typeof key === "number" ? `${name}[${key}]` : name === "" ? key : `${name}.${key}`,
    "",
  );
}

/** The field of a configuration or of a machine's options that a path leads into. */
function fieldOf(path: FieldError["path"]): string | undefined {
  const at = path.findIndex((key) => key === "ipv4Config" || key === "options");
  const field = path[at + 1];
  return at < 0 || typeof field !== "string" || field === "cidr" ? undefined : field;
}

/** Takes the item that is wrong out of its list, or the whole field. */
function remove(object: Json, path: FieldError["path"], field: string): boolean {
  const at = path.indexOf(field);
  const holder = path.slice(0, at).reduce<unknown>(
    (value, key) => (value as Json)?.[key],
    object,
  ) as Json;
  const value = holder?.[field];
  const item = path[at + 1];
  if (Array.isArray(value) && typeof item === "number" && value.length > 1) {
    holder[field] = value.filter((_, index) => index !== item);
    return true;
  }
  return holder !== undefined && delete holder[field];
}

function comments(notes: readonly Note[]): string {
  return notes.map(({ statement: { place, text }, reason }) =>
    `# ${oneLine(`${place.file}:${place.line}: ${text}: ${reason}`)}\n`
  ).join("");
}

/** Whatever could end a comment, as an escape. */
function oneLine(text: string): string {
  return text.replace(
    // deno-lint-ignore no-control-regex
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
