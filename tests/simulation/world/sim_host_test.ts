import { deepStrictEqual, ok } from "node:assert/strict";
import { SimProcess } from "../engine/process.ts";
import { streamOf } from "../engine/random.ts";
import { Timeline } from "../engine/timeline.ts";
import { Trace } from "../engine/trace.ts";
import { NetworkSegment } from "./segment.ts";
import { SimHost } from "./sim_host.ts";

const SERVER = 0xc0a83002;
const SECONDS = 1_000;

Deno.test("SimHost: an agent that stands still answers no ARP question before it goes on, and one that is dead none", async () => {
  const timeline = new Timeline(streamOf(1, "timeline"));
  const trace = new Trace();
  const random = streamOf(1, "network");
  const segment = new NetworkSegment("default/net-48", { timeline, random, trace });
  const attached = (name: string, mac: number) => {
    const process = new SimProcess(name, { timeline, trace, random });
    const host = new SimHost(name);
    host.process = process;
    host.attach("eth0", { segment, mac });
    const link = host.read().links.get("eth0");
    ok(link);
    return { host, process, link };
  };
  const holder = attached("holder", 1);
  holder.host.addAddress(holder.link, { address: SERVER, prefixLength: 24 });
  holder.host.answerArp(holder.link, SERVER);
  const asking = attached("asking", 2);
  const heard = asking.host.listen(asking.link);
  const after = async (what?: () => void) => {
    what?.();
    asking.host.probe(asking.link, SERVER);
    await timeline.runUntil(timeline.now + SECONDS, () => true);
    return { answers: heard.claims().length, isHeld: segment.holderOf(SERVER) !== undefined };
  };
  deepStrictEqual(await after(), { answers: 1, isHeld: true });
  deepStrictEqual(await after(() => holder.process.freeze()), { answers: 0, isHeld: false });
  // The question that waited, and this one.
  deepStrictEqual(await after(() => holder.process.thaw()), { answers: 2, isHeld: true });
  deepStrictEqual(await after(() => holder.process.kill()), { answers: 0, isHeld: false });
});
