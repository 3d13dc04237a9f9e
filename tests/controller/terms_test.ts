import assert from "node:assert/strict";
import {
  createKubeClient,
  IPPOOLS,
  LeaderElection,
  LEASES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  toRestClient,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { assertConsistent } from "./invariants.ts";
import { Lab } from "./lab.ts";
import { late, refusing } from "./meddling.ts";
import { mac, nad, pool, vm } from "./objects.ts";
import { ready } from "./ready.ts";

/** A leadership that the test gives and takes. */
class Term {
  readonly #handlers: (() => void)[] = [];
  leading = false;
  confirmed = true;

  onChange(handler: () => void): void {
    this.#handlers.push(handler);
  }

  set(leading: boolean): void {
    this.leading = leading;
    for (const handler of this.#handlers) handler();
  }
}

async function pause(lab: Lab, paused: boolean): Promise<void> {
  await lab.patch(VMNETCFGS, "default/web", { spec: { paused } });
  await lab.settle();
}

Deno.test("a controller that leads again writes nothing of what it remembers", async () => {
  const [first, second] = [new Term(), new Term()];
  first.leading = true;
  await using lab = await ready({ leadership: first });
  lab.start({ leadership: second });
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  const [address = ""] = await lab.addresses("default/web");

  first.set(false);
  await lab.clock.advance(100);
  second.set(true);
  await lab.settle();
  await pause(lab, true);
  await lab.pass(500_000); // The hold on the freed address ends two minutes after its lease.
  const annotations = { "static-ip.harvesterhci.io/nic-1": address };
  await lab.create(VIRTUAL_MACHINES, vm("default/db", [{ mac: mac(2) }], { annotations }));
  await lab.settle();
  await pause(lab, false);
  const before = [await lab.config("default/web"), await lab.config("default/db")];
  assert.deepEqual(await lab.addresses("default/db"), [address]);

  second.set(false);
  await lab.clock.advance(100);
  first.set(true);
  await lab.settle();
  assert.deepEqual([await lab.config("default/web"), await lab.config("default/db")], before);
  await assertConsistent(lab);
});

Deno.test("a controller that leads again takes the addresses of NTP servers from the record, and not from its memory", async () => {
  const [first, second] = [new Term(), new Term()];
  first.leading = true;
  let address = "10.0.0.1";
  const resolveHost = () => Promise.resolve([address]);
  await using lab = await ready({ leadership: first, resolveHost });
  lab.start({ leadership: second, resolveHost });
  const servers = async () => (await lab.pool("default/net-48")).status?.ipv4?.ntpServers;
  await lab.patch(IPPOOLS, "default/net-48", { spec: { ipv4Config: { ntp: ["a.example"] } } });
  await lab.settle();
  assert.deepEqual(await servers(), { "a.example": ["10.0.0.1"] });
  first.set(false);
  address = "10.0.0.2";
  await lab.clock.advance(100);
  second.set(true);
  await lab.settle();
  assert.deepEqual(await servers(), { "a.example": ["10.0.0.2"] });
  const before = (await lab.pool("default/net-48")).metadata.resourceVersion;
  second.set(false);
  await lab.clock.advance(100);
  first.set(true);
  await lab.settle();
  assert.deepEqual(await servers(), { "a.example": ["10.0.0.2"] });
  assert.equal((await lab.pool("default/net-48")).metadata.resourceVersion, before);
});

Deno.test("a controller that stands by keeps nothing of what came and went meanwhile, and takes over all the same", async () => {
  const [first, second] = [new Term(), new Term()];
  first.leading = true;
  await using lab = await ready({ leadership: first });
  const { controller: standby } = lab.start({ leadership: second });
  const waiting = async () => {
    const depths = (await standby.metrics()).matchAll(/_queue_depth\{queue="\w+"\} (\d+)/g);
    return [...depths].reduce((sum, [, depth]) => sum + Number(depth), 0);
  };
  for (let n = 1; n <= 20; n++) {
    await lab.create(VIRTUAL_MACHINES, vm(`default/job-${n}`, [{ mac: mac(n) }]));
    await lab.settle();
    await lab.delete(VIRTUAL_MACHINES, `default/job-${n}`);
    await lab.settle();
  }
  assert.equal(await waiting(), 0);

  first.set(false);
  await lab.clock.advance(100);
  second.set(true);
  await lab.create(VIRTUAL_MACHINES, vm("default/db", [{ mac: mac(22) }]));
  await lab.settle();
  assert.equal((await lab.addresses("default/db")).length, 1);
  assert.equal(await waiting(), 0);
  await assertConsistent(lab);
});

const OPT_OUT = "network.harvesterhci.io/managed-dhcp";
/** How a NIC gives its address back, and wants it again. */
const WANTED = {
  virtualmachinenetworkconfigs: (lab: Lab, isWanted: boolean) =>
    lab.patch(VMNETCFGS, "default/web", { spec: { paused: !isWanted } }),
  virtualmachines: (lab: Lab, isWanted: boolean) => {
    const annotations = { [OPT_OUT]: isWanted ? null : "false" };
    return lab.patch(VIRTUAL_MACHINES, "default/web", { metadata: { annotations } });
  },
};

for (const [plural, want] of Object.entries(WANTED)) {
  Deno.test(`who comes to lead takes no address from whom a late watch of ${plural} does not tell of`, async () => {
    const [first, second] = [new Term(), new Term()];
    first.leading = true;
    await using lab = await ready({ leadership: first });
    let isLate = false;
    const rest = late(lab.rest(), plural, { isLate: () => isLate, clock: lab.clock });
    lab.start({ rest, leadership: second });
    await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
    await lab.settle();
    const address = await lab.addresses("default/web");
    assert.equal(address.length, 1);
    await want(lab, false);
    await lab.settle();
    assert.deepEqual(Object.keys(await lab.allocations("default/net-48")), []);
    isLate = true;
    await want(lab, true);
    await lab.settle();
    assert.deepEqual(await lab.addresses("default/web"), address);

    first.set(false);
    await lab.clock.advance(100);
    second.set(true);
    await lab.pass(90_000);
    assert.deepEqual(await lab.addresses("default/web"), address);
    assert.deepEqual(Object.keys(await lab.allocations("default/net-48")), [mac(1)]);
  });
}

Deno.test("who comes to lead and cannot list pools lets no object go whose address they may record", async () => {
  const [first, second] = [new Term(), new Term()];
  first.leading = true;
  await using lab = await ready({ leadership: first });
  let isLate = false;
  const list = { method: "GET", path: /\/ippools$/, code: 503 };
  const { rest } = refusing(
    late(lab.rest(), "ippools", { isLate: () => isLate, clock: lab.clock }),
    list,
    () => isLate,
  );
  lab.start({ rest, leadership: second });
  await lab.settle();
  isLate = true;
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  assert.equal((await lab.addresses("default/web")).length, 1);
  first.set(false);
  await lab.clock.advance(100);
  await lab.delete(VIRTUAL_MACHINES, "default/web");
  second.set(true);
  await lab.pass(30_000);
  assert.notEqual(await lab.get(VMNETCFGS, "default/web"), undefined);
  isLate = false;
  await lab.pass(60_000);
  assert.equal(await lab.get(VMNETCFGS, "default/web"), undefined);
  assert.deepEqual(await lab.allocations("default/net-48"), {});
});

Deno.test("a controller that no longer leads has no failures: they are the next leader's", async () => {
  const term = new Term();
  term.leading = true;
  await using lab = new Lab();
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/net-48"));
  await lab.create(IPPOOLS, pool("default/net-48"));
  const status = { method: "PUT", path: /\/virtualmachinenetworkconfigs\/web\/status$/ };
  const { rest } = refusing(lab.rest(), { ...status, code: 422 }, () => true);
  lab.start({ rest, leadership: term });
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  assert.deepEqual([...lab.controller.failures.keys()], ["configs default/web"]);
  term.set(false);
  await lab.clock.advance(100);
  assert.deepEqual([...lab.controller.failures], []);
});

Deno.test("a controller that is not sure to lead any more decides nothing, and goes on when it is sure", async () => {
  const term = new Term();
  term.leading = true;
  await using lab = await ready({ leadership: term });
  term.confirmed = false;
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.pass(5_000);
  assert.equal(await lab.get(VMNETCFGS, "default/web"), undefined);
  term.confirmed = true;
  await lab.pass(30_000); // A key that failed is tried again by then.
  assert.equal((await lab.addresses("default/web")).length, 1);
  await assertConsistent(lab);
});

for (
  const [how, holder, lists] of [
    ["was given up", "", 1],
    ["whoever led before held until now", "another", 2],
  ] as const
) {
  Deno.test(`who comes to lead by a Lease that ${how} has listed everything ${lists === 1 ? "once" : "twice"}`, async () => {
    await using lab = new Lab();
    await lab.create(LEASES, {
      apiVersion: LEASES.apiVersion,
      kind: LEASES.kind,
      metadata: { namespace: "default", name: "lock" },
      spec: {
        holderIdentity: holder,
        leaseDurationSeconds: 15,
        renewTime: new Date(lab.clock.now()).toISOString(),
      },
    });
    const answered = new Map<string, number>();
    const rest = toRestClient(async (request) => {
      // What is asked for at the same time takes its time, as it does elsewhere.
      await lab.clock.sleep(100, request.abortSignal);
      const resource = request.path.split("/").at(-1) ?? "";
      if (!request.expectStream && request.method === "GET") {
        answered.set(resource, (answered.get(resource) ?? 0) + 1);
      }
      return await lab.rest().performRequest(request);
    });
    const leadership = new LeaderElection({
      client: createKubeClient(rest),
      lease: { namespace: "default", name: "lock" },
      identity: "this",
      durationMs: 15_000,
      renewMs: 2_000,
      onSilence: "stop",
      clock: lab.clock,
      random: () => 0.5,
    });
    const ending = new AbortController();
    const { stop } = lab.start({ rest, leadership });
    const elected = leadership.run(ending.signal);
    await lab.pass(20_000);
    assert.ok(leadership.leading);
    for (const { plural } of [VIRTUAL_MACHINES, VMNETCFGS, IPPOOLS]) {
      assert.deepEqual([plural, answered.get(plural)], [plural, lists]);
    }
    await stop();
    ending.abort();
    await lab.pass(1_000);
    await elected;
  });
}
