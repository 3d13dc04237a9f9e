/** Two agents on one network, as programs: one answers, and hands over or dies. */
import assert from "node:assert/strict";
import { createKubeClient, IPPOOLS, LEASES } from "../../kube/mod.ts";
import { EmbeddedApi } from "../../standalone/api/mod.ts";
import { AgentProcess } from "./agent_process.ts";
import { ip } from "./command.ts";
import { Lab } from "./lab.ts";
import { enterPrivateNetwork } from "./namespaces.ts";
import type { ReplyPacket } from "./packets.ts";
import { discover, RawClient } from "./raw_client.ts";
import { until } from "./wait.ts";

const POOL = "default/net-48";
const LEASE = { namespace: "default", name: "vm-dhcp-agent" };
/** Of the Lease, in `agent/settings.ts`, and the second that rule 101 adds. */
const LONGEST_GAP_MS = 5_000 + 1_000;

interface Scene {
  readonly client: RawClient;
  /** Starts agent `number`, which serves the segment by an interface of its own. */
  readonly start: (number: number) => AgentProcess;
  readonly holder: () => Promise<string | undefined>;
}

async function onScene(test: (scene: Scene) => Promise<void>): Promise<void> {
  using _network = enterPrivateNetwork();
  await using lab = await Lab.open();
  await lab.bridge("br0");
  for (const number of [0, 1]) {
    await ip(`link add srv${number} type veth peer name port${number}`);
    await ip(`link set port${number} master br0 up`);
    await ip(`link set srv${number} up`);
  }
  using client = new RawClient(await lab.guest({ bridge: "br0" }));
  using api = new EmbeddedApi();
  const http = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => undefined },
    (request) => api.fetch(request),
  );
  const kube = createKubeClient(api.rest());
  const pools = kube.of(IPPOOLS);
  const written = await pools.create({
    apiVersion: IPPOOLS.apiVersion,
    kind: IPPOOLS.kind,
    metadata: { namespace: "default", name: "net-48" },
    spec: {
      networkName: POOL,
      ipv4Config: { cidr: "192.168.48.0/24", serverIP: "192.168.48.77" },
    },
  });
  const allocated = { "192.168.48.81": client.guest.macAddress };
  await pools.updateStatus({ ...written, status: { ipv4: { allocated, used: 1, available: 9 } } });
  const start: Scene["start"] = (number) =>
    AgentProcess.start({
      server: `http://127.0.0.1:${http.addr.port}`,
      env: {
        POD_NAME: `agent-${number}`,
        AGENT_NETWORK_CONFIGS: JSON.stringify([
          { interfaceName: `srv${number}`, ipPoolRef: POOL },
        ]),
      },
    });
  const holder = async () => (await kube.of(LEASES).get(LEASE))?.spec?.holderIdentity;
  try {
    await test({ client, start, holder });
  } finally {
    await http.shutdown();
  }
}

/** Asks every few milliseconds, and keeps what comes back. */
class Asking {
  readonly #client: RawClient;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  /** By transaction. */
  readonly replies = new Map<number, ReplyPacket[]>();
  readonly #answeredAt: number[] = [];

  constructor(client: RawClient) {
    this.#client = client;
    this.#done = this.#run();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.replies.set(this.#client.say({ message: discover() }), []);
      await new Promise((resolve) => setTimeout(resolve, 10));
      this.#take();
    }
  }

  #take(): void {
    for (const reply of this.#client.replies()) {
      this.replies.get(reply.message.xid)?.push(reply);
      this.#answeredAt.push(performance.now());
    }
  }

  /** Resolves when so many more were answered. */
  async hear(count: number): Promise<void> {
    const wanted = this.#answeredAt.length + count;
    await until(() => this.#answeredAt.length >= wanted, { what: `${count} more are answered` });
  }

  /** The longest time without an answer, in milliseconds. */
  get longestGapMs(): number {
    const gaps = this.#answeredAt.map((at, index) => at - (this.#answeredAt[index - 1] ?? at));
    return Math.max(...gaps);
  }

  /** Asks no more, and waits for what is under way. */
  async end(): Promise<readonly (readonly ReplyPacket[])[]> {
    this.#stop.abort();
    await this.#done;
    const last = this.#client.say({ message: discover() });
    this.replies.set(last, []);
    await until(() => {
      this.#take();
      return (this.replies.get(last)?.length ?? 0) > 0;
    }, { what: "the last one is answered" });
    return [...this.replies.values()];
  }
}

Deno.test("rules 68 and 101: of two agents one answers each frame, and one that is told to end leaves none unanswered; who answers twice meanwhile says the same", () =>
  onScene(async ({ client, start, holder }) => {
    await using first = start(0);
    await until(async () => await holder() === "agent-0", { what: "the first leads" });
    await first.whenReady();
    await until(() => client.ask({ message: discover() }).catch(() => false), {
      what: "the first answers",
    });
    await using second = start(1);
    await second.whenReady();
    const steady = new Asking(client);
    await steady.hear(100);
    assert.deepEqual((await steady.end()).filter((replies) => replies.length !== 1), []);

    const handed = new Asking(client);
    await handed.hear(20);
    const { code, log } = await first.stop();
    assert.equal(code, 0, log);
    await handed.hear(100);
    assert.equal(await holder(), "agent-1");
    const all = await handed.end();
    assert.equal(all.filter((replies) => replies.length === 0).length, 0);
    for (const [one, ...others] of all) {
      assert.ok(others.length < 2);
      for (const other of others) assert.deepEqual(other.message, one?.message);
    }
    // Both have answered in this test, each from its own interface.
    assert.equal(new Set(all.map(([one]) => one?.sourceMac)).size, 2);
  }));

Deno.test("rule 101: an agent that dies is followed within the Lease's time and a second", () =>
  onScene(async ({ client, start, holder }) => {
    await using first = start(0);
    await until(async () => await holder() === "agent-0", { what: "the first leads" });
    await using second = start(1);
    await second.whenReady();
    const asking = new Asking(client);
    await asking.hear(20);
    Deno.kill(first.processId, "SIGKILL");
    await asking.hear(20);
    // It answers as soon as nobody has the server's address, and takes the Lease when that is over.
    await until(async () => await holder() === "agent-1", { what: "the second leads" });
    const all = await asking.end();
    const gap = asking.longestGapMs;
    assert.ok(gap > 1_000, `nothing was missing: ${gap} ms`);
    assert.ok(gap <= LONGEST_GAP_MS, `${gap} ms without an answer`);
    assert.equal(all.filter((replies) => replies.length > 1).length, 0);
  }));
