import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  createKubeClient,
  DEPLOYMENTS,
  IPPOOLS,
  LeaderElection,
  LEASES,
  NAMESPACES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  type RestClient,
  toRestClient,
  VIRTUAL_MACHINES,
} from "../../kube/mod.ts";
import { mac, vm } from "../controller/objects.ts";
import { assertConsistent } from "../controller/invariants.ts";
import { AgentsLab, NAMESPACE } from "./agents_lab.ts";

const LOCK = { namespace: "kube-system", name: "vm-dhcp-controllers" };

/** A write that reached the server: Events and the Lease apart. */
interface Write {
  readonly at: number;
  readonly who: string;
}

/** One of several controllers, with the lock as `main.ts` holds it. */
class Rival {
  online = true;
  /** Paths whose watches bring nothing: this controller hears late of what is there. */
  readonly deafTo: RegExp | undefined;
  readonly election: LeaderElection;
  readonly #lab: RivalLab;
  readonly #controller: { stop(): Promise<void> };
  readonly #elected: Promise<void>;
  readonly #stopped = new AbortController();

  constructor(lab: RivalLab, readonly name: string, deafTo?: RegExp) {
    this.#lab = lab;
    this.deafTo = deafTo;
    const rest = this.#rest(lab.rest());
    const { clock, log } = lab;
    this.election = new LeaderElection({
      client: createKubeClient(rest),
      lease: LOCK,
      identity: name,
      durationMs: 15_000,
      renewMs: 2_000,
      onSilence: "stop",
      clock,
      random: () => 0.5,
      logger: log,
    });
    this.#controller = lab.start({ ...lab.options(), rest, leadership: this.election });
    this.#elected = this.election.run(this.#stopped.signal);
  }

  /** As SIGTERM does: the lock is given up when nothing is written any more. */
  async stop(): Promise<void> {
    await this.#controller.stop();
    this.#stopped.abort();
    let ended = false;
    this.#elected.then(() => ended = true);
    await this.#lab.clock.advanceUntil(() => ended, { stepMs: 10 });
  }

  #rest(rest: RestClient): RestClient {
    return toRestClient(async (request) => {
      if (!this.online) throw new TypeError("Connection refused");
      if (request.expectStream === true && this.deafTo?.test(request.path)) {
        return new ReadableStream<never>();
      }
      const isWrite = request.method !== "GET" && !/\/(events|leases)\b/.test(request.path);
      if (isWrite) this.#lab.sent.push({ at: this.#lab.clock.monotonic(), who: this.name });
      return await rest.performRequest(request);
    });
  }
}

class RivalLab extends AgentsLab {
  readonly sent: Write[] = [];
  readonly #rivals: Rival[] = [];
  #vms = 0;

  rival(name: string, deafTo?: RegExp): Rival {
    const rival = new Rival(this, name, deafTo);
    this.#rivals.push(rival);
    return rival;
  }

  /** Lets time pass in which a VM is made every half second. */
  async busy(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 500) {
      const n = ++this.#vms;
      await this.create(VIRTUAL_MACHINES, vm(`default/vm-${n}`, [{ mac: mac(n) }]));
      await this.clock.advance(500);
    }
  }

  /** Who wrote since this time, each named once. */
  writers(since = 0): readonly string[] {
    return [...new Set(this.sent.filter(({ at }) => at >= since).map(({ who }) => who))];
  }

  /** Every VM so far has its own address. */
  async served(): Promise<void> {
    await this.clock.advance(60_000);
    await assertConsistent(this);
    strictEqual(Object.keys(await this.allocations("default/net-48")).length, this.#vms);
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    for (const rival of this.#rivals) await rival.stop();
    await super[Symbol.asyncDispose]();
  }
}

async function rivals(): Promise<RivalLab> {
  const lab = new RivalLab();
  await lab.create(NAMESPACES, { metadata: { name: NAMESPACE } });
  await lab.template();
  await lab.network("net-48", "mgmt");
  const range = { start: "192.168.48.1", end: "192.168.48.254" };
  await lab.patch(IPPOOLS, "default/net-48", { spec: { ipv4Config: { pool: range } } });
  return lab;
}

Deno.test("of two controllers only the holder of the lock writes", async () => {
  await using lab = await rivals();
  lab.rival("a");
  await lab.clock.advance(1_000);
  const b = lab.rival("b");
  await lab.busy(30_000);
  deepStrictEqual(lab.writers(), ["a"]);
  strictEqual(b.election.holder, "a");
  deepStrictEqual(await lab.serves("agent-mgmt"), ["default/net-48"]);
  await lab.served();
});

Deno.test("a controller that is told to end hands over at once, after its last write", async () => {
  await using lab = await rivals();
  const a = lab.rival("a");
  await lab.clock.advance(1_000);
  const b = lab.rival("b");
  await lab.busy(5_000);
  const told = lab.clock.monotonic();
  await a.stop();
  await lab.busy(5_000);
  ok(b.election.leading);
  const firstOfB = lab.sent.findIndex(({ who }) => who === "b");
  ok(firstOfB > 0 && lab.sent.slice(firstOfB).every(({ who }) => who === "b"));
  const took = (lab.sent[firstOfB]?.at ?? Infinity) - told;
  ok(took <= 2_000, `it took ${took} ms`);
  await lab.served();
});

Deno.test("a controller that is cut off has stopped before another begins", async () => {
  await using lab = await rivals();
  const a = lab.rival("a");
  await lab.clock.advance(1_000);
  const b = lab.rival("b");
  await lab.busy(10_000);
  let ended = Infinity;
  let began = Infinity;
  a.election.onChange(() => ended = lab.clock.monotonic());
  b.election.onChange(() => began = lab.clock.monotonic());
  a.online = false;
  await lab.busy(20_000);
  ok(ended < began, `a ended at ${ended}, b began at ${began}`);
  a.online = true;
  await lab.busy(5_000);
  deepStrictEqual(lab.writers(ended), ["b"]);
  await lab.served();
});

Deno.test("S9: who comes to lead while its watches are late takes from no agent what the one before it gave it", async () => {
  await using lab = await rivals();
  const a = lab.rival("a");
  await lab.clock.advance(1_000);
  const b = lab.rival("b", /\/(deployments|ippools|network-attachment-definitions)$/);
  await lab.clock.advance(1_000);
  await lab.network("net-50", "mgmt");
  await lab.clock.advance(2_000);
  const both = ["default/net-48", "default/net-50"];
  deepStrictEqual(await lab.serves("agent-mgmt"), both);
  // No new pod can be attached to it: only those that run serve it.
  await lab.delete(NETWORK_ATTACHMENT_DEFINITIONS, "default/net-50");
  await lab.clock.advance(2_000);
  await a.stop();
  await lab.clock.advance(10_000);
  ok(b.election.leading);
  deepStrictEqual(await lab.serves("agent-mgmt"), both);
});

Deno.test("a controller that lost the lock and has it again does all its work", async () => {
  await using lab = await rivals();
  const a = lab.rival("a");
  await lab.busy(2_000);
  for (let round = 0; round < 3; round++) {
    a.online = false;
    await lab.busy(14_000);
    ok(!a.election.leading);
    a.online = true;
    await lab.busy(16_000);
    ok(a.election.leading);
  }
  // What waits for a time, what is planned by resync, and the agents.
  await lab.network("late", "vlans");
  await lab.served();
  deepStrictEqual(await lab.serves("agent-vlans"), ["default/late"]);
  await lab.patch(DEPLOYMENTS, `${NAMESPACE}/agent-vlans`, { spec: { replicas: 0 } });
  await lab.clock.advance(2_000);
  strictEqual((await lab.deployments())["agent-vlans"], 2);
});

Deno.test("the lock that another program holds is respected, also that of the Go version", async () => {
  await using lab = await rivals();
  await lab.create(LEASES, {
    metadata: LOCK,
    spec: {
      holderIdentity: "harvester-vm-dhcp-controller-6c8f_0",
      leaseDurationSeconds: 45,
      renewTime: new Date(lab.clock.now()).toISOString().replace("Z", "000Z"),
    },
  });
  lab.rival("a");
  await lab.busy(44_000);
  deepStrictEqual(lab.writers(), []);
  await lab.clock.advance(5_000);
  deepStrictEqual(lab.writers(), ["a"]);
});
