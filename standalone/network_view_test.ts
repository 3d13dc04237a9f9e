import { deepStrictEqual as deepEqual } from "node:assert/strict";
import { IPPOOL_FINALIZER } from "../core/api/names.ts";
import { createKubeClient } from "../kube/objects/client.ts";
import { IPPOOLS } from "../kube/objects/resources.ts";
import { createLogger } from "../runtime/log.ts";
import { ManualClock } from "../runtime/testing/manual_clock.ts";
import { EmbeddedApi } from "./api/mod.ts";
import { NetworkView } from "./network_view.ts";

Deno.test("NetworkView serves the next pool as soon as only others keep one that is deleted", async () => {
  const clock = new ManualClock();
  using api = new EmbeddedApi({ clock });
  const pools = createKubeClient(api.rest()).of(IPPOOLS);
  const make = (name: string, finalizers: readonly string[]) =>
    pools.create({
      apiVersion: IPPOOLS.apiVersion,
      kind: IPPOOLS.kind,
      metadata: { namespace: "default", name, finalizers },
      spec: { networkName: "default/lab", ipv4Config: { cidr: "10.0.0.0/24" } },
    });
  await make("older", [IPPOOL_FINALIZER, "example.com/backup"]);
  await clock.advance(1_000);
  await make("younger", [IPPOOL_FINALIZER]);
  const stop = new AbortController();
  const log = createLogger({ name: "test", write: () => undefined });
  const view = new NetworkView({
    rest: api.rest(),
    clock,
    random: () => 0.5,
    log,
    interfaces: new Map(),
  });
  const running = view.run(stop.signal);
  await view.whenSynced(stop.signal);
  const told: string[] = [];
  view.onNetworks((networks) => told.push(networks.map(({ pool }) => pool).join()));
  const key = { namespace: "default", name: "older" };
  await pools.delete(key);
  await pools.patch(key, {
    type: "merge",
    body: { metadata: { finalizers: ["example.com/backup"] } },
  });
  await clock.advance(0);
  deepEqual(told, ["default/younger"]);
  stop.abort();
  await running;
});
