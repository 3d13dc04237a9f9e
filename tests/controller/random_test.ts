import assert from "node:assert/strict";
import fc from "fast-check";
import {
  IPPOOL_HISTORIES,
  IPPOOLS,
  type RestClient,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { flaky } from "./flaky.ts";
import { assertConsistent } from "./invariants.ts";
import { Lab, type LabController } from "./lab.ts";
import { mortal } from "./mortal.ts";
import { mac, pool, vm, vmiSpec } from "./objects.ts";
import { truthful } from "./truthful.ts";

const NAMES = ["a", "b", "c"];
const POOLS = ["default/net-48", "default/other"];
const NETWORKS = ["default/net-48", "default/net-50"];

/** A lab in which anything may happen. */
class Chaos {
  readonly lab: Lab;
  readonly lies: string[] = [];
  readonly #isGentle: boolean;
  #controller: LabController | undefined;

  /** Gentle: no controller dies unasked, and no answer of the API server is lost. */
  constructor(seed: number, { isGentle = false }: { readonly isGentle?: boolean } = {}) {
    this.lab = new Lab(seed);
    this.#isGentle = isGentle;
  }

  async begin(): Promise<void> {
    const small = { start: "192.168.48.81", end: "192.168.48.84" };
    await this.lab.create(IPPOOLS, pool(POOLS[0] ?? "", { pool: small }));
    const config = { cidr: "10.50.0.0/24", serverIP: "10.50.0.1", pool: {} };
    await this.lab.create(
      IPPOOLS,
      pool(POOLS[1] ?? "", config, { networkName: NETWORKS[1] ?? "" }),
    );
    this.restart();
  }

  /** Starts a controller that dies after so many writes, unless it is stopped before. */
  restart(diesAt: number = Infinity): void {
    const { rest } = mortal(this.#unreliable(), {
      at: this.#isGentle ? Infinity : diesAt,
      when: diesAt % 2 === 0 ? "before" : "after",
    });
    this.#controller = this.lab.start({ rest });
  }

  #unreliable(): RestClient {
    const record = this.lab.rest();
    const rest = flaky(record, this.lab, { losesAnswers: !this.#isGentle });
    return truthful(rest, { lies: this.lies, record });
  }

  async replace(diesAt: number): Promise<void> {
    await this.#controller?.stop();
    this.restart(diesAt);
  }

  /** Everything is resumed, the controller is replaced by one that lives, and time passes. */
  async end(): Promise<void> {
    for (const key of POOLS) await this.lab.patch(IPPOOLS, key, { spec: { paused: false } });
    for (const { metadata } of (await this.lab.kube.of(VMNETCFGS).list()).items) {
      if (metadata.deletionTimestamp === undefined) {
        await this.lab.patch(VMNETCFGS, `default/${metadata.name}`, { spec: { paused: false } });
      }
    }
    await this.replace(Infinity);
    await this.lab.settle();
    await this.lab.pass(180_000);
  }
}

type Action = (chaos: Chaos) => Promise<unknown>;

/** Runs an action on what may not be there. */
function perhaps(action: Action): Action {
  return (chaos) =>
    action(chaos).catch((error) => {
      if (![404, 409].includes(error.status)) throw error;
    });
}

const name = fc.constantFrom(...NAMES).map((name) => `default/${name}`);
const nics = fc.uniqueArray(
  fc.record({
    network: fc.constantFrom(...NETWORKS),
    mac: fc.integer({ min: 1, max: 6 }).map(mac),
  }),
  { maxLength: 3, selector: ({ network, mac }) => `${network} ${mac}` },
);
const wish = fc.option(fc.integer({ min: 80, max: 86 }).map((last) => `192.168.48.${last}`), {
  nil: null,
});

const ACTIONS: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(name, nics).map(([key, nics]) =>
      perhaps(({ lab }) => lab.create(VIRTUAL_MACHINES, vm(key, nics)))
    ),
  },
  {
    weight: 2,
    arbitrary: name.map((key) => perhaps(({ lab }) => lab.delete(VIRTUAL_MACHINES, key))),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(name, nics).map(([key, nics]) =>
      perhaps(({ lab }) =>
        lab.patch(VIRTUAL_MACHINES, key, { spec: { template: { spec: vmiSpec(nics) } } })
      )
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(name, wish).map(([key, address]) =>
      perhaps(({ lab }) =>
        lab.patch(VIRTUAL_MACHINES, key, {
          metadata: { annotations: { "static-ip.harvesterhci.io/nic-1": address } },
        })
      )
    ),
  },
  { weight: 1, arbitrary: name.map((key) => perhaps(({ lab }) => lab.delete(VMNETCFGS, key))) },
  {
    weight: 2,
    arbitrary: fc.tuple(name, fc.boolean()).map(([key, paused]) =>
      perhaps(({ lab }) => lab.patch(VMNETCFGS, key, { spec: { paused } }))
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...POOLS), fc.boolean()).map(([key, paused]) =>
      perhaps(({ lab }) => lab.patch(IPPOOLS, key, { spec: { paused } }))
    ),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 12 }).map((at): Action => (chaos) => chaos.replace(at)),
  },
  { weight: 4, arbitrary: fc.constant<Action>(({ lab }) => lab.settle()) },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 90_000 }).map((ms): Action => ({ lab }) =>
      lab.clock.advance(ms)
    ),
  },
);

Deno.test("no sequence of changes, restarts and crashes leaks an address or gives one twice", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.array(ACTIONS, { minLength: 5, maxLength: 30, size: "max" }),
      async (seed, actions) => {
        const chaos = new Chaos(seed);
        await using lab = chaos.lab;
        await chaos.begin();
        for (const action of actions) await action(chaos);
        await chaos.end();
        await assertConsistent(lab);
        assert.deepEqual(chaos.lies, []);
      },
    ),
    { numRuns: 100 },
  );
});

/** The addresses of a pool and whose they are, as its history tells. */
async function replayed(lab: Lab, key: string): Promise<ReadonlyMap<string, string>> {
  const state = new Map<string, string>();
  const { changes = [] } = await lab.get(IPPOOL_HISTORIES, key) ?? {};
  for (const { event, address, macAddress, from } of changes) {
    if (from !== undefined && state.get(from) === macAddress) state.delete(from);
    if (event === "released" || event === "declined") state.delete(address);
    else state.set(address, macAddress);
  }
  return state;
}

Deno.test("whatever changes, and however often controllers follow each other, the history leads to the record", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.array(ACTIONS, { minLength: 5, maxLength: 30, size: "max" }),
      async (seed, actions) => {
        const chaos = new Chaos(seed, { isGentle: true });
        await using lab = chaos.lab;
        await chaos.begin();
        for (const action of actions) await action(chaos);
        await chaos.end();
        await lab.pass(180_000);
        for (const key of POOLS) {
          const recorded = await lab.allocations(key);
          const told = [...await replayed(lab, key)].map(([address, mac]) => [mac, address]);
          assert.deepEqual(Object.fromEntries(told), recorded, key);
        }
      },
    ),
    { numRuns: 20 },
  );
});
