import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import {
  IPPOOLS,
  NETWORK_ATTACHMENT_DEFINITIONS,
  SECRETS,
  statusOf,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { CONTROLLER, WEBHOOK } from "../../deploy/names.ts";
import { ROUTE_ANNOTATION } from "../../core/api/names.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { GC_USER, VALIDATING } from "../../webhook/cluster/configurations.ts";
import { runWebhook } from "../../webhook/webhook.ts";
import { mac, nad, vm } from "../controller/objects.ts";
import { until } from "../network/wait.ts";
import { startRealCluster } from "../real/mod.ts";
import { NAMESPACE, Scene } from "./scene.ts";

const DAY = 86_400_000;
const NET = "default/net-48";

/** An IPPool `default/<name>` as a person writes it. */
function pool(name: string, ipv4Config: object, networkName = NET): object {
  return {
    apiVersion: IPPOOLS.apiVersion,
    kind: IPPOOLS.kind,
    metadata: { name, namespace: "default" },
    spec: { networkName, ipv4Config: { cidr: "192.168.48.0/24", ...ipv4Config } },
  };
}

Deno.test("the webhook on a real kube-apiserver, under its own role", async (t) => {
  await using cluster = await startRealCluster();
  const scene = new Scene(cluster);
  const { real } = scene;
  await scene.deploy();
  await using webhook = await scene.startWebhook(["--debug"]);
  await using _controller = await scene.startController();

  await t.step("kubectl shows every bad field at once", async () => {
    const { code, stderr } = await scene.apply(pool("bad", {
      serverIP: "192.168.48.0",
      router: "192.168.49.1",
      dns: ["fe80::1"],
      leaseTime: 0,
    }, "nowhere"));
    strictEqual(code, 1);
    deepStrictEqual(stderr.trim().split("\n"), [
      'The IPPool "bad" is invalid: ',
      '* spec.ipv4Config.serverIP: Invalid value: "192.168.48.0": must be a host address of 192.168.48.0/24, not its network address',
      '* spec.ipv4Config.router: Invalid value: "192.168.49.1": must be a host address of 192.168.48.0/24, or one that a route with the gateway 0.0.0.0 reaches',
      '* spec.ipv4Config.dns[0]: Invalid value: "fe80::1": must be an IPv4 address such as 192.168.48.10: IPv6 given where IPv4 is wanted',
      "* spec.ipv4Config.leaseTime: Invalid value: 0: must be from 1 to 4294967295 seconds",
    ]);
  });

  await t.step(
    "a pool made right after its network is allowed and defaulted, with warnings",
    async () => {
      const route = { [ROUTE_ANNOTATION]: '{"mode": "auto", "serverIPAddr": "192.168.48.254"}' };
      const network = nad(NET) as { readonly metadata: object };
      await real.create(NETWORK_ATTACHMENT_DEFINITIONS, {
        ...network,
        metadata: { ...network.metadata, annotations: route },
      });
      const { code, stderr } = await scene.apply(
        pool("forty-eight", { pool: { exclude: ["192.168.48.1"] }, leaseTime: 30 }),
      );
      strictEqual(code, 0, stderr);
      deepStrictEqual(stderr.trim().split("\n"), [
        "Warning: spec.ipv4Config.leaseTime: VMs renew every 15 s; 60 s or more is advised",
        "Warning: spec.networkName: another DHCP server, 192.168.48.254, answers on this network: VMs may get their addresses from it",
      ]);
      const { spec } = await real.pool("default/forty-eight");
      strictEqual(spec.ipv4Config.serverIP, "192.168.48.2");
      deepStrictEqual(spec.ipv4Config.pool, {
        start: "192.168.48.1",
        end: "192.168.48.254",
        exclude: ["192.168.48.1"],
      });
    },
  );

  await t.step("a VM gets its address, and the controller is never asked about", async () => {
    await real.create(VIRTUAL_MACHINES, vm("default/web", [{ network: NET, mac: mac(1) }]));
    await real.config("default/web");
    const users = [...webhook.log.matchAll(/"username":"([^"]*)"/g)].map(([, name]) => name);
    ok(users.includes("admin"), webhook.log);
    deepStrictEqual([...new Set(users)], ["admin"]);
  });

  await t.step("the address of a VM is neither excluded nor is its pool deleted", async () => {
    const address = (await real.config("default/web")).status?.networkConfig?.[0]
      ?.allocatedIPAddress;
    const excluded = await scene.apply(pool("forty-eight", { pool: { exclude: [address] } }));
    strictEqual(
      excluded.stderr.split("\n").find((line) => line.startsWith("The IPPool")),
      `The IPPool "forty-eight" is invalid: spec.ipv4Config.pool.exclude[0]: Invalid value: "${address}": must not be an address in use: VM default/web (${
        mac(1)
      }) has it`,
    );
    const deleted = await cluster.kubectl(["delete", "ippool", "forty-eight"]);
    match(
      deleted.stderr,
      /IPPool "forty-eight" serves the network default\/net-48, which is in use by VirtualMachineNetworkConfig default\/web/,
    );
    const second = await scene.apply(pool("second", {}));
    match(
      second.stderr,
      /must not be a network that another pool serves: IPPool default\/forty-eight/,
    );
  });

  await t.step("deploying again keeps the CA that the webhook wrote", async () => {
    const bundle = async () =>
      (await real.kube.of(VALIDATING).get({ name: WEBHOOK }))?.webhooks?.[0]?.clientConfig.caBundle;
    const before = await bundle();
    await scene.deployAgain();
    strictEqual(await bundle(), before);
    strictEqual(atob(before ?? ""), await scene.caBundle());
  });

  await t.step("with the webhook killed, a new VM still gets its address", async () => {
    await webhook[Symbol.asyncDispose]();
    const refused = await scene.apply(pool("third", {}));
    match(refused.stderr, /failed calling webhook/);
    await real.create(VIRTUAL_MACHINES, vm("default/db", [{ network: NET, mac: mac(2) }]));
    await real.config("default/db");
    await real.delete(VIRTUAL_MACHINES, "default/db");
    await real.gone(VMNETCFGS, "default/db");
  });
});

Deno.test("the webhook renews certificate and CA on a real kube-apiserver without a dropped request", async () => {
  await using cluster = await startRealCluster();
  const scene = new Scene(cluster);
  const { real } = scene;
  await real.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(NET));
  // It lives in the past, so that certificates of its future are good today.
  const clock = new ManualClock(Date.now() - 65 * DAY);
  const log = memoryLogger();
  const stop = new AbortController();
  const { hostname, port } = scene.url;
  await cluster.kubectl(["create", "namespace", NAMESPACE]);
  const webhook = await runWebhook({
    rest: cluster.rest,
    clock,
    random: Math.random,
    log,
    name: WEBHOOK,
    namespace: NAMESPACE,
    listen: { hostname, port: Number(port) },
    serviceCidrs: [],
    controllerUser: CONTROLLER,
    gcUser: GC_USER,
    url: scene.url,
  }, stop.signal);
  const served = () =>
    log.lines.filter(({ message }) => message === "Serving with a certificate").length;
  const time = setInterval(() => void clock.advance(1_000), 20);
  try {
    await scene.ready();
    const answers = new Map<string, number>();
    let ended = false;
    const load = async (wanted: number, object: object) => {
      while (!ended) {
        const answer = await real.kube.of(IPPOOLS).create(object as never, { dryRun: true })
          .then(() => 201, (error) => statusOf(error) === 422 ? 422 : String(error));
        const key = answer === wanted ? "as wanted" : `${wanted} wanted: ${answer}`;
        answers.set(key, (answers.get(key) ?? 0) + 1);
      }
    };
    const workers = [
      load(201, pool("good", {})),
      load(201, pool("good", {})),
      load(422, pool("bad", { router: "10.0.0.1" })),
    ];
    const more = async (count: number) => {
      const from = answers.get("as wanted") ?? 0;
      await until(() => answers.size > 1 || (answers.get("as wanted") ?? 0) >= from + count, {
        what: `${count} more requests are answered`,
        timeoutMs: 60_000,
      });
    };
    await more(100);
    const first = await scene.caBundle();
    strictEqual(served(), 1);
    clock.jump(61 * DAY);
    await until(() => served() === 2, { what: "the certificate is renewed", timeoutMs: 30_000 });
    strictEqual(await scene.caBundle(), first);
    await more(100);
    await real.patch(SECRETS, `${NAMESPACE}/${WEBHOOK}-tls`, { data: { "ca.key": "" } });
    await until(() => served() === 3, { what: "the CA is renewed", timeoutMs: 30_000 });
    const both = await scene.caBundle();
    ok(both.endsWith(first) && both.length > first.length, "both CAs are trusted");
    await scene.ready();
    await more(100);
    ended = true;
    await Promise.all(workers);
    deepStrictEqual([...answers.keys()], ["as wanted"]);
  } finally {
    stop.abort();
    await webhook.done;
    clearInterval(time);
  }
  strictEqual(await real.kube.of(VALIDATING).get({ name: WEBHOOK }), undefined);
});
