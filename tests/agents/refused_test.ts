import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { apartName } from "../../controller/agents/agent_names.ts";
import {
  ApiError,
  IPPOOLS,
  NAMESPACES,
  type RestClient,
  toRestClient,
  VIRTUAL_MACHINES,
} from "../../kube/mod.ts";
import { mac, vm } from "../controller/objects.ts";
import { AgentsLab, NAMESPACE } from "./agents_lab.ts";
import { FAULTS, Rollout } from "./rollout.ts";

/** A controller whose API server refuses one Deployment, as a quota does, until that is enlarged, or its deletion. */
async function refusing(
  refused: string,
  isFull = () => true,
  method = "PATCH",
): Promise<AgentsLab> {
  const lab = new AgentsLab();
  await lab.create(NAMESPACES, { metadata: { name: NAMESPACE } });
  await lab.template();
  const through = lab.rest();
  const rest: RestClient = toRestClient((request) => {
    const isWrite = request.method === method;
    if (isFull() && isWrite && request.path.endsWith(`/deployments/${refused}`)) {
      throw new ApiError({ code: 403, reason: "Forbidden", message: "exceeded quota" }, request);
    }
    return through.performRequest(request);
  });
  lab.start({ ...lab.options(), rest });
  await lab.settle();
  return lab;
}

Deno.test("a Deployment that the API server refuses keeps no other from being made", async () => {
  await using lab = await refusing("agent-full");
  await lab.network("a", "full");
  await lab.network("b", "mgmt");
  await lab.pass(1_000);
  deepStrictEqual(await lab.deployments(), { "agent": 0, "agent-mgmt": 2 });
  await lab.network("c", "vlans");
  await lab.relabel("b", "full");
  await lab.pass(120_000);
  deepStrictEqual(await lab.deployments(), { "agent": 0, "agent-mgmt": 2, "agent-vlans": 2 });
  deepStrictEqual(await lab.serves("agent-mgmt"), ["default/b"]);
  const failed = lab.log.lines.filter(({ message }) => message === "Work failed, trying again");
  ok(failed.length < 20, `tried ${failed.length} times`);
  ok(failed.every(({ keys }) => String(keys["error"]).includes("exceeded quota")));
});

Deno.test("S3: agents of a network whose own Deployment is refused stay as they are", async () => {
  const apart = apartName("agent", "default/bad");
  await using lab = await refusing(apart);
  const node = new Rollout(lab);
  await lab.network("bad");
  await lab.network("good");
  await node.settle();
  node.faults.set("default/bad", FAULTS.plugin("bad", "no such device"));
  await lab.network("late");
  await node.pass(300_000);
  await lab.network("other", "mgmt");
  await node.pass(300_000);
  deepStrictEqual(await lab.serves("agent"), ["default/bad", "default/good", "default/late"]);
  deepStrictEqual(await node.attached(), ["default/bad", "default/good", "default/other"]);
});

Deno.test("E1: a pool whose agent Deployment is refused says so, and why, as long as it is", async () => {
  let isFull = true;
  await using lab = await refusing("agent-full", () => isFull);
  await lab.network("a", "full");
  await lab.pass(1_000);
  match(
    await lab.agentReady("a"),
    /^False AgentNotRunning: Deployment vm-dhcp\/agent-full is refused: .*exceeded quota$/,
  );
  isFull = false;
  await lab.pass(120_000);
  strictEqual(await lab.agentReady("a"), "False NoAgent: No agent reports IPPool default/a");
});

Deno.test("a controller that may not list what agents are made from is not ready, and says what that is", async () => {
  const lab = new AgentsLab();
  await using _ = lab;
  await lab.create(NAMESPACES, { metadata: { name: NAMESPACE } });
  await lab.template();
  const through = lab.rest();
  let mayList = false;
  const rest: RestClient = toRestClient((request) => {
    if (!mayList && request.path.includes("/poddisruptionbudgets")) {
      throw new ApiError({ code: 403, reason: "Forbidden", message: "cannot list" }, request);
    }
    return through.performRequest(request);
  });
  lab.start({ ...lab.options(), rest });
  await lab.network("a");
  await lab.clock.advance(10_000);
  deepStrictEqual(await lab.deployments(), { agent: undefined });
  match(
    lab.controller.notReady.join(),
    /^PodDisruptionBudget objects are not yet known: .*403 Forbidden: cannot list$/,
  );
  mayList = true;
  await lab.pass(30_000);
  deepStrictEqual(lab.controller.notReady, []);
  deepStrictEqual(await lab.deployments(), { agent: 2 });
});

Deno.test("S1: a right to Events that a restore took keeps no controller from working", async () => {
  await using lab = new AgentsLab();
  await lab.create(NAMESPACES, { metadata: { name: NAMESPACE } });
  await lab.template();
  const through = lab.rest();
  let isTaken = false;
  let onNewHistory = () => {};
  const rest: RestClient = toRestClient((request) => {
    if (isTaken && request.method === "GET" && request.path.endsWith("/events")) {
      throw new ApiError({ code: 403, reason: "Forbidden", message: "not yours" }, request);
    }
    return through.performRequest(request);
  });
  const leadership = {
    leading: true,
    onChange: () => {},
    onNewHistory: (handler: () => void) => onNewHistory = handler,
  };
  lab.start({ ...lab.options(), rest, leadership });
  await lab.settle();
  await lab.network("a");
  await lab.pass(1_000);
  isTaken = true;
  onNewHistory();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ network: "default/a", mac: mac(1) }]));
  await lab.pass(30_000);
  deepStrictEqual(Object.keys(await lab.allocations("default/a")), [mac(1)]);
});

Deno.test("a Deployment whose deletion the API server refuses keeps no other from being removed, and is told of", async () => {
  await using lab = await refusing("agent-full", () => true, "DELETE");
  await lab.network("a", "full");
  await lab.network("b", "mgmt");
  await lab.pass(1_000);
  for (const key of ["default/a", "default/b"]) await lab.delete(IPPOOLS, key);
  await lab.pass(120_000);
  deepStrictEqual(await lab.deployments(), { "agent": 0, "agent-full": 2 });
  const failed = lab.log.lines.filter(({ message }) => message === "Work failed, trying again");
  match(
    String(failed[0]?.keys["error"]),
    /^Error: The removal of Deployment vm-dhcp\/agent-full is refused: .*exceeded quota$/,
  );
});
