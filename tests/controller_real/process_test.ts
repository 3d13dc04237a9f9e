import assert from "node:assert/strict";
import { networkStatusesOf } from "../../core/api/mod.ts";
import { IPPOOLS, VIRTUAL_MACHINES, VMNETCFGS } from "../../kube/mod.ts";
import { ControllerProcess } from "../bench/controller_process.ts";
import { type RealCluster, startRealCluster } from "../real/mod.ts";
import { GateProxy, type HoldRule } from "./gate_proxy.ts";
import { mac, vm } from "../controller/objects.ts";
import { Real } from "./real.ts";
import { loadRecorded, recordedObjects } from "../controller/recorded.ts";

const DEATHS: Readonly<Record<string, HoldRule>> = {
  "before its create reaches the server": {
    method: "POST",
    path: /virtualmachinenetworkconfigs$/,
    when: "before",
  },
  "between its create and the pool": {
    method: "PUT",
    path: /ippools\/[^/]+\/status$/,
    when: "before",
  },
  "between its two writes of the object, the pool written": {
    method: "PUT",
    path: /virtualmachinenetworkconfigs\/[^/]+\/status$/,
    when: "before",
  },
  "with the answer of the pool's write under way": {
    method: "PUT",
    path: /ippools\/[^/]+\/status$/,
    when: "after",
  },
};

Deno.test("kill -9 of the controller", async (t) => {
  await using cluster = await startRealCluster({ controllerManager: true });
  const real = new Real(cluster.rest);
  await using proxy = new GateProxy(cluster.kubeconfig);
  const kubeconfig = `${cluster.folder}/proxy.kubeconfig`;
  await proxy.writeKubeconfig(cluster.kubeconfig, kubeconfig);
  for (const [index, [when, rule]] of Object.entries(DEATHS).entries()) {
    const name = `kill-${index}`;
    await t.step(`${when} loses nothing`, async () => {
      await real.network(`default/${name}`);
      {
        await using doomed = await ControllerProcess.start(kubeconfig);
        await real.pool(`default/${name}`, ({ status }) => status?.conditions !== undefined);
        const held = proxy.hold(rule);
        await real.create(
          VIRTUAL_MACHINES,
          vm(`default/${name}`, [{ network: name, mac: mac(1) }]),
        );
        await held;
        await doomed.kill();
      }
      const committed = Object.keys(await allocated(real, `default/${name}`));
      await using _successor = await ControllerProcess.start(kubeconfig);
      const config = await real.config(`default/${name}`);
      const shown = networkStatusesOf(config).map(({ allocatedIPAddress }) => allocatedIPAddress);
      assert.deepEqual(Object.keys(await allocated(real, `default/${name}`)), shown);
      if (committed.length > 0) assert.deepEqual(shown, committed);
      await real.delete(VIRTUAL_MACHINES, `default/${name}`);
      await real.gone(VMNETCFGS, `default/${name}`);
      assert.deepEqual(await allocated(real, `default/${name}`), {});
    });
  }
});

async function allocated(real: Real, pool: string): Promise<Readonly<Record<string, string>>> {
  return (await real.pool(pool)).status?.ipv4?.allocated ?? {};
}

Deno.test("what the Go version wrote on a real server", async (t) => {
  await using cluster = await startRealCluster();
  const real = new Real(cluster.rest);
  await loadRecorded(real.kube);
  await t.step("is untouched by a dry run, which says what would be", async () => {
    const before = await cluster.kubectl(["get", "ippools,vmnetcfgs", "-A", "-o", "json"]);
    const { code, stdout } = await once(cluster, ["--once", "--dry-run"]);
    assert.equal(code, 0);
    assert.match(stdout, /^Objects: 0 would be created, 14 changed, 1 deleted$/m);
    assert.match(
      stdout,
      /^Allocations: 1 would change\n.*52:54:00:11:22:07 would give 192\.168\.100\.112 back$/m,
    );
    const after = await cluster.kubectl(["get", "ippools,vmnetcfgs", "-A", "-o", "json"]);
    assert.equal(after.stdout, before.stdout);
  });
  await t.step("is taken over with every allocation, in its spelling and order", async () => {
    assert.equal((await once(cluster, ["--once"])).code, 0);
    for (const recorded of await recordedObjects(IPPOOLS)) {
      const { namespace, name } = recorded.metadata;
      const { ipv4 } = (recorded.status ?? {}) as NonNullable<
        Awaited<ReturnType<Real["pool"]>>["status"]
      >;
      const { "192.168.100.112": _, ...kept } = ipv4?.allocated ?? {};
      assert.equal(
        JSON.stringify(await allocated(real, `${namespace}/${name}`)),
        JSON.stringify(kept),
      );
    }
    assert.equal(await real.get(VMNETCFGS, "prod/was-deleted"), undefined);
  });
  await t.step("needs nothing more the second time", async () => {
    const { code, stdout } = await once(cluster, ["--once", "--dry-run"]);
    assert.equal(code, 0);
    assert.equal(
      stdout,
      "Objects: 0 would be created, 0 changed, 0 deleted\nAllocations: none would change\n" +
        "0 addresses would change\n",
    );
  });
});

async function once(
  cluster: RealCluster,
  flags: readonly string[],
): Promise<{ readonly code: number; readonly stdout: string }> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "controller", `--kubeconfig=${cluster.kubeconfig}`, ...flags],
    cwd: new URL("../../", import.meta.url),
    stderr: "null",
  }).output();
  return { code, stdout: new TextDecoder().decode(stdout) };
}
