/**
 * Deeds that go straight to where a fault shows.
 *
 * @module
 */
import { mac } from "../../controller/objects.ts";
import type { Deed } from "../deeds/deeds.ts";
import type { Scenario, TimedDeed } from "../deeds/scenario.ts";

const SECONDS = 1_000;
/** What is left to the faults after the last deed. */
const LAST_MS = 20 * SECONDS;
const NETWORK = "default/net-48";
const ADDRESS = "192.168.48.95";

/** A deed so many seconds from the beginning. */
function at(seconds: number, deed: Deed): TimedDeed {
  return { at: seconds * SECONDS, deed };
}

/** A VM of one network. */
function vm(n: number): Deed {
  return { do: "create vm", vm: name(n), nics: [{ network: NETWORK, mac: mac(n) }] };
}

function name(n: number): string {
  return `default/vm-${n}`;
}

/** Index of the first agent into the processes: two controllers and two webhooks come before. */
const FIRST_AGENT = 4;
/** Number of a VM that is given the same address as the third, where both are free. */
const SAME_HOME = 27;

/** A pool and two VMs. */
const BEGINNING = [at(2, { do: "create pool", pool: 0 }), at(4, vm(1)), at(7, vm(2))] as const;
const BORROWED: Deed = { do: "borrow mac", vm: name(1), of: name(2), address: ADDRESS };

/** By what happens in them. */
export const SCENES = {
  "an older VM takes a MAC address": [...BEGINNING, at(30, BORROWED)],
  "all addresses are excluded": [
    ...BEGINNING,
    at(30, { do: "exclude", pool: 0, last: Array.from({ length: 20 }, (_, n) => 81 + n) }),
  ],
  "VMs of one second have one MAC address": [
    at(2, { do: "create pool", pool: 0 }),
    ...[1, 2, 3, 4].map((n) => at(6 + n / 20, vm(n))),
    at(30, { do: "borrow mac", vm: name(1), of: name(2), address: null }),
    at(31, { do: "borrow mac", vm: name(4), of: name(3), address: null }),
  ],
  "a record counts wrongly": [
    ...BEGINNING,
    at(30, { do: "miscount", pool: 0, by: 3 }),
    at(40, { do: "delete vm", vm: name(1) }),
  ],
  "a VM goes": [...BEGINNING, at(30, { do: "delete vm", vm: name(1) })],
  "a VM goes, and another one comes at once": [
    ...BEGINNING,
    at(10, vm(3)),
    at(30, { do: "delete vm", vm: name(3) }),
    at(33, vm(SAME_HOME)),
  ],
  "a VM goes, and its object by force": [
    ...BEGINNING,
    at(30, { do: "force config away", vm: name(1) }),
  ],
  "a VM goes while its pool is paused": [
    ...BEGINNING,
    at(30, { do: "edit pool", pool: 0, edit: { paused: true } }),
    at(40, { do: "delete vm", vm: name(1) }),
  ],
  "a VM goes after its pool": [
    ...BEGINNING,
    at(30, { do: "force pool away", pool: 0 }),
    at(45, { do: "delete vm", vm: name(1) }),
  ],
  "a copy goes": [
    ...BEGINNING,
    at(20, { do: "clone vm", vm: "default/clone-1", of: name(1) }),
    at(40, { do: "delete vm", vm: "default/clone-1" }),
  ],
  "a pool is edited as it is written": [
    ...BEGINNING,
    ...[3, 4, 5, 6, 7, 8].flatMap((n) => [
      at(10 + 2 * n, vm(n)),
      ...[14, 16, 18, 20, 22].map((ms) =>
        at(10 + 2 * n + ms / SECONDS, { do: "exclude", pool: 0, last: [200 + ms + n] })
      ),
    ]),
  ],
  "clients claim each other's address": [
    ...BEGINNING,
    ...(["select", "reboot", "renew"] as const).map((claim, n) =>
      at(30 + n, { do: "claim another's", whom: 0, of: 0, claim })
    ),
  ],
  "a client's DECLINE is forged": [...BEGINNING, at(30, { do: "forged decline", whom: 0 })],
  "a record has an entry that nobody can read": [
    ...BEGINNING,
    at(20, { do: "spoil record", pool: 0, last: 150 }),
    at(30, vm(3)),
  ],
  "a pool of another namespace is older": [
    at(1, { do: "create network", pool: 0 }),
    at(2, { do: "foreign pool", pool: 0, of: "tenant-a", isThere: true }),
    at(10, { do: "create pool", pool: 0 }),
    at(12, vm(1)),
  ],
  "a leader does not reach the API server": [
    ...BEGINNING,
    at(20, { do: "leader apart", forMs: 90 * SECONDS }),
    at(60, vm(3)),
    at(110, vm(4)),
  ],
  "a pool is made again": [
    ...BEGINNING,
    at(20, { do: "static address", vm: name(1), address: ADDRESS }),
    at(40, { do: "static address", vm: name(1), address: null }),
    // Nobody may take that for the wish of the VM any more.
    at(175, vm(3)),
    at(190, { do: "restore pool", pool: 0 }),
  ],
  "a pool and an object are made again": [
    ...BEGINNING,
    at(20, { do: "static address", vm: name(1), address: ADDRESS }),
    at(40, { do: "static address", vm: name(1), address: null }),
    at(175, vm(3)),
    // Every controller knows by then that the pool is gone: none shows the record of it in the new object.
    at(190, { do: "force pool away", pool: 0 }),
    at(200, { do: "restore config", vm: name(1) }),
    at(210, { do: "create pool", pool: 0 }),
  ],
  "the API server forgets a VM that goes on": [
    ...BEGINNING,
    at(20, { do: "backup" }),
    at(25, vm(3)),
    at(60, { do: "restore" }),
    at(90, vm(SAME_HOME)),
  ],
  "connections die without a word": [
    ...BEGINNING,
    ...[30, 50, 70].flatMap((seconds, n) => [
      ...[0, 1].map((agent) =>
        at(seconds, {
          do: "link",
          whom: FIRST_AGENT + agent,
          mode: "silent",
          forMs: 3 * SECONDS,
        })
      ),
      at(seconds + 1, vm(3 + n)),
    ]),
  ],
  "agents lose their Lease": [
    ...BEGINNING,
    at(30, { do: "link", whom: FIRST_AGENT, mode: "silent", forMs: 20 * SECONDS }),
    at(70, { do: "link", whom: FIRST_AGENT + 1, mode: "silent", forMs: 20 * SECONDS }),
  ],
  "all interfaces are made again": [
    ...BEGINNING,
    at(30, { do: "remake interface", whom: 0 }),
    at(30.1, { do: "remake interface", whom: 1 }),
    at(40, vm(3)),
  ],
  "a VM has a NIC on a network without a pool": [
    ...BEGINNING,
    at(10, {
      do: "create vm",
      vm: name(3),
      nics: [{ network: NETWORK, mac: mac(3) }, { network: "default/without", mac: mac(5) }],
    }),
  ],
  "a network that no pod can be attached to stands beside a good one": [
    at(1, { do: "create network", pool: 1 }),
    at(1.5, { do: "break network", pool: 1, how: "text" }),
    at(2, { do: "create pool", pool: 1 }),
    at(3, { do: "create pool", pool: 0 }),
    at(4, vm(1)),
  ],
  "a network whose bridge no node has stands beside a good one": [
    at(1, { do: "create network", pool: 1 }),
    at(1.5, { do: "break network", pool: 1, how: "bridge" }),
    at(2, { do: "create pool", pool: 1 }),
    at(3, { do: "create pool", pool: 0 }),
    at(4, vm(1)),
  ],
  "a network moves to another VLAN": [
    ...BEGINNING,
    at(30, { do: "move network", pool: 0, vlan: 1 }),
    at(40, vm(3)),
  ],
  "a network moves to another cluster network, whose nodes lack its bridge": [
    ...BEGINNING,
    at(30, { do: "break network", pool: 0, how: "text" }),
    at(32, { do: "label network", pool: 0, clusterNetwork: "other" }),
    at(34, { do: "pod of the Go version", pool: 0, isStuck: true }),
    at(36, { do: "break network", pool: 0, how: "bridge" }),
  ],
  "a network moves to another cluster network": [
    ...BEGINNING,
    at(30, { do: "label network", pool: 0, clusterNetwork: "other" }),
    at(40, vm(3)),
  ],
  "a network is deleted under its VMs": [
    ...BEGINNING,
    at(30, { do: "delete network", pool: 0 }),
    at(40, { do: "restart client", whom: 0, releases: false }),
  ],
  "nodes are lost": [
    ...BEGINNING,
    ...[0, 1, 2].map((node) => at(30, { do: "lose node", node, forMs: 60 * SECONDS })),
    at(100, vm(3)),
  ],
  "an API server is away": [
    ...BEGINNING,
    at(30, { do: "outage", mode: "silent", kills: false, forMs: 90 * SECONDS }),
    at(125, vm(3)),
  ],
  "every agent starts again without an API server": [
    ...BEGINNING,
    at(30, { do: "outage", mode: "silent", kills: true, forMs: 90 * SECONDS }),
    at(125, vm(3)),
  ],
  "a VM has another MAC address": [
    ...BEGINNING,
    at(30, { do: "edit nics", vm: name(1), nics: [{ network: NETWORK, mac: mac(9) }] }),
    at(50, vm(3)),
  ],
} as const satisfies Readonly<Record<string, readonly TimedDeed[]>>;

/** One of {@linkcode SCENES}. */
export type Scene = keyof typeof SCENES;

/** What is played for a scene. */
export function scenarioOfScene(scene: Scene): Scenario {
  const deeds = SCENES[scene];
  const untilMs = Math.max(...deeds.map(({ at }) => at)) + LAST_MS;
  return { seed: 1, tenancy: "shared", untilMs, deeds };
}
