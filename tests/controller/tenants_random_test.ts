import assert from "node:assert/strict";
import fc from "fast-check";
import type { Tenancy } from "../../core/api/mod.ts";
import type { Condition, KubeObject } from "../../core/api/types.ts";
import {
  IPPOOLS,
  NAMESPACES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  type Resource,
  statusOf,
  VIRTUAL_MACHINE_INSTANCES,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { Lab, type LabController } from "./lab.ts";
import { mac, nad, pool, reservation, vm, vmi, vmiSpec } from "./objects.ts";

/** A network of B's, and one of a third namespace that is open to B. */
const NETWORKS = ["b/lab", "net/shared"];
const NAMES = ["a/one", "a/two"];
/** What B has: objects that stand, of every kind. */
const OF_B = ["b/running", "b/stopped", "b/printer", "b/guest"];
const CREATED = ["Allocated", "InSynced"];
const OPTIONS = "dhcp-options.network.harvesterhci.io/nic-1";

/** Tenant A in its namespace, beside tenant B. */
class Tenants {
  readonly lab: Lab;
  readonly #tenancy: Tenancy;
  #controller: LabController | undefined;
  #wanted: unknown;

  constructor(seed: number, tenancy: Tenancy) {
    this.lab = new Lab(seed);
    this.#tenancy = tenancy;
  }

  async begin(): Promise<void> {
    const { lab } = this;
    for (const name of ["a", "b", "net"]) await lab.create(NAMESPACES, { metadata: { name } });
    const annotations = { "network.harvesterhci.io/allowed-namespaces": "b" };
    for (const network of NETWORKS) {
      const made = nad(network) as { metadata: object };
      const metadata = { ...made.metadata, annotations };
      await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, { ...made, metadata });
    }
    for (const network of NETWORKS) await lab.create(IPPOOLS, pool(network, { hostnames: true }));
    const [own = "", shared = ""] = NETWORKS;
    this.restart();
    // Objects of A's that are older than everything of B's.
    await lab.create(VIRTUAL_MACHINES, vm("a/one", [{ network: shared, mac: mac(90) }]));
    await lab.create(
      VMNETCFGS,
      reservation("a/two", [{ networkName: own, macAddress: mac(91), ipAddress: "192.168.48.82" }]),
    );
    await lab.pass(3_000);
    const said = { annotations: { [OPTIONS]: '{"mtu": 1400, "router": "10.9.9.9"}' } };
    await lab.create(VIRTUAL_MACHINES, vm("b/running", [{ network: own, mac: mac(1) }], said));
    const off = vm("b/stopped", [{ network: shared, mac: mac(2) }], { running: false });
    await lab.create(VIRTUAL_MACHINES, off);
    const options = { wpad: "" };
    const kept = [{ networkName: shared, macAddress: mac(3), ipAddress: "192.168.48.89", options }];
    await lab.create(VMNETCFGS, reservation("b/printer", kept));
    await lab.create(VIRTUAL_MACHINES, vm("b/guest", [{ network: shared, mac: mac(4) }]));
    await lab.settle();
    this.#wanted = await this.#stateOfB();
    for (const key of OF_B) assert.equal((await lab.addresses(key)).length, 1, key);
  }

  restart(): void {
    this.#controller = this.lab.start({ tenancy: this.#tenancy });
  }

  async replace(): Promise<void> {
    await this.#controller?.stop();
    this.restart();
  }

  /** Nothing of B's has changed. */
  async check(): Promise<void> {
    await this.lab.settle();
    assert.deepEqual(await this.#stateOfB(), this.#wanted);
  }

  /** A's writes may be refused. */
  async try(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (statusOf(error) === undefined) throw error;
    }
  }

  /** What B's objects show: their addresses, what they are told, and which of their conditions are true. */
  async #stateOfB(): Promise<unknown> {
    const shown = OF_B.map(async (key) => {
      const { status } = await this.lab.config(key);
      const told = status?.networkConfig?.map(({ options }) => options);
      return [key, await this.lab.addresses(key), told, truths(status?.conditions, CREATED)];
    });
    const pools = NETWORKS.map(async (key) => {
      const { status } = await this.lab.pool(key);
      const told = (key === NETWORKS[0] ? [1] : [2, 3, 4]).map((n) =>
        status?.ipv4?.clients?.[mac(n)]
      );
      return [key, told, truths(status?.conditions, ["Registered", "CacheReady"])];
    });
    return await Promise.all([...shown, ...pools]);
  }
}

function truths(conditions: readonly Condition[] | undefined, types: readonly string[]): unknown {
  return types.map((type) => [type, conditions?.find((one) => one.type === type)?.status]);
}

type Step = (tenants: Tenants) => Promise<unknown>;

const name = fc.constantFrom(...NAMES);
const network = fc.constantFrom(...NETWORKS);
const nic = fc.record({ network, mac: fc.integer({ min: 1, max: 5 }).map(mac) });
const wish = fc.option(fc.constantFrom("192.168.48.81", "192.168.48.85", "192.168.48.89"), {
  nil: undefined,
});
const KINDS = [
  VIRTUAL_MACHINES,
  VMNETCFGS,
  VIRTUAL_MACHINE_INSTANCES,
  IPPOOLS,
] as unknown as readonly Resource<KubeObject>[];

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(name, nic, fc.boolean(), wish).map(([key, nic, running, wish]): Step => ({ lab }) =>
    lab.create(
      VIRTUAL_MACHINES,
      vm(key, [nic], {
        running,
        ...(wish && { annotations: { "static-ip.harvesterhci.io/nic-1": wish } }),
      }),
    )
  ),
  {
    weight: 4,
    arbitrary: fc.tuple(name, nic, fc.boolean()).map(([key, nic, running]): Step => ({ lab }) =>
      lab.patch(VIRTUAL_MACHINES, key, { spec: { running, template: { spec: vmiSpec([nic]) } } })
    ),
  },
  fc.tuple(name, wish).map(([key, wish]): Step => ({ lab }) =>
    lab.patch(VIRTUAL_MACHINES, key, {
      metadata: {
        annotations: {
          "static-ip.harvesterhci.io/nic-1": wish ?? null,
          [OPTIONS]: wish ? '{"mtu": 68, "dns": [], "x": 1}' : null,
          "harvesterhci.io/mac-address": JSON.stringify({ "nic-1": mac(2) }),
        },
      },
    })
  ),
  fc.tuple(name, nic).map(([key, nic]): Step => ({ lab }) =>
    lab.create(VIRTUAL_MACHINE_INSTANCES, vmi(key, [nic]))
  ),
  // Also a copy of B's object, as a backup has it, with its status.
  fc.tuple(name, fc.constantFrom(...OF_B), wish).map(([key, of, wish]): Step => async ({ lab }) => {
    const { spec, status } = await lab.config(of);
    const [first] = spec.networkConfig ?? [];
    if (first === undefined) return;
    const copied = [{ ...first, ...(wish && { ipAddress: wish }) }];
    await lab.create(VMNETCFGS, { ...reservation(key, copied), status });
  }),
  {
    weight: 4,
    arbitrary: fc.tuple(name, nic, wish, fc.boolean()).map(
      ([key, nic, wish, paused]): Step => ({ lab }) =>
        lab.patch(VMNETCFGS, key, {
          spec: {
            paused,
            networkConfig: [{
              networkName: nic.network,
              macAddress: nic.mac,
              ...(wish && { ipAddress: wish }),
              ...(paused ? {} : { options: { router: "192.168.48.99" } }),
            }],
          },
        }),
    ),
  },
  fc.tuple(name, network, fc.boolean()).map(([key, networkName, paused]): Step => ({ lab }) =>
    lab.create(IPPOOLS, pool(key, { router: "192.168.48.66" }, { networkName, paused }))
  ),
  fc.tuple(fc.constantFrom(...KINDS), name).map(([kind, key]): Step => ({ lab }) =>
    lab.delete(kind, key)
  ),
  // By force: the finalizers are A's to take away.
  fc.tuple(fc.constantFrom(VMNETCFGS, IPPOOLS) as fc.Arbitrary<Resource<KubeObject>>, name)
    .map(([kind, key]): Step => async ({ lab }) => {
      await lab.patch(kind, key, { metadata: { finalizers: null } });
      await lab.delete(kind, key);
    }),
  fc.constant<Step>((tenants) => tenants.replace()),
  fc.constant<Step>(({ lab }) => lab.pass(90_000)),
  { weight: 4, arbitrary: fc.constant<Step>((tenants) => tenants.check()) },
);

for (const tenancy of ["shared", "isolated"] as const) {
  Deno.test(`T1, T7: ${tenancy}: whatever tenant A does in its namespace, no address of tenant B changes and no condition of B turns false`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 30 }),
        fc.integer({ min: 1, max: 1_000 }),
        async (steps, seed) => {
          const tenants = new Tenants(seed, tenancy);
          await using _ = tenants.lab;
          await tenants.begin();
          for (const step of steps) await tenants.try(() => step(tenants));
          await tenants.check();
        },
      ),
      { numRuns: 40 },
    );
  });
}
