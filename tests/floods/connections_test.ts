import assert from "node:assert/strict";
import type { AgentProcess } from "../network/agent_process.ts";
import { run } from "../network/command.ts";
import { asks, CLIENT, CONFIG, inPod, whenReady, writePool } from "../network/pod.ts";
import { discover, RawClient } from "../network/raw_client.ts";

for (
  const [what, kind, count] of [
    ["16 connections that ask without end", "busy", 16],
    ["8,000 connections with half a request", "half", 8_000],
  ] as const
) {
  Deno.test(`T12: ${what} cost neither memory, nor the clients, nor a probe anything`, () =>
    inPod(async ({ lab, neighbour, api, agent }) => {
      using client = new RawClient(await lab.guest({ bridge: "br0" }));
      const leases = { [CLIENT]: client.guest.macAddress };
      await writePool(api, { name: "net-48", ...CONFIG, leases });
      await writePool(api, { name: "evil", cidr: "192.168.49.0/24", serverIP: "192.168.49.1" });
      await whenReady(neighbour);
      const before = { latency: await latency(client), memory: await memory(agent) };
      const script = new URL("http_load.ts", import.meta.url).pathname;
      const [program = "", ...args] = neighbour.command(
        ...[Deno.execPath(), "run", "--no-config", "--allow-net", script],
        ...[kind, "10.42.0.9", "8080", String(count)],
      );
      const load = new Deno.Command(program, { args, stdin: "piped", stdout: "piped" }).spawn();
      const loading = load.stdout.getReader();
      try {
        await loading.read();
        const under = { latency: await latency(client), memory: await memory(agent) };
        const told = `before: ${JSON.stringify(before)}, under load: ${JSON.stringify(under)}`;
        Deno.stdout.writeSync(new TextEncoder().encode(`${told}\n`));
        assert.ok(under.latency.median < Math.max(5, 3 * before.latency.median), told);
        assert.ok(under.memory < before.memory + 60, told);
        const asked = performance.now();
        assert.match(await asks(neighbour, "/healthz"), / 200 /);
        assert.ok(performance.now() - asked < 1_000, "a probe is answered in time");
      } finally {
        await load.stdin.close();
        await loading.cancel();
        await load.status;
      }
    }));
}

/** Milliseconds from a DISCOVER to its OFFER. */
async function latency(client: RawClient): Promise<{ median: number; worst: number }> {
  const times: number[] = [];
  for (let exchange = 0; exchange < 200; exchange++) {
    const begun = performance.now();
    await client.ask({ message: discover() });
    times.push(performance.now() - begun);
  }
  times.sort((one, other) => one - other);
  const at = (part: number) => Math.round((times[Math.floor(part * times.length)] ?? 0) * 10) / 10;
  return { median: at(0.5), worst: at(0.995) };
}

/** Resident, MB. */
async function memory(agent: AgentProcess): Promise<number> {
  const status = await run("cat", `/proc/${agent.processId}/status`);
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_000);
}
