/**
 * Faults of this project's past, as small changes of what is there now.
 *
 * @module
 */
import type { Mutant } from "./mutant.ts";

const NOT_SHOWN: Mutant["changes"][number] = {
  file: "core/ipam/plan/place_dynamic.ts",
  find: `    ...claims.map(({ previous = "" }) => readIPv4(previous)),`,
  replace: "",
};

const NOT_NOTED: Mutant["changes"][number] = {
  file: "core/ipam/plan/place_dynamic.ts",
  find: `    ...claims.map(({ noted = "" }) => readIPv4(noted)),`,
  replace: "",
};

/** All of them. */
export const OWN_FAULTS: readonly Mutant[] = [
  {
    name: "T1-oldest-wins",
    seen: "who claims a MAC address that another has takes its address, if its object is older",
    theme: "tenants",
    scene: "an older VM takes a MAC address",
    changes: [{
      file: "core/ipam/claims/owners.ts",
      find: "a.hold - b.hold || compare(a.claim, b.claim, standing)",
      replace: "compare(a.claim, b.claim, standing)",
    }],
  },
  {
    name: "T2-same-second",
    seen: "of two VMs with one MAC address made within a second, the second takes the first one's",
    theme: "tenants",
    scene: "VMs of one second have one MAC address",
    changes: [{
      file: "core/ipam/claims/owners.ts",
      find: "a.hold - b.hold || compare(a.claim, b.claim, standing)",
      replace:
        "(a.claim.createdAt === b.claim.createdAt ? 0 : a.hold - b.hold) || compare(a.claim, b.claim, standing)",
    }],
  },
  {
    name: "T3-decline-believed",
    seen: "a forged DECLINE takes a neighbour's address away",
    theme: "wire",
    scene: "a client's DECLINE is forged",
    changes: [{
      file: "agent/neighbours/neighbour_watch.ts",
      find: "this.#told.set(address, mac);",
      replace:
        "this.#told.set(address, mac);\n      this.#declined.add({ address, mac, usedBy: mac + 1 }, this.#context.clock.now());",
    }],
  },
  {
    name: "T7-oldest-pool-wins",
    seen: "a pool of another namespace serves a network before the network's own",
    theme: "tenants",
    scene: "a pool of another namespace is older",
    changes: [{
      file: "core/ipam/pool/elect_pool.ts",
      find: "Number(isAtHome(b)) - Number(isAtHome(a)) || createdAt(a)",
      replace: "createdAt(a)",
    }],
  },
  {
    name: "S1-history",
    seen: "after a restore of etcd nobody notices that versions went back",
    theme: "restore",
    scene: "the API server forgets a VM that goes on",
    changes: [{
      file: "kube/watch/watched_store.ts",
      find: `const isNewHistory = isKnown || isNewer(asked, list.resourceVersion) === true ||
      this.#contradicts(list);`,
      replace: "const isNewHistory = isKnown && false;",
    }],
  },
  {
    name: "S1-lost-leases",
    seen: "after a restore of etcd addresses that were given meanwhile are given again",
    theme: "restore",
    scene: "the API server forgets a VM that goes on",
    changes: [{
      file: "core/ipam/plan/lost.ts",
      find: "next.hold(address, { mac, until: until + behind * SECOND_MS });",
      replace: "",
    }],
  },
  {
    name: "S2-silent-watch",
    seen: "a connection that dies without a word leaves a watch silent for ever",
    theme: "outages",
    scene: "connections die without a word",
    changes: [{
      file: "kube/watch/watch_guard.ts",
      find: "const SILENCE_MS = 75_000;",
      replace: "const SILENCE_MS = 75_000_000;",
    }],
  },
  {
    name: "S3-broken-network",
    seen: "one network that no pod can be attached to keeps all others of its agents unserved",
    theme: "networks",
    scene: "a network that no pod can be attached to stands beside a good one",
    changes: [{
      file: "controller/agents/agent_networks.ts",
      find: "nad === undefined || attachment === undefined || attachment.problem !== undefined",
      replace: "nad === undefined || attachment === undefined",
    }],
  },
  {
    name: "S3-no-suspects",
    seen: "the same, of a network that only its plugin refuses",
    theme: "networks",
    scene: "a network whose bridge no node has stands beside a good one",
    changes: [{
      file: "controller/agents/suspects.ts",
      find: "if (trouble === undefined) return undefined;",
      replace: "if (trouble === undefined || networks.length > 0) return undefined;",
    }],
  },
  {
    name: "S4-status-lost",
    seen: "a pool that is made again forgets who had what",
    theme: "restore",
    scene: "a pool is made again",
    changes: [NOT_SHOWN],
  },
  {
    name: "S4-objects-lost",
    seen: "a copy of a VirtualMachineNetworkConfig without its status has another address",
    theme: "restore",
    scene: "a pool and an object are made again",
    changes: [NOT_NOTED],
  },
  {
    name: "S4-all-lost",
    seen: "both of the above at once",
    theme: "restore",
    scene: "a pool is made again",
    changes: [NOT_SHOWN, NOT_NOTED],
  },
  {
    name: "S5-new-mac",
    seen: "a NIC whose MAC address changes gets another address",
    theme: "edits",
    scene: "a VM has another MAC address",
    changes: [{
      file: "core/ipam/plan/review_record.ts",
      find: "handOn(planning);",
      replace: "void handOn;",
    }, {
      // Who does not take it along gets it back, as its object notes.
      file: "core/vmnetcfg/claims.ts",
      find: "? { notedMac: formerMac }",
      replace: "? {}",
    }],
  },
  {
    name: "S8-network-edited",
    seen: "the VLAN of a network is edited, and agents stay on the old one",
    theme: "networks",
    scene: "a network moves to another VLAN",
    changes: [{
      file: "controller/agents/render_agent.ts",
      find: "networks.map(({ config, attachment }) => [config.ipPoolRef, attachment.hash]),",
      replace: `networks.map(({ config }) => [config.ipPoolRef, ""]),`,
    }],
  },
  {
    name: "S9-network-deleted",
    seen: "a network is deleted while VMs use it, and its agents go",
    theme: "networks",
    scene: "a network is deleted under its VMs",
    changes: [{
      file: "controller/agents/agent_networks.ts",
      find: "return present && { ...present, holdsUpgrade, isKept: true };",
      replace: "return present && undefined;",
    }],
  },
  {
    name: "moved-at-once",
    seen: "a network moves to another cluster network, and its agents go before others can come",
    theme: "networks",
    scene: "a network moves to another cluster network, whose nodes lack its bridge",
    changes: [{
      file: "controller/agents/plan_agents.ts",
      find: "if (base === target) continue;",
      replace: 'if (base === target || name !== "") continue;',
    }],
  },
  {
    name: "moved-and-not-left",
    seen: "a network moves to another cluster network, and its former agents go on with it",
    theme: "networks",
    scene: "a network moves to another cluster network",
    changes: [{
      file: "controller/agents/agents.ts",
      find: "if (this.#deploymentsOf(pool).length > 1) this.queue.add(KEY);",
      replace: "if (this.#deploymentsOf(pool).length > 99) this.queue.add(KEY);",
    }],
  },
];
