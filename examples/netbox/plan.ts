/**
 * What keeps an IPPool and NetBox in step, decided from what both say. No clock, no network.
 *
 * @module
 */
import {
  cidrContains,
  formatIPv4,
  type IPPool,
  normalizeMac,
  parseCidr,
  parseIPv4,
  type VirtualMachineNetworkConfig,
} from "@vm-dhcp/vm-dhcp";

/** An address of NetBox, as far as it is read. */
export interface NetBoxAddress {
  readonly id: number;
  /** With prefix, such as `192.168.48.5/24`. */
  readonly address: string;
  readonly dns_name: string;
  readonly description: string;
  readonly tags: readonly { readonly slug: string }[];
  readonly custom_fields: Readonly<Record<string, unknown>>;
}

/** A range of NetBox: both ends belong to it. */
export interface NetBoxRange {
  readonly start_address: string;
  readonly end_address: string;
}

/** An address as it is to be in NetBox. */
export interface WantedAddress {
  readonly address: string;
  readonly status: "dhcp";
  readonly dns_name: string;
  readonly description: string;
  readonly tags: readonly { readonly slug: string }[];
}

/** Everything that is to be written; all empty where both are in step. */
export interface NetBoxPlan {
  /** New `spec.ipv4Config.pool.exclude`, and which of it is NetBox's. */
  readonly exclude?: { readonly all: readonly string[]; readonly ours: readonly string[] };
  /** Reservations to apply. */
  readonly reserve: readonly VirtualMachineNetworkConfig[];
  /** Names of reservations to delete. */
  readonly unreserve: readonly string[];
  readonly create: readonly WantedAddress[];
  readonly change: readonly (WantedAddress & { readonly id: number })[];
  readonly remove: readonly { readonly id: number }[];
  /** What a person must decide. */
  readonly problems: readonly string[];
}

/** Tag of what this script writes into NetBox. */
const TAG = "vm-dhcp";
/** Custom field of an address in NetBox that makes it a reservation. */
const MAC_FIELD = "mac_address";
/** Annotation on the IPPool: which of its excludes are NetBox's. */
export const EXCLUDES_ANNOTATION = "netbox-sync/excludes";
/** Label of the reservations that are NetBox's. */
const LABEL = "netbox-sync/pool";

const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;
const MOST_EXCLUDES = 4096;

/** Decides it for one pool. `configs`: all VirtualMachineNetworkConfigs that may have its addresses. */
export function planNetBox({ pool, configs, addresses, ranges }: {
  readonly pool: IPPool;
  readonly configs: readonly VirtualMachineNetworkConfig[];
  readonly addresses: readonly NetBoxAddress[];
  readonly ranges: readonly NetBoxRange[];
}): NetBoxPlan {
  const cidr = parseCidr(pool.spec.ipv4Config.cidr);
  const inPool = (text: string) => cidrContains(cidr, parseIPv4(bare(text)));
  const here = addresses.filter(({ address }) => inPool(address));
  const ours = here.filter(isOurs);
  const theirs = here.filter((one) => !isOurs(one));
  const reserved = theirs.filter((one) => macOf(one) !== undefined);
  const recorded = recordOf(pool);
  const wanted = reserved.map((one) => reservation(pool, one));
  const wishes = new Map(reserved.map((one) => [bare(one.address), macOf(one)]));
  const problems = theirs.flatMap((one) => {
    const has = recorded.get(bare(one.address));
    const isFree = has === undefined || has === wishes.get(bare(one.address));
    return isFree ? [] : [`${one.address} is NetBox's, and the pool has given it to ${has}`];
  });
  const excluded = [
    ...theirs.filter((one) => macOf(one) === undefined).map(({ address }) => bare(address)),
    ...ranges.flatMap(({ start_address, end_address }) => [...eachOf(start_address, end_address)]),
  ].filter((address) => isInRange(pool, address) && !isGiven(pool, address));
  const names = new Set(wanted.map(({ metadata }) => metadata.name));
  const entries = [...recorded].filter(([address]) => !wishes.has(address));
  const known = new Map(ours.map((one) => [bare(one.address), one]));
  const shown = entries.map(([address, mac]) => shownAddress(pool, { address, mac, configs }));
  return {
    ...excludesOf(pool, [...new Set(excluded)]),
    reserve: wanted.filter((one) => !isThere(one, configs)),
    unreserve: configs.filter(({ metadata }) =>
      metadata.namespace === pool.metadata.namespace &&
      metadata.labels?.[LABEL] === pool.metadata.name && !names.has(metadata.name)
    ).map(({ metadata }) => metadata.name ?? ""),
    create: shown.filter(({ address }) => !known.has(bare(address))),
    change: shown.flatMap((one) => {
      const before = known.get(bare(one.address));
      const isSame = before?.description === one.description && before.dns_name === one.dns_name;
      return before === undefined || isSame ? [] : [{ id: before.id, ...one }];
    }),
    remove: ours.filter(({ address }) => !entries.some(([entry]) => entry === bare(address)))
      .map(({ id }) => ({ id })),
    problems,
  };
}

/** Address -> MAC address; marks are left out. */
function recordOf(pool: IPPool): ReadonlyMap<string, string> {
  const entries = Object.entries(pool.status?.ipv4?.allocated ?? {});
  return new Map(entries.filter(([, mac]) => MAC.test(mac)));
}

/** Whether the pool would give the address by itself. */
function isInRange({ spec }: IPPool, address: string): boolean {
  const { cidr, router, serverIP, pool } = spec.ipv4Config;
  const { start = "", end = "" } = pool ?? {};
  const number = parseIPv4(address);
  return cidrContains(parseCidr(cidr), number) && address !== router && address !== serverIP &&
    (start === "" || number >= parseIPv4(start)) && (end === "" || number <= parseIPv4(end));
}

/** Whether a VM has the address, or the pool keeps it for its server or router. */
function isGiven(pool: IPPool, address: string): boolean {
  const entry = pool.status?.ipv4?.allocated?.[address];
  return entry !== undefined && entry !== "EXCLUDED" && entry !== "CONFLICT";
}

function isOurs({ tags }: NetBoxAddress): boolean {
  return tags.some(({ slug }) => slug === TAG);
}

function macOf({ custom_fields: fields }: NetBoxAddress): string | undefined {
  const text = fields[MAC_FIELD];
  return typeof text === "string" && text !== "" ? normalizeMac(text) : undefined;
}

/** Excludes that people wrote stay; those that NetBox no longer has go. */
function excludesOf(pool: IPPool, wanted: readonly string[]): Pick<NetBoxPlan, "exclude"> {
  const before = pool.spec.ipv4Config.pool?.exclude ?? [];
  const noted = pool.metadata.annotations?.[EXCLUDES_ANNOTATION] ?? "";
  const formerly = new Set(noted.split(",").filter((text) => text !== ""));
  const people = before.filter((address) => !formerly.has(address));
  const ours = wanted.filter((address) => !people.includes(address));
  if (ours.length > MOST_EXCLUDES) {
    throw new Error(
      `Cannot exclude ${ours.length} addresses of NetBox: more than ${MOST_EXCLUDES}; set start and end of the pool instead`,
    );
  }
  const isSame = ours.length === formerly.size && ours.every((address) => formerly.has(address)) &&
    ours.every((address) => before.includes(address));
  return isSame ? {} : { exclude: { all: [...people, ...ours], ours } };
}

function reservation(pool: IPPool, one: NetBoxAddress): VirtualMachineNetworkConfig {
  const { namespace, name: poolName } = pool.metadata;
  const [host = ""] = one.dns_name.split(".");
  const name = `netbox-${one.id}`;
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "VirtualMachineNetworkConfig",
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { [LABEL]: poolName ?? "" },
    },
    spec: {
      vmName: host === "" ? name : host,
      networkConfig: [{
        networkName: pool.spec.networkName,
        macAddress: macOf(one) ?? "",
        ipAddress: bare(one.address),
      }],
    },
  };
}

function isThere(
  { metadata, spec }: VirtualMachineNetworkConfig,
  configs: readonly VirtualMachineNetworkConfig[],
): boolean {
  const found = configs.find((one) =>
    one.metadata.name === metadata.name && one.metadata.namespace === metadata.namespace
  );
  const [wanted] = spec.networkConfig ?? [];
  const [has] = found?.spec.networkConfig ?? [];
  return has?.macAddress === wanted?.macAddress && has?.ipAddress === wanted?.ipAddress;
}

/** How an entry of the record stands in NetBox. */
function shownAddress(
  pool: IPPool,
  { address, mac, configs }: {
    readonly address: string;
    readonly mac: string;
    readonly configs: readonly VirtualMachineNetworkConfig[];
  },
): WantedAddress {
  const owner = configs.find(({ status }) =>
    status?.networkConfig?.some((nic) =>
      nic.macAddress === mac && nic.allocatedIPAddress === address
    )
  );
  const vm = owner === undefined ? "" : ` of ${owner.metadata.namespace}/${owner.spec.vmName}`;
  const { prefix } = parseCidr(pool.spec.ipv4Config.cidr);
  return {
    address: `${address}/${prefix}`,
    status: "dhcp",
    dns_name: owner?.spec.vmName ?? "",
    description: `${mac}${vm}, pool ${pool.metadata.namespace}/${pool.metadata.name}`,
    tags: [{ slug: TAG }],
  };
}

function* eachOf(start: string, end: string): Generator<string> {
  const last = Math.min(parseIPv4(bare(end)), parseIPv4(bare(start)) + MOST_EXCLUDES);
  for (let address = parseIPv4(bare(start)); address <= last; address++) yield formatIPv4(address);
}

/** Without its prefix. */
function bare(address: string): string {
  return address.split("/")[0] ?? "";
}
