/**
 * Faults of the Go version, as small changes of what does the same here.
 *
 * @module
 */
import type { Mutant } from "./mutant.ts";

const UNGUARDED: Mutant["changes"][number] = {
  file: "controller/write/guarded_writer.ts",
  find: "() => client.updateStatus(object, { signal })",
  replace: `async () => client.updateStatus({
          ...object,
          metadata: {
            ...object.metadata,
            resourceVersion: (await client.get(parseKey(keyOf(object)), { signal }))?.metadata.resourceVersion ?? "",
          },
        }, { signal })`,
};

const NEVER_STOPS: Mutant["changes"][number] = {
  file: "kube/election/leader_election.ts",
  find: `this.#renewedAt >= durationMs * STOP_PART`,
  replace: `this.#renewedAt >= durationMs * 1_000`,
};

/** All of them. */
export const GO_FAULTS: readonly Mutant[] = [
  {
    name: "unguarded-write",
    seen: "two leaders write one pool, the later over the earlier",
    theme: "elections",
    changes: [UNGUARDED],
    covered: "a leader stops in time, and whoever plans anew comes to the same: " +
      "controller/write/guarded_writer_test.ts",
  },
  {
    name: "two-leaders",
    seen: "a leader that cannot renew its Lease goes on writing",
    theme: "elections",
    scene: "a leader does not reach the API server",
    changes: [NEVER_STOPS],
  },
  {
    name: "two-leaders-unguarded",
    seen: "both of the above at once",
    theme: "elections",
    scene: "a leader does not reach the API server",
    changes: [UNGUARDED, NEVER_STOPS],
  },
  {
    name: "freed-at-once",
    seen: "a freed address is given to the next VM while its former holder may use it",
    theme: "full pool",
    scene: "a VM goes, and another one comes at once",
    changes: [{
      file: "core/ipam/plan/planning.ts",
      find: "return now + releasedHoldMs(pool.spec?.ipv4Config, own?.leaseTime);",
      replace: "return now;",
    }],
  },
  {
    name: "lease-not-updated",
    seen: "the agent answers from the leases that it learned first",
    theme: "edits",
    scene: "a VM has another MAC address",
    changes: [{
      file: "agent/pool/pool_compiler.ts",
      find:
        "if (last?.pool === pool && last.mtu === mtu && last.remembered === remembered) return last;",
      replace:
        "if (last?.served !== undefined && last.pool.metadata.uid === pool.metadata.uid && last.mtu === mtu) return last;",
    }],
  },
  {
    name: "lease-table-wedged",
    seen: "one entry that cannot be read keeps an agent from all others",
    theme: "edits",
    scene: "a record has an entry that nobody can read",
    changes: [{
      file: "core/dhcp/server/lease_table.ts",
      find: "if (why !== undefined) refused.push({ address: key, value, why });",
      replace: "if (why !== undefined) throw new Error(why);",
    }],
  },
  {
    name: "orphans-stay",
    seen: "what nobody claims any more stays allocated",
    theme: "edits",
    scene: "a VM goes, and its object by force",
    changes: [{
      file: "core/ipam/plan/limits.ts",
      find: "export const ORPHAN_AGE_MS = 60_000;",
      replace: "export const ORPHAN_AGE_MS = 60_000_000_000;",
    }],
  },
  {
    name: "finalizer-stays",
    seen: "an object cannot be deleted whose pool is gone",
    theme: "edits",
    scene: "a VM goes after its pool",
    changes: [{
      file: "controller/vmnetcfg/outcomes.ts",
      find: `    return poolsOf(ctx.cluster, network).filter((pool) =>
      pool === serving || !isGone(pool) && records(pool, macs)
    ).map(keyOf).every((pool) =>`,
      replace: `    void [isGone, records, macs];
    if (serving === undefined) return false;
    return poolsOf(ctx.cluster, network).filter((pool) =>
      pool === serving
    ).map(keyOf).every((pool) =>`,
    }],
  },
  {
    name: "finalizer-waits-for-pause",
    seen: "an object cannot be deleted while its pool is paused",
    theme: "edits",
    scene: "a VM goes while its pool is paused",
    changes: [{
      file: "core/ipam/plan/review_record.ts",
      find: "  if (primary === undefined) {\n    for (const entry of entries)",
      replace:
        "  if (primary === undefined) {\n    if (planning.frozen !== undefined) return undefined;\n    for (const entry of entries)",
    }],
  },
  {
    name: "finalizer-early",
    seen: "an object goes before its addresses are given back",
    theme: "edits",
    scene: "a VM goes",
    changes: [{
      file: "controller/vmnetcfg/reconcile.ts",
      find: "if (isGoing && (!finalized || !isReleased(ctx, config))) return;",
      replace: "void isReleased;\n  if (isGoing && !finalized) return;",
    }],
  },
  {
    name: "exclude-overwrites",
    seen: "an exclude takes the place of a VM's entry",
    theme: "edits",
    scene: "all addresses are excluded",
    changes: [{
      file: "core/ipam/plan/marks.ts",
      find:
        `    if (next.holder(address) !== undefined || !rangeContains(network.range, address)) continue;
    next.mark(address, markOf(network, address));`,
      replace: `    if (!rangeContains(network.range, address)) continue;
    const lease = next.leases.find((entry) => entry.address === address);
    if (lease !== undefined && next.holder(address) === lease.value) next.remove(lease);
    if (next.holder(address) === undefined) next.mark(address, markOf(network, address));`,
    }],
  },
  {
    name: "one-bad-nic",
    seen: "a NIC on a network without a pool keeps a VM's other NICs from addresses",
    theme: "edits",
    scene: "a VM has a NIC on a network without a pool",
    changes: [{
      file: "controller/vm/reconcile.ts",
      find: "const desired = isReadable\n",
      replace: "const desired = isReadable && nics.every(({ network }) => isManaged(network))\n",
    }],
  },
  {
    name: "duplicate-takes-lease-along",
    seen: "of two VMs with one MAC address, the deletion of one frees the other's address",
    theme: "tenants",
    scene: "a copy goes",
    changes: [{
      file: "core/ipam/claims/owners.ts",
      find: "const [first] = ranked;",
      replace: "const first = releasing.length > 0 ? undefined : ranked[0];",
    }],
  },
  {
    name: "renewal-by-stranger",
    seen: "whatever address a client asks for is acknowledged",
    theme: "wire",
    scene: "clients claim each other's address",
    changes: [{
      file: "core/dhcp/server/responder.ts",
      find: "    this.#context.lease = reply.lease;",
      replace: `    const asked = request.requestedAddress || request.ciaddr;
    if (reply.lease !== 0 && request.type === MessageType.Request && network.contains(asked)) {
      reply.lease = asked;
    }
    this.#context.lease = reply.lease;`,
    }],
  },
  {
    name: "counts-drift",
    seen: "used is patched event by event, and drifts away from the entries",
    theme: "edits",
    scene: "a record counts wrongly",
    changes: [{
      file: "core/record/next_record.ts",
      find: "    this.#used = this.leases.length;",
      replace: "    this.#used = recorded?.used ?? this.leases.length;",
    }],
  },
  {
    name: "shown-before-committed",
    seen: "a VirtualMachineNetworkConfig shows what no pool records",
    theme: "elections",
    scene: "a pool is edited as it is written",
    changes: [{
      file: "controller/pool/reconcile.ts",
      find: "  if (recorded === undefined) return;",
      replace:
        "  if (recorded === undefined) return void ctx.memory.outcomes.commit(key, plan.outcomes);",
    }],
  },
  {
    name: "agent-stops-in-silence",
    seen: "no agent answers while the API server is away",
    theme: "outages",
    scene: "an API server is away",
    covered:
      "who stands by answers where nobody has the server's address: kube/election/leader_election_test.ts",
    changes: [{
      file: "kube/election/leader_election.ts",
      find: `return onSilence === "stop" && clock`,
      replace: `return clock`,
    }],
  },
  {
    name: "agent-forgets",
    seen: "an agent that restarts while the API server is away has no leases",
    theme: "outages",
    scene: "every agent starts again without an API server",
    changes: [{
      file: "agent/pool/pool_watch.ts",
      find: "if (stored === undefined || this.#informer.synced) return;",
      replace: "if (stored === undefined || !this.#informer.synced) return;",
    }],
  },
  {
    name: "agents-never-take-over",
    seen: "when the agent that answers dies, nobody does",
    theme: "outages",
    scene: "nodes are lost",
    changes: [{
      file: "kube/election/leader_election.ts",
      find: "return leftMs > 0 ? leftMs : await this.#acquire(signal);",
      replace:
        "return leftMs > 0 || !isFree ? Math.max(leftMs, 1_000) : await this.#acquire(signal);",
    }],
  },
  {
    name: "address-stays-behind",
    seen: "an agent that leads no more keeps the server's address",
    theme: "outages",
    scene: "agents lose their Lease",
    changes: [{
      file: "agent/pool/pool_server.ts",
      find: `return { report: { ready: true, reason: "Standby", message }, address: "remove" };`,
      replace: `return { report: { ready: true, reason: "Standby", message }, address: "keep" };`,
    }],
  },
  {
    name: "dead-listener",
    seen: "an agent says that it is ready, and nobody is served",
    theme: "outages",
    scene: "all interfaces are made again",
    changes: [{
      file: "agent/socket/port_keeper.ts",
      find: "if (this.#port !== undefined && this.#port.link.index !== link.index) {",
      replace:
        "if (this.#port === undefined && this.#opened > 0) return undefined;\n    if (false) {",
    }, {
      file: "agent/socket/port_keeper.ts",
      find: "const problem = this.#port?.problem();",
      replace: "const problem = undefined;",
    }, {
      file: "agent/socket/port_keeper.ts",
      find: "if (this.#port !== port) return;",
      replace: "return;",
    }],
  },
];
