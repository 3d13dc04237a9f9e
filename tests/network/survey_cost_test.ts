/** What it costs to look for other machines in a big range: the agent's program on a /16. */
import assert from "node:assert/strict";
import type { ConflictDetection } from "../../core/api/types.ts";
import { createKubeClient, IPPOOLS } from "../../kube/mod.ts";
import { EmbeddedApi } from "../../standalone/api/mod.ts";
import { AgentProcess } from "./agent_process.ts";
import { Lab } from "./lab.ts";
import { enterPrivateNetwork } from "./namespaces.ts";
import { readArp } from "./packets.ts";
import { RawClient } from "./raw_client.ts";

const POOL = "default/net-16";
const SECONDS = 20;
/** Machines that have addresses among the first of the range. */
const STRANGERS = 30;

interface Cost {
  /** ARP questions that were seen on the network, a second. */
  readonly questions: number;
  /** Part of a core, in hundredths. */
  readonly percent: number;
  readonly megabytes: number;
  readonly found: number;
}

async function costOf(lab: Lab, conflictDetection: ConflictDetection): Promise<Cost> {
  const bridge = await lab.bridge(`br-${conflictDetection}`);
  const guest = await lab.guest({ bridge });
  for (let n = 0; n < STRANGERS; n++) {
    await guest.run("ip", "address", "add", `10.77.0.${50 + n}/16`, "dev", "eth0");
  }
  using listener = new RawClient(guest);
  using api = new EmbeddedApi();
  const serving = new AbortController();
  const http = Deno.serve(
    { hostname: "127.0.0.1", port: 0, signal: serving.signal, onListen: () => undefined },
    (request) => api.fetch(request),
  );
  const config = { cidr: "10.77.0.0/16", serverIP: "10.77.0.1", conflictDetection };
  await createKubeClient(api.rest()).of(IPPOOLS).create({
    apiVersion: IPPOOLS.apiVersion,
    kind: IPPOOLS.kind,
    metadata: { namespace: "default", name: "net-16" },
    spec: { networkName: POOL, ipv4Config: config },
  });
  try {
    await using agent = AgentProcess.start({
      server: `http://127.0.0.1:${http.addr.port}`,
      flags: ["--no-leader-election"],
      env: {
        AGENT_NETWORK_CONFIGS: JSON.stringify([{ interfaceName: bridge, ipPoolRef: POOL }]),
        IPPOOL_REFS_JSON: JSON.stringify([POOL]),
        POD_NAMESPACE: "default",
      },
    });
    await agent.whenReady();
    await wait(2_000);
    listener.frames();
    const before = await figures(agent);
    await wait(SECONDS * 1_000);
    const after = await figures(agent);
    const asked = listener.frames().filter((frame) => {
      const arp = readArp(frame);
      return arp?.operation === 1 && arp.senderAddress === "0.0.0.0";
    });
    return {
      questions: asked.length / SECONDS,
      percent: (after("process_cpu_seconds_total") - before("process_cpu_seconds_total")) /
        SECONDS * 100,
      megabytes: after("process_resident_memory_bytes") / 1e6,
      found: after("vmdhcpagent_addresses_in_use"),
    };
  } finally {
    serving.abort();
    await http.finished;
  }
}

async function figures(agent: AgentProcess): Promise<(name: string) => number> {
  const text = (await agent.get("/metrics"))?.text ?? "";
  return (name) => {
    const line = text.split("\n").find((line) => new RegExp(`^${name}[ {]`).test(line)) ?? "";
    return Number(line.slice(line.lastIndexOf(" ")));
  };
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

Deno.test("the survey of a /16 asks at most 20 times a second, and costs little more than none", async () => {
  using _network = enterPrivateNetwork();
  await using lab = await Lab.open();
  const [active, off] = await Promise.all([costOf(lab, "active"), costOf(lab, "off")]);
  const figures = JSON.stringify({ active, off });
  assert.equal(active.found, STRANGERS, figures);
  assert.ok(active.questions > 10 && active.questions <= 20, figures);
  assert.ok(off.questions < 1, figures);
  assert.ok(active.percent - off.percent < 5, figures);
  assert.ok(active.megabytes - off.megabytes < 30, figures);
});
