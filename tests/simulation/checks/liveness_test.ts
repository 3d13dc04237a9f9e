import { deepStrictEqual } from "node:assert/strict";
import type { IPPool } from "../../../core/api/types.ts";
import { parseMac } from "../../../core/net/mod.ts";
import { FAIR } from "../world/segment.ts";
import type { World } from "../world/world.ts";
import { Liveness } from "./liveness.ts";

const KEY = "default/net-48";
const MAC = "52:54:00:00:00:10";
const SECONDS = 1_000;
const BLAMED = `client on ${KEY} is SELECTING and sent 3 messages for 192.168.48.81, while ` +
  "agents could answer: leader";

function pool(
  resourceVersion: string,
  allocated: Readonly<Record<string, string>>,
  uid = "pool",
): IPPool {
  return {
    metadata: { namespace: "default", name: "net-48", uid, resourceVersion },
    spec: { networkName: KEY, ipv4Config: { serverIP: "192.168.48.2" } },
    status: { ipv4: { allocated } },
  } as unknown as IPPool;
}

/** A client that asks in vain, an agent that leads, and one that stands by and knows all; neither reaches the API server. */
function network() {
  const segment = { weather: FAIR, stations: [], isCut: () => false };
  const timeline = { now: 0 };
  const knows = { leader: "0", standby: "9" };
  /** Of the agent that leads. */
  const process = { alive: true, running: true, name: "leader" };
  const link = { mode: "refused" };
  const pod = (name: keyof typeof knows, reason: string) => ({
    name,
    files: new Map(),
    host: { stations: new Map([["i", { segment }]]) },
    agent: {
      process: name === "leader" ? process : { alive: true, running: true, name },
      link,
      leading: () => name === "leader",
      agent: { report: () => ({ pools: { [KEY]: { reason, resourceVersion: knows[name] } } }) },
    },
  });
  const unanswered = [50, 60, 75].map((at) => ({ at: at * SECONDS }));
  const client = { name: "client", mac: parseMac(MAC), state: "SELECTING", unanswered };
  const world = {
    timeline,
    segment: () => segment,
    clients: new Map([[KEY, new Map([[client.mac, client]])]]),
    kubelet: { pods: [pod("leader", "Serving"), pod("standby", "Standby")] },
  } as unknown as World;
  const liveness = new Liveness();
  const look = (seconds: number, ...recorded: readonly IPPool[]) => {
    timeline.now = seconds * SECONDS;
    return liveness.look(world, recorded);
  };
  return {
    knows,
    process,
    look,
    restored: (seconds: number) => liveness.restored(seconds * SECONDS),
  };
}

const GIVEN = { "192.168.48.81": MAC };

Deno.test("Liveness blames the agent that leads and knows who asks, and nobody who stands by while it does not know", () => {
  for (const [version, blamed] of [["9", [BLAMED]], ["4", []]] as const) {
    const { knows, look } = network();
    knows.leader = version;
    look(0, pool("9", GIVEN));
    deepStrictEqual(look(80, pool("9", GIVEN)), blamed);
  }
});

Deno.test("Liveness blames who stands by where the agent that leads stands still: it hears nobody who has the server's address", () => {
  const { process, look } = network();
  look(0, pool("9", GIVEN));
  process.running = false;
  look(5, pool("9", GIVEN));
  deepStrictEqual(look(80, pool("9", GIVEN)), [BLAMED.replace("leader", "standby")]);
});

Deno.test("Liveness takes nobody to know of an entry that was freed and is recorded again since it knew of the former one", () => {
  const { knows, look } = network();
  knows.leader = "4";
  look(0, pool("4", GIVEN));
  look(10, pool("5", {}));
  look(20, pool("9", GIVEN));
  knows.leader = "9";
  deepStrictEqual(look(80, pool("9", GIVEN)), []);
});

Deno.test("Liveness asks for no answers from before a pool was made again that records the same", () => {
  for (const [uid, blamed] of [["pool", [BLAMED]], ["made again", []]] as const) {
    const { knows, look } = network();
    knows.leader = "9";
    look(0, pool("9", GIVEN));
    look(10);
    deepStrictEqual(look(80, pool("9", GIVEN, uid)), blamed);
  }
});

Deno.test("Liveness takes nobody to know of an entry that a restore brought back by a version of the history before", () => {
  for (const [isRestored, blamed] of [[false, [BLAMED]], [true, []]] as const) {
    const { knows, look, restored } = network();
    knows.leader = "20";
    look(0, pool("12", {}));
    if (isRestored) restored(5);
    look(10, pool("9", GIVEN));
    deepStrictEqual(look(80, pool("9", GIVEN)), blamed);
  }
});
