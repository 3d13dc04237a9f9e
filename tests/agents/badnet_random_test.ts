import { deepStrictEqual, ok } from "node:assert/strict";
import { IPPOOLS, NAMESPACES, NETWORK_ATTACHMENT_DEFINITIONS } from "../../kube/mod.ts";
import { seeded } from "../controller/lab.ts";
import { nad, pool } from "../controller/objects.ts";
import { AgentsLab, NAMESPACE } from "./agents_lab.ts";
import { FAULTS, Rollout } from "./rollout.ts";

const STEADY = ["default/steady-1", "default/steady-2"];
const OTHERS = ["a", "b", "c", "d"].map((name) => `default/${name}`);
const RUNS = 12;
const ACTS = 25;

/** What one network is like, as its owner and its node have it. */
interface State {
  hasNad: boolean;
  hasPool: boolean;
  isPaused: boolean;
  isBroken: boolean;
  isRefused: boolean;
}

type Act = (lab: AgentsLab, node: Rollout, key: string, state: State, random: () => number) =>
  | Promise<unknown>
  | undefined;

const ACT: Readonly<Record<string, Act>> = {
  makeNad: (lab, _, key, state) => {
    if (state.hasNad) return undefined;
    state.hasNad = true;
    state.isRefused = false;
    return lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(key));
  },
  deleteNad: (lab, _, key, state) => {
    if (!state.hasNad) return undefined;
    state.hasNad = false;
    return lab.delete(NETWORK_ATTACHMENT_DEFINITIONS, key);
  },
  makePool: (lab, _, key, state) => {
    if (state.hasPool) return undefined;
    Object.assign(state, { hasPool: true, isPaused: false });
    return lab.create(IPPOOLS, pool(key));
  },
  deletePool: (lab, _, key, state) => {
    if (!state.hasPool) return undefined;
    state.hasPool = false;
    return lab.delete(IPPOOLS, key);
  },
  pause: (lab, _, key, state) => {
    if (!state.hasPool) return undefined;
    state.isPaused = !state.isPaused;
    return lab.patch(IPPOOLS, key, { spec: { paused: state.isPaused } });
  },
  edit: (lab, _, key, state, random) => {
    if (!state.hasNad) return undefined;
    const type = ["bridge", "macvlan", ""][Math.floor(random() * 3)] ?? "";
    state.isRefused = type === "";
    const config = JSON.stringify({
      cniVersion: "0.3.1",
      type,
      vlan: Math.floor(random() * 4_000),
    });
    return lab.patch(NETWORK_ATTACHMENT_DEFINITIONS, key, { spec: { config } });
  },
  breakIt: (_, node, key, state, random) => {
    const [, name = ""] = key.split("/");
    const faults = [FAULTS.plugin(name, "no such device"), FAULTS.nameless];
    node.faults.set(key, faults[Math.floor(random() * 2)] ?? FAULTS.nameless);
    state.isBroken = true;
    return undefined;
  },
  mend: (_, node, key, state) => {
    node.faults.delete(key);
    state.isBroken = false;
    return undefined;
  },
};

Deno.test("S3, S8, S9: whatever happens to other networks, a steady one is served throughout, and at rest all that can be", async () => {
  for (let seed = 1; seed <= RUNS; seed++) {
    const random = seeded(seed);
    const done: string[] = [];
    await using lab = new AgentsLab();
    await lab.create(NAMESPACES, { metadata: { name: NAMESPACE } });
    await lab.template();
    let running = lab.start(lab.options());
    const node = new Rollout(lab);
    for (const key of STEADY) {
      await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(key));
      await lab.create(IPPOOLS, pool(key));
    }
    await node.settle();
    node.onStep = async () => {
      const attached = await node.attached();
      for (const key of STEADY) {
        ok(attached.includes(key), `seed ${seed}: ${key} is served by nobody after ${done}`);
      }
    };
    const states = new Map(OTHERS.map((key) => [key, {
      hasNad: false,
      hasPool: false,
      isPaused: false,
      isBroken: false,
      isRefused: false,
    }]));
    for (let act = 0; act < ACTS; act++) {
      const [key = "", state] = [...states][Math.floor(random() * states.size)] ?? [];
      const [name = "", play] = Object.entries(ACT)[Math.floor(random() * 8)] ?? [];
      if (state === undefined || play === undefined) continue;
      done.push(`${name} ${key}`);
      await play(lab, node, key, state, random);
      if (random() < 0.7) await node.settle();
      if (random() < 0.3) await node.pass(80_000);
      if (random() < 0.1) {
        await running.stop();
        running = lab.start(lab.options());
      }
    }
    // Twice as long as anything is waited for.
    await node.pass(160_000);
    const able = [...states].filter(([, { hasNad, hasPool, isPaused, isBroken, isRefused }]) =>
      hasNad && hasPool && !isPaused && !isBroken && !isRefused
    ).map(([key]) => key);
    const attached = await node.attached();
    deepStrictEqual(
      [...STEADY, ...able].filter((key) => !attached.includes(key)),
      [],
      `seed ${seed}: not served after ${done.join(", ")}`,
    );
  }
});
