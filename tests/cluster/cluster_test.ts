/**
 * The whole system on a real node: deployed as a user would, with real agents in pods, and everything that may go wrong.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { enterNetworkOf } from "../network/namespaces.ts";
import type { Guest } from "../network/guest.ts";
import { Lab } from "../network/lab.ts";
import { badNetworks } from "./bad_networks.ts";
import { Cluster } from "./cluster.ts";
import { Prober } from "./prober.ts";

const NETWORKS = [
  { name: "net-48", cidr: "192.168.48.0/24", serverIP: "192.168.48.77", mac: "02:00:00:00:48:01" },
  // The same addresses on another network.
  { name: "twin-48", cidr: "192.168.48.0/24", serverIP: "192.168.48.77", mac: "02:00:00:00:48:02" },
  // Covers the addresses of Services, pods and the API server.
  { name: "wide", cidr: "10.0.0.0/8", serverIP: "10.0.0.2", mac: "02:00:00:00:10:01" },
] as const;

Deno.test("a real cluster with Multus", async (t) => {
  await using cluster = await Cluster.start();
  using _ = enterNetworkOf(cluster.node.pid);
  await using lab = await Lab.open();
  const guests = new Map<string, Guest>();
  const probers = new Map<string, Prober>();

  await t.step("deploy makes everything ready, and changes nothing the second time", async () => {
    const said = await cluster.deploy("--wait");
    ok(said.includes("Ready: apply an IPPool"), said);
    const again = await cluster.deploy();
    deepStrictEqual(
      again.split("\n").filter((line) => /^(created|changed)/.test(line)),
      [],
    );
    strictEqual(await cluster.replicas("vm-dhcp-agent"), 0, "no pools, no agents");
  });

  await t.step("clients outside any pod get their addresses from the agent's pod", async () => {
    for (const { name, cidr, serverIP, mac } of NETWORKS) {
      await lab.bridge(`br-${name}`);
      await cluster.network({ name, cidr, serverIP });
      await cluster.reserve({ name, network: name, mac });
    }
    for (const { name } of NETWORKS) await cluster.poolServed(name);
    // What the agents that go have heard is forgotten.
    await cluster.agentsReady(2);
    for (const { name, mac } of NETWORKS) {
      const guest = await lab.guest({ name, bridge: `br-${name}`, macAddress: mac });
      await cluster.bound(guest, await cluster.addressOf(name));
      guests.set(name, guest);
    }
  });

  await t.step(
    "kubectl vmdhcp knows from the agents who has an address, and who does not take it",
    async () => {
      for (const { name } of NETWORKS) {
        const { code, stdout, stderr } = await cluster.vmdhcp(
          "why",
          `default/${name}`,
          "-o",
          "json",
        );
        deepStrictEqual([code, stderr], [0, ""], `${name}: ${stdout}`);
        const [{ links }] = JSON.parse(stdout).chains;
        deepStrictEqual(
          links.map((link: Record<string, string>) => `${link.kind} ${link.state}`),
          ["NIC ok", "Network ok", "Pool ok", "Record ok", "Agent ok", "Packets ok"],
          `${name}: ${stdout}`,
        );
        const address = await cluster.addressOf(name);
        ok(links.at(-1).says.endsWith(`answered by ACK of ${address}`), links.at(-1).says);
      }
      // They ask all the time and take nothing.
      for (const [name, guest] of guests) probers.set(name, new Prober(guest));
      const { code, stdout, stderr } = await cluster.vmdhcp("packets", "net-48", "--for", "2s");
      deepStrictEqual([code, stderr], [0, ""]);
      match(stdout, / 192\.168\.48\.77:67 > \S+ 02:00:00:00:48:01 OFFER$/m);
      const untaken = await cluster.vmdhcp("why", "default/net-48");
      strictEqual(untaken.code, 1, untaken.stdout);
      match(untaken.stdout, /^ {2}BROKEN {3}Packets .*It was offered \S+ \d+ times/m);
    },
  );

  const account = async (
    what: string,
    limits: { readonly lost?: number; readonly gapMs?: number; readonly only?: readonly string[] },
  ) => {
    const seen = [];
    for (const [name, prober] of probers) {
      if (limits.only?.includes(name) === false) continue;
      const { asked, lost, longestGapMs, addresses } = await prober.take();
      cluster.say(`${what}: ${name}: ${asked} asked, ${lost} lost, longest gap ${longestGapMs} ms`);
      seen.push({ name, asked, lost, longestGapMs, addresses });
    }
    for (const { name, asked, lost, longestGapMs, addresses } of seen) {
      ok(lost <= (limits.lost ?? Infinity), `${what}: ${name}: ${lost} of ${asked} lost`);
      ok(longestGapMs <= (limits.gapMs ?? Infinity), `${what}: ${name}: gap of ${longestGapMs} ms`);
      ok(addresses.size <= 1, `${what}: ${name} was offered ${[...addresses]}`);
    }
  };
  const answered = async () => {
    for (const prober of probers.values()) {
      const since = performance.now();
      await cluster.until(() => prober.lastAnswer > since, "the clients are answered");
    }
  };

  await t.step("nothing is lost while nothing happens", async () => {
    await answered();
    for (const prober of probers.values()) await prober.take();
    await account("Quiet", { lost: 0 });
  });

  await t.step("a killed leader is followed within 6 seconds", async () => {
    await cluster.signalAgent(await cluster.leader(), "SIGKILL");
    await answered();
    await account("Leader killed", { gapMs: 6_000 });
    await cluster.agentsReady(2);
  });

  await t.step("a frozen leader is followed, and stands by when it thaws", async () => {
    const frozen = await cluster.leader();
    await cluster.signalAgent(frozen, "SIGSTOP");
    await cluster.until(async () => await cluster.leader() !== frozen, "another agent leads");
    await answered();
    await account("Leader frozen", { gapMs: 8_000 });
    const leader = await cluster.leader();
    await cluster.signalAgent(frozen, "SIGCONT");
    await cluster.agentsReady(2);
    strictEqual(await cluster.leader(), leader);
    await account("Leader thawed", { lost: 0 });
  });

  await t.step("a deleted leader loses no exchange", async () => {
    await cluster.deletePod(await cluster.leader());
    await cluster.agentsReady(2);
    await answered();
    await account("Leader deleted", { lost: 0 });
  });

  await t.step("a new image loses no exchange", async () => {
    await cluster.newImage();
    await answered();
    await account("Image rolled", { lost: 0 });
  });

  await t.step("clients are served while the API server is away", async () => {
    await cluster.node.stop("kube-apiserver");
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    await account("API server away", { lost: 0 });
  });

  await t.step("an agent that is restarted meanwhile serves again", async () => {
    await cluster.killAgents();
    await answered();
    await account("Agents restarted without the API server", { gapMs: 6_000 });
    await cluster.node.restart("kube-apiserver");
    await cluster.apiReady();
    await cluster.agentsReady(2);
    await account("API server back", { lost: 0 });
  });

  await t.step("another pool loses no exchange of the others", async () => {
    await lab.bridge("br-late");
    await cluster.network({ name: "late", cidr: "172.16.0.0/24", serverIP: "172.16.0.2" });
    await cluster.poolServed("late");
    await cluster.agentsReady(2);
    await answered();
    await account("Pool added", { lost: 0 });
  });

  await t.step("a paused pool and a deleted one lose no exchange of the others", async () => {
    await cluster.pause("late");
    await cluster.agentsReady(2);
    await answered();
    await account("Pool paused", { lost: 0 });
    await cluster.removePool("late");
    await answered();
    await account("Pool deleted", { lost: 0 });
  });

  await badNetworks(t, { cluster, lab, account, answered });

  await t.step("uninstall leaves the CRDs and the records, and nothing else", async () => {
    for (const prober of probers.values()) prober.stop();
    const said = await cluster.deploy("--uninstall");
    ok(said.includes("The CRDs and all records stay"), said);
    await cluster.gone();
    strictEqual(await cluster.addressOf("wide") === "", false);
  });
});
