import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type NetworkAccess, networkAccess } from "../../api/tenancy.ts";
import type { IPPool } from "../../api/types.ts";
import {
  claimOf,
  macOf,
  MINUTE,
  NOW,
  plan,
  poolOf,
  type PoolParts,
  results,
  written,
} from "../testing/fixture.ts";
import type { Claim } from "../types.ts";

const A = "10.0.0.12";

/** The claim of a VM of another namespace than the network's. */
function foreign(number: number, parts: Partial<Claim> = {}): Claim {
  const name = `a-${number}`;
  return claimOf(number, {
    id: name,
    owner: { namespace: "tenant-a", name, uid: name },
    vm: { namespace: "tenant-a", name, uid: `uid-${name}`, running: true },
    ...parts,
  });
}

function isolated(allowed = ""): { readonly access: NetworkAccess } {
  const nad = {
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: {
      namespace: "default",
      name: "net",
      annotations: { "network.harvesterhci.io/allowed-namespaces": allowed },
    },
  };
  return { access: networkAccess("default/net", { tenancy: "isolated", nad }) };
}

function limited(perNamespace: number, parts: PoolParts = {}): IPPool {
  const pool = poolOf(parts);
  return { ...pool, spec: { ...pool.spec, limits: { perNamespace } } };
}

Deno.test("T8: a namespace that is not the network's own holds no more addresses than the pool lets it", () => {
  const claims = [
    foreign(1),
    foreign(2),
    foreign(3),
    foreign(4, { requested: "10.0.0.19" }),
    claimOf(9),
  ];
  const { outcomes, ipv4 } = plan(limited(2), claims);
  deepStrictEqual(
    [...outcomes.values()].map(({ claim, reason }) => `${claim.id} ${reason}`).sort(),
    [
      "a-1 Allocated",
      "a-2 NamespaceLimit",
      "a-3 NamespaceLimit",
      "a-4 Allocated",
      "vm-9 Allocated",
    ],
  );
  strictEqual(
    outcomes.get("a-3")?.message,
    "Namespace tenant-a holds 2 of the 2 addresses of IPPool default/net that it may have",
  );
  strictEqual(ipv4.used, 3);
});

Deno.test("T8: the network's own namespace has no limit", () => {
  const { ipv4 } = plan(limited(1), Array.from({ length: 10 }, (_, index) => claimOf(index)));
  strictEqual(ipv4.used, 10);
});

Deno.test("T8: what a namespace holds beyond a new limit it keeps, and gets a next one when it is below it", () => {
  const allocated = { "10.0.0.12": macOf(1), "10.0.0.13": macOf(2) };
  const pool = limited(1, { allocated });
  deepStrictEqual(results(plan(pool, [foreign(1), foreign(2), foreign(3)])), {
    "a-1": "10.0.0.12",
    "a-2": "10.0.0.13",
    "a-3": "NamespaceLimit",
  });
  const releasing = [foreign(1, { state: "releasing" }), foreign(2, { state: "releasing" })];
  strictEqual(plan(pool, [...releasing, foreign(3)]).outcomes.get("a-3")?.reason, "Allocated");
});

Deno.test("T8: what a namespace drops without giving it back counts until it is freed", () => {
  const first = plan(limited(1), [foreign(1)]);
  const pool = written(limited(1), first);
  const { outcomes, holders } = plan(pool, [foreign(2)], { holders: first.holders });
  strictEqual(outcomes.get("a-2")?.reason, "NamespaceLimit");
  strictEqual(plan(pool, [foreign(2)], { holders }).outcomes.get("a-2")?.reason, "NamespaceLimit");
});

Deno.test("T8: the last addresses of a pool are for the network's own namespace, though others asked first", () => {
  const pool = poolOf({ config: { pool: { start: "10.0.0.11", end: "10.0.0.12" } } });
  const { outcomes } = plan(pool, [foreign(1), foreign(2), claimOf(8), claimOf(9)]);
  deepStrictEqual(
    [...outcomes.values()].map(({ claim, reason }) => `${claim.id} ${reason}`).sort(),
    [
      "a-1 PoolExhausted",
      "a-2 PoolExhausted",
      "vm-8 Allocated",
      "vm-9 Allocated",
    ],
  );
});

Deno.test("a limit that is no number is none", () => {
  const claims = [foreign(1), foreign(2)];
  strictEqual(plan(limited("1" as never), claims).ipv4.used, 2);
  strictEqual(plan(limited(0), claims).ipv4.used, 2);
});

Deno.test("T7: where tenants are isolated, a namespace that the network does not name gets nothing, and moves nothing", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  const claims = [
    claimOf(1, { previous: A, holds: true }),
    foreign(1, { requested: "10.0.0.19" }),
    foreign(2),
  ];
  const result = plan(pool, claims, isolated("tenant-c"));
  deepStrictEqual(results(result), {
    "vm-1": A,
    "a-1": "NamespaceNotAllowed",
    "a-2": "NamespaceNotAllowed",
  });
  strictEqual(
    result.outcomes.get("a-2")?.message,
    "Namespace tenant-a may not use network default/net: " +
      "the network's annotation network.harvesterhci.io/allowed-namespaces does not name it",
  );
  deepStrictEqual(result.ipv4.allocated, { [A]: macOf(1) });
  strictEqual(plan(pool, claims, isolated("tenant-a")).outcomes.get("a-2")?.reason, "Allocated");
});

Deno.test("what a namespace had when its network was closed to it stays, is told of, and does not move", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  const shown = { previous: A, holds: true };
  const { outcomes, notes, changed } = plan(pool, [foreign(1, shown)], isolated());
  strictEqual(changed, false);
  strictEqual(outcomes.get("a-1")?.reason, "Allocated");
  deepStrictEqual(notes, [{
    type: "Warning",
    reason: "NamespaceNotAllowed",
    message:
      "VM tenant-a/a-1 keeps 10.0.0.12, though namespace tenant-a may not use network default/net: " +
      "the network's annotation network.harvesterhci.io/allowed-namespaces does not name it",
  }]);
  const moved = plan(pool, [foreign(1, { ...shown, requested: "10.0.0.19" })], isolated());
  deepStrictEqual(results(moved), { "a-1": `NamespaceNotAllowed ${A}` });
  const gone = plan(pool, [foreign(1, { ...shown, state: "releasing" })], isolated());
  deepStrictEqual(gone.ipv4.allocated, {});
});

Deno.test("what a namespace had when its network was closed to it stays where its status tells that the pool was away, and no copy has it", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  const interrupted = foreign(1, { previous: A, holds: false, interrupted: true });
  const copy = claimOf(1, { macAddress: macOf(1) });
  deepStrictEqual(results(plan(pool, [interrupted], isolated())), { "a-1": A });
  deepStrictEqual(results(plan(pool, [interrupted, copy], isolated())), {
    "a-1": A,
    "vm-1": "DuplicateMAC",
  });
});

Deno.test("T7: where tenants are isolated, a pool of a namespace that the network does not name keeps what it gave, and gives nothing", () => {
  const made = poolOf({ allocated: { [A]: macOf(1) } });
  const pool = { ...made, metadata: { ...made.metadata, namespace: "tenant-a" } };
  const claims = [claimOf(1, { previous: A, holds: true }), claimOf(2)];
  const { outcomes, changed } = plan(pool, claims, isolated());
  strictEqual(changed, false);
  deepStrictEqual([...outcomes.values()].map(({ reason }) => reason), [
    "Allocated",
    "NamespaceNotAllowed",
  ]);
});

function former(allocated: Readonly<Record<string, string>>): IPPool {
  const pool = poolOf({ allocated });
  return { ...pool, metadata: { namespace: "tenant-a", name: "evil" } };
}

Deno.test("T7: a pool that comes into its own takes over what the pool that gives way has given, before anybody else gets it", () => {
  const formerPools = [former({ "10.0.0.50": macOf(1), "10.0.0.51": macOf(7) })];
  const claims = [
    claimOf(1, { previous: "10.0.0.50", holds: true }),
    foreign(2, { requested: "10.0.0.50" }),
    claimOf(3),
  ];
  const result = plan(poolOf(), claims, { formerPools });
  strictEqual(result.outcomes.get("vm-1")?.address, "10.0.0.50");
  strictEqual(result.outcomes.get("a-2")?.reason, "AddressTaken");
  strictEqual(result.ipv4.allocated?.["10.0.0.51"], undefined);
  strictEqual(
    result.notes.find(({ reason }) => reason === "RecordTakenOver")?.message,
    "Took over 10.0.0.50 of 52:54:00:00:00:01 from IPPool tenant-a/evil",
  );
  const again = plan(written(poolOf(), result), claims, { formerPools });
  strictEqual(again.changed, false);
});

Deno.test("T7: what does not fit into the pool that takes over gets an address of that", () => {
  const config = { pool: { start: "10.0.0.11", end: "10.0.0.20", exclude: ["10.0.0.13"] } };
  const formerPools = [former({
    "10.9.0.50": macOf(1),
    "10.0.0.1": macOf(2),
    "10.0.0.13": macOf(3),
    "10.0.0.14": macOf(4),
  })];
  const pool = poolOf({ config, allocated: { "10.0.0.14": macOf(5) } });
  const claims = [1, 2, 3, 4, 5].map((number) => claimOf(number));
  const { outcomes, ipv4 } = plan(pool, claims, { formerPools });
  deepStrictEqual([...outcomes.values()].map(({ reason }) => reason), Array(5).fill("Allocated"));
  strictEqual(ipv4.used, 5);
  strictEqual(outcomes.get("vm-5")?.address, "10.0.0.14");
});

function shown(octet: number): Partial<Claim> {
  return { previous: `10.0.0.${octet}`, holds: true };
}

Deno.test("T8: a pool that takes over keeps to its limit", () => {
  const formerPools = [former({ "10.0.0.50": macOf(1), "10.0.0.51": macOf(2) })];
  const claims = [foreign(1, shown(50)), foreign(2, shown(51))];
  deepStrictEqual(results(plan(limited(1), claims, { formerPools })), {
    "a-1": "10.0.0.50",
    "a-2": "NamespaceLimit",
  });
});

Deno.test("T8: what is taken over counts for the namespace of its owner, whoever else claims the MAC address and in whatever order", () => {
  const formerPools = [former({ "10.0.0.50": macOf(2), "10.0.0.51": macOf(1) })];
  const victim = claimOf(1, shown(51));
  const waiting = foreign(2, { ...shown(50), requested: "10.0.0.51" });
  const duplicate = foreign(1);
  const expected = { "vm-1": "10.0.0.51", "a-2": "AddressTaken 10.0.0.50", "a-1": "DuplicateMAC" };
  for (const first of [victim, waiting, duplicate]) {
    const others = [victim, waiting, duplicate].filter((claim) => claim !== first);
    for (const claims of [[first, ...others], [first, ...others.toReversed()]]) {
      deepStrictEqual(results(plan(limited(1), claims, { formerPools })), expected);
    }
  }
});

Deno.test("T8: what is taken over counts for who has it by the record of the pool that gives way, though an older claim shows another address", () => {
  const formerPools = [former({ "10.0.0.50": macOf(2), "10.0.0.51": macOf(1) })];
  const owner = { namespace: "tenant-b", name: "b-1", uid: "b-1" };
  const claims = [
    foreign(1, { id: "b-1", owner, vm: { ...owner, running: true }, createdAt: NOW, ...shown(51) }),
    foreign(2, shown(50)),
    foreign(1, shown(60)),
  ];
  deepStrictEqual(results(plan(limited(1), claims, { formerPools })), {
    "b-1": "10.0.0.51",
    "a-2": "10.0.0.50",
    "a-1": "DuplicateMAC",
  });
});

Deno.test("T8: what a pool has counts for the namespace of its owner when it takes over, whoever else claims the MAC address and in whatever order", () => {
  const pool = limited(1, { allocated: { [A]: macOf(1) } });
  const formerPools = [former({ "10.0.0.50": macOf(2) })];
  const claims = [
    claimOf(1, shown(12)),
    foreign(2, shown(50)),
    foreign(1),
  ];
  for (const ordered of [claims, claims.toReversed()]) {
    deepStrictEqual(results(plan(pool, ordered, { formerPools })), {
      "vm-1": A,
      "a-2": "10.0.0.50",
      "a-1": "DuplicateMAC",
    });
  }
});

Deno.test("T7: where tenants are isolated, nothing is taken over for a namespace that the network does not name, however often it is planned", () => {
  const formerPools = [former({ [A]: macOf(1) })];
  let [pool, more] = [poolOf(), {}];
  for (let minutes = 0; minutes < 5; minutes++) {
    const now = NOW + minutes * (MINUTE + 1000);
    const result = plan(pool, [foreign(1)], { formerPools, ...isolated(), ...more, now });
    deepStrictEqual(results(result), { "a-1": "NamespaceNotAllowed" });
    deepStrictEqual([result.ipv4.allocated ?? {}, result.notes], [{}, []]);
    [pool, more] = [written(pool, result), result];
  }
});

Deno.test("T7: where tenants are isolated, what a namespace had of the pool that gives way is taken over, not what it says that it had", () => {
  const formerPools = [former({ [A]: macOf(1) })];
  const had = plan(poolOf(), [foreign(1, shown(12))], {
    formerPools,
    ...isolated(),
  });
  deepStrictEqual(results(had), { "a-1": A });
  const says = plan(poolOf(), [foreign(1, shown(13))], {
    formerPools,
    ...isolated(),
  });
  deepStrictEqual(results(says), { "a-1": "NamespaceNotAllowed" });
  deepStrictEqual(says.ipv4.allocated ?? {}, {});
});

Deno.test("T1: who asks for addresses by name is not told whose they are in other namespaces; the network's own is", () => {
  const released = { "10.0.0.13": { macAddress: macOf(5), until: SOON } };
  const pool = poolOf({ allocated: { [A]: macOf(5), "10.0.0.14": macOf(9) }, ipv4: { released } });
  const asked = [A, "10.0.0.13", "10.0.0.14"];
  const told = (claim: typeof claimOf) => {
    const asking = asked.map((requested, index) => claim(index + 20, { requested }));
    const { outcomes } = plan(pool, [FIVE, ...asking]);
    return asking.map(({ id }) => outcomes.get(id)?.message.replace(/.* (by|to) |; .*/g, ""));
  };
  deepStrictEqual(told(foreign), Array(3).fill("somebody of another namespace"));
  const five = `VirtualMachineNetworkConfig tenant-b/five (${macOf(5)})`;
  deepStrictEqual(told(claimOf), [five, five, `${macOf(9)}, which nobody claims`]);
});

const FIVE: Claim = {
  ...(({ vm: _, ...claim }) => claim)(claimOf(5)),
  owner: { namespace: "tenant-b", name: "five", uid: "five" },
};
const SOON = "2026-01-01T00:30:00Z";

/** A pool that gave way, of whose addresses some rest. */
function resting(released: Readonly<Record<string, string>>): IPPool {
  const holds = Object.entries(released).map(([address, macAddress]) =>
    [address, { macAddress, until: SOON }] as const
  );
  return {
    ...poolOf({ ipv4: { released: Object.fromEntries(holds) } }),
    metadata: { namespace: "tenant-a", name: "evil" },
  };
}

Deno.test("T7: what a VM left in the pool that gives way rests on in the one that takes over, and nobody else gets it meanwhile", () => {
  const formerPools = [
    resting({ "10.0.0.50": macOf(1), "10.0.0.15": macOf(7), "10.0.0.1": macOf(8) }),
  ];
  const mover = claimOf(1, { requested: "10.0.0.60" });
  const claims = [mover, claimOf(2, { requested: "10.0.0.50" }), claimOf(7)];
  const first = plan(poolOf(), claims, { formerPools });
  deepStrictEqual(results(first), {
    "vm-1": "10.0.0.60",
    "vm-2": "AddressTaken",
    "vm-7": "10.0.0.15",
  });
  deepStrictEqual(Object.keys(first.ipv4.released ?? {}), ["10.0.0.50", "10.0.0.1"]);
  const again = plan(written(poolOf(), first), claims, { formerPools });
  strictEqual(again.changed, false);
  const later = { formerPools, now: Date.parse(SOON) };
  deepStrictEqual(results(plan(written(poolOf(), first), claims, later))["vm-2"], "10.0.0.50");
});

Deno.test("T7: what rests in the pool that gives way rests on also where a machine uses it, whose VM is not given it", () => {
  const conflicts = { [A]: { usedBy: macOf(2), until: SOON } };
  const pool = poolOf({ allocated: { [A]: "CONFLICT" }, ipv4: { conflicts } });
  const formerPools = [resting({ [A]: macOf(1) })];
  const { ipv4, outcomes } = plan(pool, [claimOf(2)], { formerPools });
  deepStrictEqual(ipv4.released, { [A]: { macAddress: macOf(1), until: SOON } });
  strictEqual(outcomes.get("vm-2")?.address === A, false);
});

Deno.test("T7: nothing is taken over that another VM left lately and may still use, but what was left by nobody who is there", () => {
  const formerPools = [former({ "10.0.0.50": macOf(1), "10.0.0.51": macOf(2) })];
  const released = {
    "10.0.0.50": { macAddress: macOf(3), until: SOON },
    "10.0.0.51": { macAddress: macOf(9), until: SOON },
  };
  const pool = poolOf({ allocated: { [A]: macOf(3) }, ipv4: { released } });
  const claims = [
    claimOf(1, { requested: "10.0.0.50" }),
    claimOf(2, { requested: "10.0.0.51" }),
    claimOf(3),
  ];
  const expected = { "vm-1": "AddressTaken", "vm-2": "10.0.0.51", "vm-3": A };
  deepStrictEqual(results(plan(pool, claims, { formerPools })), expected);
});
