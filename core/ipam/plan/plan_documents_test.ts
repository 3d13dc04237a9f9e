import { deepStrictEqual, strictEqual } from "node:assert/strict";
import recorded from "../../../tests/recorded/go-objects.json" with { type: "json" };
import type {
  IPPool,
  IPv4Status,
  VirtualMachine,
  VirtualMachineNetworkConfig,
} from "../../api/types.ts";
import { claimOf, macOf, NOW, plan, poolOf, written } from "../testing/fixture.ts";
import { interfacesOf } from "../vm/interfaces_of.ts";
import type { Claim } from "../types.ts";

Deno.test("the pool of the managed DHCP document gets the status that is printed there", () => {
  const pool = poolOf({
    config: {
      cidr: "192.168.48.0/24",
      serverIP: "192.168.48.77",
      router: "192.168.48.1",
      pool: {
        start: "192.168.48.81",
        end: "192.168.48.90",
        exclude: ["192.168.48.81", "192.168.48.90"],
      },
      leaseTime: 300,
    },
  });
  const claim = claimOf(1, { macAddress: "ca:70:82:e6:84:6e", previous: "192.168.48.84" });
  deepStrictEqual(plan(pool, [claim]).ipv4, {
    allocated: {
      "192.168.48.81": "EXCLUDED",
      "192.168.48.84": "ca:70:82:e6:84:6e",
      "192.168.48.90": "EXCLUDED",
    },
    available: 7,
    used: 1,
  });
});

Deno.test("the example pool of the document has 98 available and 0 used", () => {
  const pool = poolOf({
    config: {
      cidr: "192.168.100.0/24",
      serverIP: "192.168.100.2",
      router: "192.168.100.1",
      pool: {
        start: "192.168.100.101",
        end: "192.168.100.200",
        exclude: ["192.168.100.151", "192.168.100.187"],
      },
    },
  });
  deepStrictEqual(plan(pool).ipv4, {
    allocated: { "192.168.100.151": "EXCLUDED", "192.168.100.187": "EXCLUDED" },
    available: 98,
    used: 0,
  });
});

const items: readonly { readonly kind: string }[] = recorded.items;
const ofKind = <T>(kind: string) => items.filter((item) => item.kind === kind) as unknown as T[];
const pools = new Map(
  ofKind<IPPool>("IPPool").map((
    pool,
  ) => [`${pool.metadata.namespace}/${pool.metadata.name}`, pool]),
);

function recordedPool(name: string): IPPool {
  const pool = pools.get(name);
  if (pool === undefined) throw new Error(`No such pool was recorded: ${name}`);
  return pool;
}

/** The claims of the recorded objects on one network. */
function recordedClaims(network: string): readonly Claim[] {
  return ofKind<VirtualMachineNetworkConfig>("VirtualMachineNetworkConfig").flatMap((config) => {
    const { namespace = "", name = "", uid = "" } = config.metadata;
    const isGoing = config.metadata.deletionTimestamp !== undefined || config.spec.paused === true;
    return (config.spec.networkConfigs ?? [])
      .filter(({ networkName }) => networkName === network)
      .map(({ macAddress, ipAddress }): Claim => {
        const shown = config.status?.networkConfigs?.find((nic) => nic.macAddress === macAddress);
        const previous = shown?.allocatedIPAddress;
        return {
          id: `${uid}/${macAddress}`,
          owner: { namespace, name, uid },
          vm: { namespace, name, running: true },
          macAddress,
          ...(ipAddress === undefined ? {} : { requested: ipAddress }),
          ...(previous === undefined ? {} : { previous }),
          createdAt: Date.parse(config.metadata.creationTimestamp ?? ""),
          state: isGoing ? "releasing" : "wanted",
        };
      });
  });
}

function recordOf(pool: IPPool): IPv4Status | undefined {
  return pool.status?.ipv4;
}

Deno.test("D10: the first plan of a pool of the Go version changes nothing, not even the order of its keys", () => {
  const pool = recordedPool("default/net-48");
  const { changed, ipv4, notes } = plan(pool, recordedClaims("default/net-48"));
  strictEqual(changed, false);
  strictEqual(JSON.stringify(ipv4), JSON.stringify(recordOf(pool)));
  deepStrictEqual(notes, []);
});

Deno.test("D10: of the pool with the object that hangs, its address alone comes back", () => {
  const pool = recordedPool("prod/example-pool");
  const { ipv4, outcomes } = plan(pool, recordedClaims("default/example"));
  const { "192.168.100.112": hung, ...others } = recordOf(pool)?.allocated ?? {};
  strictEqual(hung, "52:54:00:11:22:07");
  strictEqual(JSON.stringify(ipv4.allocated), JSON.stringify(others));
  deepStrictEqual([ipv4.used, ipv4.available], [4, 192]);
  deepStrictEqual(Object.keys(ipv4.released ?? {}), ["192.168.100.112"]);
  const released = [...outcomes.values()].filter(({ reason }) => reason === "Released");
  deepStrictEqual(released.map(({ claim }) => claim.owner.name).sort(), [
    "paused-later",
    "was-deleted",
  ]);
});

Deno.test("D10: what waits in an exhausted pool of the Go version goes on waiting until the pool grows", () => {
  const pool = recordedPool("tenant-a/isolated");
  const claims = recordedClaims("tenant-a/isolated");
  const first = plan(pool, claims);
  strictEqual(first.changed, false);
  const waiting = claims.find(({ owner }) => owner.name === "guest-3")?.id ?? "";
  strictEqual(first.outcomes.get(waiting)?.reason, "PoolExhausted");
  const { ipv4Config } = pool.spec;
  const grown = {
    ...pool,
    spec: {
      ...pool.spec,
      ipv4Config: { ...ipv4Config, pool: { ...ipv4Config.pool, end: "192.168.48.13" } },
    },
  };
  const { ipv4 } = plan(grown, claims);
  deepStrictEqual(ipv4.allocated, {
    ...recordOf(pool)?.allocated,
    "192.168.48.13": "52:54:00:11:33:03",
  });
});

Deno.test("D10: a recorded VM that was paused gets its address back when it resumes", () => {
  const pool = recordedPool("prod/example-pool");
  const claims = recordedClaims("default/example")
    .map((claim): Claim =>
      claim.owner.name === "paused-later" ? { ...claim, state: "wanted" } : claim
    );
  const { ipv4 } = plan(pool, claims);
  strictEqual(ipv4.allocated?.["192.168.100.142"], "52:54:00:11:22:06");
});

Deno.test("D10: the NICs of every recorded VM are those that the Go version found", () => {
  const found = ofKind<VirtualMachine>("VirtualMachine").flatMap((vm) => {
    const { nics, problems } = interfacesOf(vm);
    deepStrictEqual(problems, []);
    return nics.map(({ network, macAddress }) =>
      `${vm.metadata.namespace}/${vm.metadata.name} ${network} ${macAddress}`
    );
  });
  const known = ofKind<VirtualMachineNetworkConfig>("VirtualMachineNetworkConfig")
    .filter(({ metadata }) => !["by-hand", "was-deleted"].includes(metadata.name ?? ""))
    .flatMap(({ metadata, spec }) =>
      (spec.networkConfigs ?? []).map(({ networkName, macAddress }) =>
        `${metadata.namespace}/${metadata.name} ${networkName} ${macAddress}`
      )
    );
  deepStrictEqual(found.sort(), known.sort());
});

Deno.test("a record survives a takeover by the Go version, which drops what it does not know", () => {
  const pool = poolOf({ allocated: { "10.0.0.12": macOf(1) } });
  const claims = [claimOf(1, { state: "releasing" }), claimOf(2, { requested: "10.0.0.15" })];
  const ours = written(pool, plan(pool, claims, { now: NOW }));
  const { allocated, used, available } = recordOf(ours) ?? { used: 0, available: 0 };
  const theirs = {
    ...ours,
    status: { ipv4: { ...(allocated && { allocated }), used, available } },
  };
  strictEqual(plan(theirs, claims).changed, false);
});
