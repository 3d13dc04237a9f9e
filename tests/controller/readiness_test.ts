import assert from "node:assert/strict";
import { getCondition } from "../../core/api/mod.ts";
import {
  ApiError,
  IPPOOLS,
  NETWORK_ATTACHMENT_DEFINITIONS,
  type RestClient,
  toRestClient,
  VIRTUAL_MACHINES,
} from "../../kube/mod.ts";
import { Lab } from "./lab.ts";
import { mac, nad, pool, vm } from "./objects.ts";

const PLURAL = "virtualmachinenetworkconfigs";

/** A client whose user has no right to create VirtualMachineNetworkConfigs, as a kube-apiserver says it. */
function withoutRight(rest: RestClient, lacks: () => boolean): RestClient {
  return toRestClient(async (request) => {
    if (lacks() && request.method === "POST" && request.path.endsWith(PLURAL)) {
      throw new ApiError({
        code: 403,
        reason: "Forbidden",
        message:
          `${PLURAL}.network.harvesterhci.io is forbidden: User "controller" cannot create ` +
          `resource "${PLURAL}" in API group "network.harvesterhci.io" in the namespace "default"`,
      }, request);
    }
    return await rest.performRequest(request);
  });
}

async function reasons(lab: Lab): Promise<readonly string[]> {
  const answer = await lab.controller.handle(new Request("http://controller/readyz"));
  const { ready, reasons } = await answer.json();
  assert.equal(answer.status, ready ? 200 : 503);
  return reasons;
}

async function cacheReady(lab: Lab) {
  const { status } = await lab.pool("default/net-48");
  const found = getCondition(status?.conditions, "CacheReady");
  return [found?.status, found?.reason, found?.message];
}

Deno.test("E5: a controller without a right is not ready, says which by log, metric and condition, and heals", async () => {
  let lacks = false;
  await using lab = new Lab();
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/net-48"));
  await lab.create(IPPOOLS, pool("default/net-48"));
  lab.start({ rest: withoutRight(lab.rest(), () => lacks) });
  await lab.settle();
  assert.deepEqual(await reasons(lab), []);
  lacks = true;
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.pass(1_000);
  const [reason = "", ...others] = await reasons(lab);
  assert.match(reason, new RegExp(`^The controller cannot create ${PLURAL}: .*403 Forbidden`));
  assert.deepEqual(others, []);
  assert.match(
    await lab.controller.metrics(),
    new RegExp(
      `^vmdhcpcontroller_write_failing{resource="${PLURAL}",verb="create",reason="no_right"} 1$`,
      "m",
    ),
  );
  assert.deepEqual(await cacheReady(lab), [
    "False",
    "WriteRefused",
    `The controller has no right to create ${PLURAL}`,
  ]);
  await lab.pass(60_000);
  const said = lab.log.lines.filter(({ message }) => message === "The controller has no right");
  assert.deepEqual(said.map(({ keys: { verb, resource } }) => [verb, resource]), [
    ["create", PLURAL],
  ]);
  lacks = false;
  await lab.pass(60_000);
  assert.deepEqual(await reasons(lab), []);
  assert.equal((await cacheReady(lab))[0], "True");
  assert.equal((await lab.addresses("default/web")).length, 1);
});

Deno.test("a controller that has not read everything is not ready, says what it waits for and why, and becomes ready", async () => {
  await using lab = new Lab();
  let isDown = true;
  const rest = toRestClient(async (request) => {
    if (isDown && request.path.endsWith("/ippools")) {
      throw new ApiError({ code: 503, reason: "ServiceUnavailable", message: "wait" }, request);
    }
    return await lab.rest().performRequest(request);
  });
  lab.start({ rest });
  await lab.clock.advance(1_000);
  const [reason = "", ...others] = await reasons(lab);
  assert.match(reason, /^IPPool objects are not yet known: .*503 ServiceUnavailable/);
  assert.deepEqual(others, []);
  isDown = false;
  await lab.clock.advance(60_000);
  assert.deepEqual(await reasons(lab), []);
});

Deno.test("a controller that may not list a kind which comes after it began to work is not ready, and says so", async () => {
  await using lab = new Lab();
  let code = 404;
  const rest = toRestClient(async (request) => {
    if (code > 0 && request.path.endsWith("/virtualmachines")) {
      throw new ApiError({ code, message: "no" }, request);
    }
    return await lab.rest().performRequest(request);
  });
  lab.start({ rest });
  await lab.pass(60_000);
  assert.deepEqual(await reasons(lab), []);
  code = 403;
  await lab.pass(60_000);
  const [reason = "", ...others] = await reasons(lab);
  assert.match(reason, /^VirtualMachine objects are not yet known: .*403: no$/);
  assert.deepEqual(others, []);
  code = 0;
  await lab.pass(60_000);
  assert.deepEqual(await reasons(lab), []);
});

Deno.test("S2: a controller whose Lease nobody writes is not ready, and says so", async () => {
  await using lab = new Lab();
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/net-48"));
  await lab.create(IPPOOLS, pool("default/net-48"));
  const told: string[] = [];
  lab.start({
    leadership: {
      leading: true,
      onChange: () => undefined,
      get trouble() {
        return told[0];
      },
    },
  });
  await lab.settle();
  assert.deepEqual(await reasons(lab), []);
  told.push("Lease kube-system/lock was not written for 46 s");
  assert.deepEqual(await reasons(lab), told);
});
