/**
 * The script of `docs/netbox.md`, run as the page says, between a stand-in for NetBox and a standalone server.
 *
 * @module
 */
import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import { until } from "../network/wait.ts";
import { findPrograms } from "../real/mod.ts";
import { type Block, blocksOfPages } from "./blocks.ts";
import { NetBoxServer } from "./netbox_server.ts";
import { Shell } from "./shell.ts";

const MAC = "52:54:00:aa:00:01";

/** The page's commands: a dry run, and a run. */
async function commands(): Promise<readonly Block[]> {
  const blocks = await blocksOfPages();
  return blocks.filter(({ page, language }) => page === "docs/netbox.md" && language === "sh");
}

async function excludes(shell: Shell): Promise<readonly string[]> {
  const path = "{.spec.ipv4Config.pool.exclude}";
  return JSON.parse(await shell.run(`kubectl get ippl net-48 -o jsonpath='${path}'`));
}

Deno.test("docs/netbox.md: excludes, reservations and what NetBox shows are in step, and stay so", async (t) => {
  const [dryRun, run] = await commands();
  const { kubectl } = await findPrograms();
  await using netbox = new NetBoxServer();
  await using shell = await Shell.open({ kubectl });
  const env = (dryRun?.text ?? "").split("\n")[0]?.replace(
    "https://netbox.example.com",
    netbox.url,
  );
  const sync = () => shell.run(`${env}\n${run?.text}`);
  const printer = netbox.add("192.168.48.83/24");
  netbox.ranges.push({ start_address: "192.168.48.88/24", end_address: "192.168.48.88/24" });
  netbox.add("192.168.48.84/24", {
    dns_name: "mail.example.com",
    custom_fields: { mac_address: MAC.toUpperCase() },
  });
  // The router's, which the pool gives to nobody anyway.
  netbox.add("192.168.48.1/24");

  await t.step("the dry run says what it would do, and does nothing", async () => {
    const said = await shell.run(
      dryRun?.text.replace("https://netbox.example.com", netbox.url) ?? "",
    );
    strictEqual(said, dryRun?.shown);
    deepStrictEqual([netbox.writes, await excludes(shell)], [[], [
      "192.168.48.81",
      "192.168.48.90",
    ]]);
  });

  await t.step("a run excludes, reserves, and tells NetBox of the VM", async () => {
    await sync();
    deepStrictEqual(await excludes(shell), [
      "192.168.48.81",
      "192.168.48.90",
      "192.168.48.83",
      "192.168.48.88",
    ]);
    await shell.run("kubectl wait --for=condition=Allocated vmnetcfg -l netbox-sync/pool=net-48");
    const told = netbox.addresses.filter(({ tags }) => tags.length > 0);
    deepStrictEqual(told.map(({ address, dns_name }) => [address, dns_name]), [
      ["192.168.48.86/24", "web"],
    ]);
    match(told[0]?.description ?? "", /^52:54:00:12:34:56 of default\/web, pool default\/net-48$/);
  });

  await t.step("a run that finds nothing to do writes nothing", async () => {
    const before = [...netbox.writes];
    match(
      await sync(),
      /excludes as before, 0 reserved, 0 no longer; NetBox: 0 new, 0 changed, 0 removed/,
    );
    deepStrictEqual(netbox.writes, before);
  });

  await t.step(
    "what is deleted in NetBox is free again; what a VM gave back leaves NetBox",
    async () => {
      netbox.addresses.splice(netbox.addresses.findIndex(({ id }) => id === printer), 1);
      await shell.run("kubectl delete vm web");
      await until(
        async () => (await shell.run("kubectl get vmnetcfg web --ignore-not-found")) === "",
        {
          what: "the VM's address is given back",
        },
      );
      match(
        await sync(),
        /1 excluded, 0 reserved, 0 no longer; NetBox: 0 new, 0 changed, 1 removed/,
      );
      strictEqual((await excludes(shell)).includes("192.168.48.83"), false);
      strictEqual(netbox.addresses.some(({ tags }) => tags.length > 0), false);
    },
  );

  await t.step(
    "an address that a machine has already is a problem for people, and is not taken away",
    async () => {
      netbox.add("192.168.48.89/24");
      const taken = JSON.stringify({
        apiVersion: "network.harvesterhci.io/v1alpha1",
        kind: "VirtualMachineNetworkConfig",
        metadata: { name: "first" },
        spec: {
          vmName: "first",
          networkConfig: [{
            networkName: "default/net-48",
            macAddress: "52:54:00:aa:00:02",
            ipAddress: "192.168.48.89",
          }],
        },
      });
      await shell.run(`kubectl apply -f - <<'END'\n${taken}\nEND`);
      await shell.run("kubectl wait --for=condition=Allocated vmnetcfg/first");
      await rejects(
        sync(),
        /192\.168\.48\.89\/24 is NetBox's, and the pool has given it to 52:54:00:aa:00:02/,
      );
      strictEqual((await excludes(shell)).includes("192.168.48.89"), false);
    },
  );

  await t.step("a token that NetBox does not know is named with its answer", async () => {
    const wrong = env?.replace(/NETBOX_TOKEN=\S+/, "NETBOX_TOKEN=nbt_wrong");
    await rejects(shell.run(`${wrong}\n${run?.text}`), /GET \/api\/ipam\/ip-\w+\/: 403/);
  });
});
