/**
 * Known faults, of the Go version and of this project's past, as small changes of what is there now.
 *
 * @module
 */

/** A fault that can be planted. */
export interface Mutant {
  readonly name: string;
  /** What users saw of it. */
  readonly seen: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** All of them. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: "unguarded-write",
    seen: "two leaders write one pool, the later over the earlier",
    file: "controller/write/guarded_writer.ts",
    find: "() => client.updateStatus(object, { signal })",
    replace: `async () => client.updateStatus({
          ...object,
          metadata: {
            ...object.metadata,
            resourceVersion: (await client.get(parseKey(keyOf(object)), { signal }))?.metadata.resourceVersion ?? "",
          },
        }, { signal })`,
  },
  {
    name: "two-leaders",
    seen: "a leader that cannot renew its Lease goes on writing",
    file: "kube/election/leader_election.ts",
    find: `onSilence === "stop" && silentMs >= durationMs * STOP_PART`,
    replace: `onSilence === "stop" && silentMs >= durationMs * 1_000`,
  },
  {
    name: "freed-at-once",
    seen: "a freed address is given to the next VM while its former holder may use it",
    file: "core/ipam/plan/planning.ts",
    find: "this.releasedUntil = now + releasedHoldMs(pool.spec?.ipv4Config?.leaseTime);",
    replace: "this.releasedUntil = now;",
  },
  {
    name: "lease-not-updated",
    seen: "the agent answers from the leases that it learned first",
    file: "agent/pool/pool_compiler.ts",
    find: "if (this.#last?.pool === pool && this.#last.mtu === mtu) return this.#last;",
    replace:
      "if (this.#last?.served !== undefined && this.#last.pool.metadata.uid === pool.metadata.uid && this.#last.mtu === mtu) return this.#last;",
  },
  {
    name: "orphans-stay",
    seen: "what nobody claims any more stays allocated",
    file: "core/ipam/plan/review_record.ts",
    find: "if (input.now - seen >= ORPHAN_AGE_MS) {",
    replace: "if (input.now - seen >= ORPHAN_AGE_MS * 1e6) {",
  },
  {
    name: "finalizer-stays",
    seen: "an object cannot be deleted whose pool is gone",
    file: "controller/vmnetcfg/outcomes.ts",
    find: "pool === serving || !isGone(pool) && records(pool, macs)",
    replace: "pool === serving || true",
  },
  {
    name: "finalizer-early",
    seen: "an object goes before its addresses are given back",
    file: "controller/vmnetcfg/reconcile.ts",
    find: "if (isGoing && (!finalized || !isReleased(ctx, config))) return;",
    replace: "if (isGoing && !finalized) return;",
  },
  {
    name: "T1-oldest-wins",
    seen: "who claims a MAC address that another has takes its address, if its object is older",
    file: "core/ipam/claims/owners.ts",
    find: "a.hold - b.hold || compare(a.claim, b.claim, standing)",
    replace: "compare(a.claim, b.claim, standing)",
  },
  {
    name: "T3-decline-believed",
    seen: "a forged DECLINE takes a neighbour's address away",
    file: "agent/neighbours/neighbour_watch.ts",
    find: "this.#told.set(address, mac);",
    replace:
      "this.#told.set(address, mac);\n      this.#declined.add({ address, mac, usedBy: mac + 1 }, this.#context.clock.now());",
  },
  {
    name: "T7-oldest-pool-wins",
    seen: "a pool of another namespace serves a network before the network's own",
    file: "core/ipam/pool/elect_pool.ts",
    find: "Number(isAtHome(b)) - Number(isAtHome(a)) || createdAt(a)",
    replace: "Number(isAtHome(a)) - Number(isAtHome(b)) || createdAt(a)",
  },
  {
    name: "S1-history",
    seen: "after a restore of etcd nobody notices that versions went back",
    file: "kube/watch/watched_store.ts",
    find: `const isNewHistory = isKnown || isNewer(asked, list.resourceVersion) === true ||
      this.#contradicts(list);`,
    replace: "const isNewHistory = isKnown && false;",
  },
  {
    name: "S1-lost-leases",
    seen: "after a restore of etcd addresses that were given meanwhile are given again",
    file: "core/ipam/plan/lost.ts",
    find: "next.hold(address, { mac, until });",
    replace: "void until;",
  },
  {
    name: "S2-silent-watch",
    seen: "a connection that dies without a word leaves a watch silent for ever",
    file: "kube/watch/informer.ts",
    find: "const SILENCE_MS = 75_000;",
    replace: "const SILENCE_MS = 75_000_000;",
  },
  {
    name: "S4-status-lost",
    seen: "a pool that is made again forgets who had what",
    file: "core/ipam/plan/place_dynamic.ts",
    find: `    ...claims.map(({ previous = "" }) => readIPv4(previous)),`,
    replace: "",
  },
  {
    name: "S5-new-mac",
    seen: "a NIC whose MAC address changes gets another address",
    file: "core/ipam/plan/review_record.ts",
    find: `if (frozen?.reason !== "NetworkAlreadyServed") handOn(planning);`,
    replace: "void handOn;",
  },
  {
    name: "agent-stops-in-silence",
    seen: "no agent answers while the API server is away",
    file: "kube/election/leader_election.ts",
    find: `if (onSilence === "stop" && silentMs`,
    replace: `if (silentMs`,
  },
  {
    name: "agents-never-take-over",
    seen: "when the agent that answers dies, nobody does",
    file: "kube/election/leader_election.ts",
    find: "return leftMs > 0 ? leftMs : await this.#acquire(signal);",
    replace:
      "return leftMs > 0 || !isFree ? Math.max(leftMs, 1_000) : await this.#acquire(signal);",
  },
  {
    name: "renewal-by-stranger",
    seen: "whatever address a client asks for is acknowledged",
    file: "core/dhcp/server/decide.ts",
    find:
      "return request.ciaddr === context.lease ? Verdict.Ack : Verdict.NakWrongAddress; // rules 35, 36, 42",
    replace: "return Verdict.Ack;",
  },
  {
    name: "counts-drift",
    seen: "used is patched event by event, and drifts away from the entries",
    file: "core/record/next_record.ts",
    find: "    this.#used = this.leases.length;",
    replace: "    this.#used = recorded?.used ?? this.leases.length;",
  },
  {
    name: "shown-before-committed",
    seen: "a VirtualMachineNetworkConfig shows what no pool records",
    file: "controller/pool/reconcile.ts",
    find: "  if (recorded === undefined) return;",
    replace:
      "  if (recorded === undefined) return void ctx.memory.outcomes.commit(key, plan.outcomes);",
  },
];
