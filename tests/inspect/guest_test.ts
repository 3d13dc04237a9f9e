import { match, strictEqual } from "node:assert/strict";
import { silentLogger } from "../../runtime/testing/memory_logger.ts";
import {
  createKubeClient,
  IPPOOLS,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { runStandalone } from "../../standalone/mod.ts";
import { pool, reservation } from "../controller/objects.ts";
import { Lab } from "../network/lab.ts";
import { enterPrivateNetwork } from "../network/namespaces.ts";
import { discover, RawClient } from "../network/raw_client.ts";
import { runCommand } from "../real/mod.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** One try of a real client; how it ends is the server's affair. */
const UDHCPC = ["udhcpc", "-i", "eth0", "-f", "-n", "-q", "-t", "3", "-T", "1", "-s", "/bin/true"];

Deno.test("deno task vmdhcp tells what real clients met: their address, another network, offers that are not taken", async (t) => {
  using _network = enterPrivateNetwork();
  await using lab = await Lab.open();
  for (const bridge of ["br48", "br49"]) await lab.bridge(bridge);
  const guests = {
    good: await lab.guest({ bridge: "br48" }),
    stray: await lab.guest({ bridge: "br49" }),
    deaf: await lab.guest({ bridge: "br48" }),
  };
  const stop = new AbortController();
  const server = await runStandalone({
    listen: { hostname: "127.0.0.1", port: 0 },
    log: silentLogger,
  }, stop.signal);
  try {
    const kube = createKubeClient(server.rest);
    for (const number of [48, 49]) {
      const metadata = { namespace: "default", name: `net-${number}` };
      const { apiVersion, kind } = NETWORK_ATTACHMENT_DEFINITIONS;
      await kube.of(NETWORK_ATTACHMENT_DEFINITIONS).create({
        apiVersion,
        kind,
        metadata,
        spec: { config: JSON.stringify({ type: "bridge", bridge: `br${number}`, ipam: {} }) },
      });
      await kube.of(IPPOOLS).create({
        apiVersion: IPPOOLS.apiVersion,
        kind: IPPOOLS.kind,
        ...pool(`default/net-${number}`, {
          cidr: `192.168.${number}.0/24`,
          serverIP: `192.168.${number}.77`,
          pool: {},
        }),
      } as never);
    }
    for (const [name, { macAddress }] of Object.entries(guests)) {
      await kube.of(VMNETCFGS).create({
        apiVersion: VMNETCFGS.apiVersion,
        kind: VMNETCFGS.kind,
        ...reservation(`default/${name}`, [{ macAddress }]),
      } as never);
    }
    await server.whenReady(AbortSignal.timeout(20_000));
    const why = async (name: string) => {
      const { code, stdout } = await runCommand(Deno.execPath(), [
        "task",
        "-q",
        "--config",
        `${ROOT}deno.json`,
        "vmdhcp",
        "why",
        name,
        `--server=${server.url}`,
      ]);
      return { code, stdout };
    };

    await t.step("a client that gets its address", async () => {
      await guests.good.run(...UDHCPC);
      const { code, stdout } = await why("good");
      strictEqual(code, 0, stdout);
      match(stdout, /^ {2}ok {7}Packets .* answered by ACK of 192\.168\.48\.\d+$/m);
      match(
        stdout,
        /^ {2}=> {7}It has 192\.168\.48\.\d+ on default\/net-48, and nothing is wrong$/m,
      );
    });

    await t.step("a client whose frames come out on another network", async () => {
      await guests.stray.run(...UDHCPC).catch(() => undefined);
      const { code, stdout } = await why("stray");
      strictEqual(code, 1, stdout);
      match(
        stdout,
        /^ {2}=> .* asked by DISCOVER at .* on the network of IPPool default\/net-49, not of default\/net-48$/m,
      );
    });

    await t.step("a client that takes no answer", async () => {
      using client = new RawClient(guests.deaf);
      for (let times = 0; times < 3; times++) await client.ask({ message: discover() });
      const { code, stdout } = await why("deaf");
      strictEqual(code, 1, stdout);
      match(
        stdout,
        /^ {2}=> .* was offered 192\.168\.48\.\d+ 3 times, last at .*, and did not take it$/m,
      );
    });
  } finally {
    stop.abort(new DOMException("The test is over", "AbortError"));
    await server.done;
  }
});
