/**
 * A cluster that is made up: pools, VMs, agents, what they heard, and what happened.
 *
 * @module
 */
import { API_VERSION, VMNETCFG_FINALIZER } from "../../core/api/names.ts";
import type {
  Condition,
  IPPool,
  VirtualMachine,
  VirtualMachineNetworkConfig,
} from "../../core/api/types.ts";
import type { RecordChange } from "../../core/history/record_change.ts";
import type { ClientHeard } from "../../core/inspect/heard.ts";
import { formatIPv4, formatMac, parseIPv4 } from "../../core/net/mod.ts";
import type { InspectedAgent, InspectSource } from "../../inspect/source.ts";

/** The moment at which it is. */
const NOW = Date.parse("2026-11-30T12:00:00Z");

/** How it is made. */
interface FakeOptions {
  /** How many pools. */
  readonly pools: number;
  /** Addresses in use of each pool; of the first, where there is one. */
  readonly used?: number;
  /** What stands in names and messages that people write. */
  readonly word?: string;
}

/** A source whose objects can be exchanged. */
interface FakeSource extends InspectSource {
  pools(): IPPool[];
  configs(): VirtualMachineNetworkConfig[];
}

/** Makes it. */
export function fakeSource({ pools: count, used = 100, word = "" }: FakeOptions): FakeSource {
  const pools = Array.from({ length: count }, (_, index) => pool(index, { used, word }));
  const configs: VirtualMachineNetworkConfig[] = [];
  const vms: VirtualMachine[] = [];
  for (const [index, { status }] of pools.entries()) {
    const given = Object.entries(status?.ipv4?.allocated ?? {});
    for (const [address, macAddress] of given.filter(([, mac]) => isMac(mac))) {
      const name = `${word}vm-${index}-${macAddress.slice(9).replaceAll(":", "")}`;
      configs.push(config(index, { name, macAddress, address, word }));
      if (index < 3) vms.push(vm(index, { name, macAddress }));
    }
    if (index === 1) configs.push(waiting(index, word));
  }
  return {
    now: () => NOW,
    tenancy: "shared",
    notReady: () => [],
    pools: () => pools,
    configs: () => configs,
    vms: () => vms,
    vmis: () => [],
    networks: () =>
      pools.map(({ metadata }) => ({
        apiVersion: "k8s.cni.cncf.io/v1",
        kind: "NetworkAttachmentDefinition",
        metadata,
        spec: { config: '{"cniVersion":"0.3.1","type":"bridge","bridge":"br0","ipam":{}}' },
      })),
    namespaces: () => [],
    agents: () => count === 0 ? [] : agents(pools),
    heard: ({ pool: of, macAddresses }) => {
      const clients = pools.filter(({ metadata }) => of === undefined || of === keyOf(metadata))
        .flatMap((pool) => heardOn(pool, macAddresses));
      const since = at(-7 * DAY);
      const answer = { pod: "vm-dhcp-agent-1", since, pools: [], clients, leftOut: 0 };
      return Promise.resolve({ answers: [answer], problems: [] });
    },
    packets: () => Promise.resolve(new Response("", { status: 503 })),
    history: (of) => {
      const found = pools.find(({ metadata }) => keyOf(metadata) === of);
      return Promise.resolve(found && historyOf(found));
    },
    checks: () => Promise.resolve([]),
  };
}

const MINUTE = 60_000;
const DAY = 86_400_000;

function at(ms: number): string {
  return `${new Date(NOW + ms).toISOString().slice(0, -5)}Z`;
}

const GIVEN = new WeakMap<object, readonly (readonly [string, string])[]>();

/** Addresses with their MAC addresses; remembered, since what a double costs is no cost of the page. */
function givenOf(status: IPPool["status"]): readonly (readonly [string, string])[] {
  const allocated = status?.ipv4?.allocated ?? {};
  const known = GIVEN.get(allocated) ??
    Object.entries(allocated).filter(([, mac]) => isMac(mac));
  GIVEN.set(allocated, known);
  return known;
}

/** What was never checked by a schema may have any value. */
function isMac(text: unknown): boolean {
  return typeof text === "string" && text.includes(":");
}

function keyOf({ namespace, name }: IPPool["metadata"]): string {
  return `${namespace}/${name}`;
}

/** Names that are met: those of teams, and of what their networks are for. */
const TEAMS = ["default", "payments", "lab", "media"];
const USES = ["vlan", "storage", "build", "office", "edge"];

function nameOf(index: number): { readonly namespace: string; readonly name: string } {
  const namespace = TEAMS[index % TEAMS.length] ?? "default";
  return { namespace, name: `${USES[index % USES.length]}-${48 + index}` };
}

function pool(
  index: number,
  { used, word }: { readonly used: number; readonly word: string },
): IPPool {
  const { namespace, name } = nameOf(index);
  const isBig = used > 200;
  const subnet = isBig ? `10.${index}` : `10.${100 + (index >> 8)}.${index & 255}`;
  const base = parseIPv4(isBig ? `${subnet}.0.0` : `${subnet}.0`);
  const size = isBig ? 65_536 : 256;
  const start = base + 10;
  const end = base + size - 6;
  // Pools are not equally full, but the first has what is asked for.
  const here = index === 0 || isBig
    ? used
    : Math.min(used * 2.3, used * (12 + index * 37 % 213) / 100) | 0;
  const allocated: Record<string, string> = { [formatIPv4(base + 20)]: "EXCLUDED" };
  allocated[formatIPv4(base + 21)] = "EXCLUDED";
  allocated[formatIPv4(base + 10)] = "RESERVED";
  allocated[formatIPv4(base + 40)] = "CONFLICT";
  let given = 0;
  for (let step = 0; given < here; step++) {
    const address = formatIPv4(start + step * 11 % (end - start));
    if (allocated[address] !== undefined) continue;
    allocated[address] = formatMac(0x52_54_00_00_00_00 + index * 65_536 + given);
    given++;
  }
  const held = [60, 61, 62, 90].map((offset) => formatIPv4(base + offset))
    .filter((address) => allocated[address] === undefined);
  const isBroken = index === 1;
  const cidr = `${formatIPv4(base)}/${isBig ? 16 : 24}`;
  return {
    apiVersion: API_VERSION,
    kind: "IPPool",
    metadata: {
      namespace,
      name: `${word}${name}`,
      uid: `pool-${index}`,
      creationTimestamp: at(-90 * DAY),
    },
    spec: {
      networkName: `${namespace}/${name}`,
      ...(index === 2 ? { paused: true } : {}),
      ipv4Config: {
        cidr,
        serverIP: formatIPv4(base + 10),
        router: formatIPv4(base + 1),
        pool: {
          start: formatIPv4(start),
          end: formatIPv4(end),
          exclude: [formatIPv4(base + 20), formatIPv4(base + 21)],
        },
        dns: ["10.0.0.53", "10.0.1.53"],
        ntp: ["10.0.0.123"],
        domainName: `${word}${namespace}.example`.replaceAll(/[^a-z.]/g, ""),
        mtu: 1450,
        leaseTime: 3600,
        routes: [{ destination: "172.16.0.0/12", gateway: formatIPv4(base + 2) }],
      },
    },
    status: {
      lastUpdate: at(-index * MINUTE - 40_000),
      agentPodRef: isBroken
        ? {}
        : { namespace: "vm-dhcp", name: `vm-dhcp-agent-${index % 4}-7d9f` },
      ipv4: {
        allocated,
        used: here,
        available: end - start + 1 - here - 4 - held.length,
        released: Object.fromEntries(held.map((address, order) => [address, {
          macAddress: formatMac(0x52_54_00_ff_00_00 + order),
          until: at((order + 1) * 11 * MINUTE),
        }])),
        conflicts: {
          [formatIPv4(base + 40)]: {
            macAddress: "52:54:00:aa:00:01",
            usedBy: "b8:27:eb:12:34:56",
            until: at(35 * MINUTE),
          },
        },
      },
      conditions: conditions(index, word),
    },
  };
}

function conditions(index: number, word: string): readonly Condition[] {
  const condition = (
    type: string,
    status: Condition["status"],
    [reason, message]: readonly [string, string],
  ): Condition => ({
    type,
    status,
    reason,
    message,
    lastTransitionTime: at(-(index + 2) * 37 * MINUTE),
  });
  const agent = index === 1
    ? condition("AgentReady", "False", [
      "NetworkNotAttached",
      `${word}The agent's pods cannot be attached to the network: bridge br49 is not on node-3`,
    ])
    : index === 2
    ? condition("AgentReady", "False", ["Paused", "The IPPool is paused"])
    : condition("AgentReady", "True", [
      "Serving",
      `vm-dhcp-agent-${index % 4}-7d9f answers on net1`,
    ]);
  return [
    condition("Registered", "True", ["Registered", "IPPool serves its network"]),
    index === 0
      ? condition("CacheReady", "True", [
        "AddressesInUse",
        `${word}Machines have addresses of the range: 10.100.0.40 is b8:27:eb:12:34:56`,
      ])
      : condition("CacheReady", "True", ["Planned", "The record of addresses is up to date"]),
    agent,
    index === 2
      ? condition("Stopped", "True", ["Paused", "The IPPool is paused"])
      : condition("Stopped", "False", ["Running", "The IPPool is not paused"]),
  ];
}

function config(
  index: number,
  { name, macAddress, address, word }: {
    readonly name: string;
    readonly macAddress: string;
    readonly address: string;
    readonly word: string;
  },
): VirtualMachineNetworkConfig {
  const { namespace } = nameOf(index);
  const networkName = `${namespace}/${nameOf(index).name}`;
  return {
    apiVersion: API_VERSION,
    kind: "VirtualMachineNetworkConfig",
    metadata: {
      namespace,
      name,
      uid: `config-${index}-${macAddress}`,
      creationTimestamp: at(-30 * DAY),
      finalizers: [VMNETCFG_FINALIZER],
      ...(index < 3
        ? {
          ownerReferences: [{
            apiVersion: "kubevirt.io/v1",
            kind: "VirtualMachine",
            name,
            uid: `vm-${index}-${macAddress}`,
          }],
        }
        : {}),
    },
    spec: { vmName: name, networkConfig: [{ networkName, macAddress }] },
    status: {
      networkConfig: [{
        networkName,
        macAddress,
        allocatedIPAddress: address,
        state: "Allocated",
        message: `${word}${address} on ${networkName}`,
      }],
      conditions: [],
    },
  };
}

function waiting(index: number, word: string): VirtualMachineNetworkConfig {
  const made = config(index, {
    name: `${word}batch-worker-17`,
    macAddress: "52:54:00:77:00:17",
    address: "",
    word,
  });
  const { networkName, macAddress } = made.spec.networkConfig?.[0] ??
    { networkName: "", macAddress: "" };
  return {
    ...made,
    status: {
      networkConfig: [{
        networkName,
        macAddress,
        state: "Pending",
        reason: "PoolExhausted",
        message: `${word}No address of IPPool ${networkName} is left: 100 are in use`,
      }],
      conditions: [{
        type: "Allocated",
        status: "False",
        reason: "PoolExhausted",
        lastTransitionTime: at(-3 * MINUTE),
      }],
    },
  };
}

function vm(
  index: number,
  { name, macAddress }: { readonly name: string; readonly macAddress: string },
): VirtualMachine {
  const { namespace } = nameOf(index);
  const networkName = `${namespace}/${nameOf(index).name}`;
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: {
      namespace,
      name,
      uid: `vm-${index}-${macAddress}`,
      creationTimestamp: at(-30 * DAY),
    },
    spec: {
      runStrategy: "Always",
      template: {
        spec: {
          domain: { devices: { interfaces: [{ name: "nic-1", macAddress }] } },
          networks: [{ name: "nic-1", multus: { networkName } }],
        },
      },
    },
    status: { printableStatus: "Running", ready: true },
  };
}

function agents(pools: readonly IPPool[]): readonly InspectedAgent[] {
  return [0, 1, 2, 3].slice(0, pools.length).map((order) => ({
    lease: `vm-dhcp/vm-dhcp-agent-${order}`,
    leadsSince: at(-(order + 1) * 5 * DAY),
    renewedAt: at(-800),
    durationSeconds: 5,
    transitions: order,
    report: {
      pod: { namespace: "vm-dhcp", name: `vm-dhcp-agent-${order}-7d9f` },
      pools: Object.fromEntries(
        pools.filter((_, index) => index % 4 === order && index !== 1).map(({ metadata }) => [
          keyOf(metadata),
          { ready: true, reason: "Serving" as const, message: "", interfaceName: "net1" },
        ]),
      ),
    },
  }));
}

function heardOn(
  { metadata, status }: IPPool,
  macAddresses: readonly string[] | undefined,
): readonly ClientHeard[] {
  const wanted = macAddresses && new Set(macAddresses);
  return givenOf(status)
    .filter(([, mac]) => wanted?.has(mac) ?? true)
    .map(([address, macAddress], index) => ({
      pool: keyOf(metadata),
      macAddress,
      known: true,
      at: at(-index * 9_000 - 3_000),
      asked: index % 9 === 0 ? "DISCOVER" : "REQUEST",
      answer: index % 9 === 0 ? "OFFER" : "ACK",
      why: "",
      address,
      offersUntaken: 0,
      ackedAt: at(-index * 9_000 - 3_000),
      relay: "",
    }));
}

/** Everything that was given, in the order of the record, the most of it long ago. */
function historyOf({ metadata, status }: IPPool): readonly RecordChange[] {
  const given = givenOf(status)
    .slice(-1_500);
  // Each pool has grown at a pace of its own.
  const pace = 3 + Number(metadata.uid?.slice("pool-".length) ?? 0) * 7 % 11;
  return given.flatMap(([address, macAddress], index): RecordChange[] => {
    const before = given.length - index;
    const ms = -(before * before * pace * MINUTE) - before * 9 * MINUTE;
    const vm = `${metadata.namespace}/vm-${index}`;
    const change = { address, macAddress, vm };
    const lost = { ...change, at: at(ms - 50 * MINUTE), event: "released" as const };
    return [
      ...(index % 9 === 4 ? [{ ...lost, why: "The VM was deleted" }] : []),
      { ...change, at: at(ms), event: "given", why: "Allocated" },
    ];
  }).toSorted((one, other) => one.at < other.at ? -1 : 1);
}
