import assert from "node:assert/strict";
import { CONFIG_MAPS } from "../../kube/testing/config_map.ts";
import { enterPrivateNetwork } from "../network/namespaces.ts";
import { until } from "../network/wait.ts";
import type { Role } from "./role.ts";
import { Scene } from "./scene.ts";

/** One line of the table that this test prints. */
interface Row {
  readonly fault: string;
  readonly role: string;
  /** Until it works again: from the fault, or from the server's return. */
  readonly seconds: number;
  readonly readyz: string;
}

const rows: Row[] = [];

/** Measures how long each role takes until it works; `bounds`: the most seconds that it may. */
async function measured(
  scene: Scene,
  fault: string,
  works: Readonly<Record<Role["name"], () => Promise<void>>>,
  said: ReadonlyMap<Role["name"], string> = new Map(),
): Promise<ReadonlyMap<string, number>> {
  const begun = performance.now();
  const taken = await Promise.all(scene.roles.map(async (role) => {
    const listening = new AbortController();
    const heard = role.listen(listening.signal);
    await works[role.name]().catch(async (cause) => {
      throw new Error(`${fault}: ${role.name}: ${cause.message}:\n${await role.logEnd()}`, {
        cause,
      });
    });
    const seconds = (performance.now() - begun) / 1000;
    listening.abort();
    const answer = await heard;
    const now = answer === undefined
      ? "ready"
      : `after ${answer.atSeconds.toFixed(1)} s: ${answer.reasons.join("; ")}`;
    rows.push({ fault, role: role.name, seconds, readyz: said.get(role.name) ?? now });
    return [role.name, seconds] as const;
  }));
  await allReady(scene);
  return new Map(taken);
}

/** Waits until every role says that it is well. */
async function allReady(scene: Scene): Promise<void> {
  for (const role of scene.roles) {
    await until(async () => (await role.reasons()).length === 0, {
      what: `${role.name} is ready`,
      timeoutMs: 60_000,
    });
  }
}

function atMost(
  taken: ReadonlyMap<string, number>,
  bounds: Readonly<Record<Role["name"], number>>,
): void {
  for (const [role, bound] of Object.entries(bounds)) {
    const seconds = taken.get(role) ?? Infinity;
    assert.ok(seconds <= bound, `${role} took ${seconds.toFixed(1)} s, not at most ${bound}`);
  }
}

/** Writes anything so often that resourceVersions are far beyond those of a backup. */
async function write(scene: Scene, times: number): Promise<void> {
  await scene.real.create(CONFIG_MAPS, { metadata: { namespace: "default", name: "counter" } });
  for (let n = 0; n < times; n++) {
    await scene.real.patch(CONFIG_MAPS, "default/counter", { data: { n: String(n) } });
  }
}

Deno.test("controller, agent and webhook while their API server has bad days", async (t) => {
  using _network = enterPrivateNetwork();
  await using scene = await Scene.open();
  const { cluster, address } = scene;
  await scene.controllerWorks("vm-0");

  await t.step(
    "S1: all follow an etcd that was restored from a backup, and say while it is away that they do not",
    async () => {
      const backup = `${cluster.folder}/backup`;
      await cluster.backUp(backup);
      await scene.agentWorks({ paused: true });
      await scene.controllerWorks("vm-1");
      await write(scene, 300);
      await cluster.stopAndRestore(backup);
      const begun = performance.now();
      const said = new Map<Role["name"], string>();
      await Promise.all(scene.roles.map(async (role) => {
        const answer = await role.listen(AbortSignal.timeout(60_000));
        assert.ok(
          answer !== undefined,
          `${role.name} is ready for a minute without its API server`,
        );
        assert.equal(await role.isAlive(), true, `${role.name} would be restarted`);
        said.set(
          role.name,
          `away for ${((performance.now() - begun) / 1000).toFixed(0)} s: ${
            answer.reasons.join("; ")
          }`,
        );
      }));
      await cluster.startAgain();
      const taken = await measured(scene, "etcd restored", {
        // Another VM that gets the address of the one that is not there any more, or a free one.
        controller: () => scene.controllerWorks("vm-2"),
        agent: () => scene.agentWorks({ paused: false, change: false }),
        webhook: () => scene.webhookWorks(0),
      }, said);
      atMost(taken, { controller: 10, agent: 10, webhook: 10 });
      for (const name of ["controller", "agent"] as const) {
        const { text } = await scene.role(name).ask("/metrics");
        assert.match(text, /_api_new_histories_total\{resource="ippools"\} 1$/m);
      }
    },
  );

  await t.step("S2: all notice a connection that a load balancer forgot", async () => {
    address.forget();
    const taken = await measured(scene, "connections forgotten", {
      controller: () => scene.controllerWorks("vm-3"),
      agent: () => scene.agentWorks({ paused: true }),
      webhook: () => scene.webhookWorks(1),
    });
    atMost(taken, { controller: 45, agent: 45, webhook: 90 });
  });

  await t.step("S2: all follow an address that moves to another machine", async () => {
    await address.move();
    const taken = await measured(scene, "address moved", {
      controller: () => scene.controllerWorks("vm-4"),
      agent: () => scene.agentWorks({ paused: false }),
      webhook: () => scene.webhookWorks(2),
    });
    atMost(taken, { controller: 45, agent: 45, webhook: 90 });
  });

  await t.step(
    "E5: a controller without rights is not ready, and says which it lacks",
    async () => {
      const controller = scene.role("controller");
      await scene.setRights(false);
      const begun = performance.now();
      await scene.makeVm("vm-5");
      const lacks = /403 Forbidden: .* cannot [a-z]+ resource "/;
      const said = await until(
        async () => (await controller.reasons()).find((reason) => lacks.test(reason)),
        { what: "the controller says what it lacks", timeoutMs: 60_000 },
      );
      rows.push({
        fault: "rights taken",
        role: "controller",
        seconds: (performance.now() - begun) / 1000,
        readyz: said,
      });
      assert.equal(await controller.isAlive(), true);
      await scene.setRights(true);
      await allReady(scene);
    },
  );

  const table = [
    "| fault | role | seconds until it works again | what /readyz said |",
    "| --- | --- | --- | --- |",
    ...rows.map(({ fault, role, seconds, readyz }) =>
      `| ${fault} | ${role} | ${seconds.toFixed(1)} | ${readyz} |`
    ),
  ];
  Deno.stdout.writeSync(new TextEncoder().encode(`${table.join("\n")}\n`));
});
