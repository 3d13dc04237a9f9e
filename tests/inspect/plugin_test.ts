import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { controllerServices } from "../../deploy/objects/controller.ts";
import { rbacObjects } from "../../deploy/objects/rbac.ts";
import { DEFAULT_SETTINGS } from "../../deploy/settings.ts";
import { PODS, VIRTUAL_MACHINES } from "../../kube/mod.ts";
import { ControllerProcess } from "../bench/controller_process.ts";
import { mac, vm } from "../controller/objects.ts";
import { Real } from "../controller_real/real.ts";
import { ip } from "../network/command.ts";
import { enterPrivateNetwork } from "../network/namespaces.ts";
import { openBrowser } from "../page/served.ts";
import { type CommandResult, mustRun, runCommand, startRealCluster } from "../real/mod.ts";

/** The controller's address: API servers send nobody to the loopback interface. */
const POD_IP = "10.99.0.1";
const NAMESPACE = DEFAULT_SETTINGS.namespace;
const ROOT = new URL("../../", import.meta.url).pathname;

/** API servers send nobody to what is no pod's address. */
const POD = { kind: "Pod", namespace: NAMESPACE, name: "vm-dhcp-controller-0" };

/** The Service, where its pods are, and who may ask. */
function objects(): readonly object[] {
  const role = rbacObjects(DEFAULT_SETTINGS).find((object) =>
    (object as { readonly metadata: { readonly name: string } }).metadata.name === "vm-dhcp-inspect"
  ) as object;
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
    ...controllerServices(DEFAULT_SETTINGS) as object[],
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: POD.name, namespace: NAMESPACE },
      spec: {
        automountServiceAccountToken: false,
        containers: [{ name: "controller", image: "localhost/vm-dhcp" }],
      },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: {
        name: "vm-dhcp-controller-1",
        namespace: NAMESPACE,
        labels: { "kubernetes.io/service-name": "vm-dhcp-controller" },
      },
      addressType: "IPv4",
      ports: [{ name: "inspect", port: 8090, protocol: "TCP" }],
      endpoints: [{ addresses: [POD_IP], conditions: { ready: true }, targetRef: POD }],
    },
    {
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { name: "vm-dhcp-controller", namespace: NAMESPACE },
      subsets: [{
        addresses: [{ ip: POD_IP, targetRef: POD }],
        ports: [{ name: "inspect", port: 8090 }],
      }],
    },
    role,
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name: "on-call", namespace: NAMESPACE },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "vm-dhcp-inspect" },
      subjects: [{ kind: "User", name: "on-call" }],
    },
  ];
}

Deno.test("kubectl vmdhcp asks the controller through a real API server, by dash and by busybox", async (t) => {
  using _network = enterPrivateNetwork();
  await ip("link set lo up");
  await ip(`address add ${POD_IP}/32 dev lo`);
  await using cluster = await startRealCluster({ users: [{ name: "on-call" }, { name: "other" }] });
  const real = new Real(cluster.rest);
  const applied = await cluster.kubectl(["apply", "-f", "-"], {
    stdin: objects().map((object) => JSON.stringify(object)).join("\n---\n"),
  });
  strictEqual(applied.code, 0, applied.stderr);
  await real.kube.of(PODS).patch({ namespace: NAMESPACE, name: POD.name }, {
    type: "merge",
    body: { status: { phase: "Running", podIP: POD_IP, podIPs: [{ ip: POD_IP }] } },
  }, { subresource: "status" });
  await real.network("default/net-48");
  await real.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await using _controller = await ControllerProcess.start(cluster.kubeconfig, [], { POD_IP });
  const { metadata: { name } } = await real.config("default/web");
  strictEqual(name, "web");

  const bin = `${cluster.folder}/bin`;
  const install = await mustRun(Deno.execPath(), [
    "task",
    "-q",
    "--config",
    `${ROOT}deno.json`,
    "plugin",
    "--to",
    bin,
  ]);
  match(install, /kubectl-vmdhcp\nPut .* on the PATH/);
  const env = {
    PATH: `${bin}:${cluster.programs.kubectl.replace(/\/[^/]+$/, "")}:${Deno.env.get("PATH")}`,
    KUBECONFIG: await cluster.kubeconfigFor({ user: "on-call" }),
  };
  const ask = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    runCommand("kubectl", ["vmdhcp", ...args], { env: { ...env, ...more } });
  const WHY = `VM default/web, NIC nic-1
  unknown  VM       default/web: It is to run, and has no VirtualMachineInstance
  ok       NIC      nic-1: It has MAC address 52:54:00:00:00:01 on default/net-48
  ok       Network  default/net-48: Its NetworkAttachmentDefinition is there
`;

  await t.step("the chain of a VM, and 1 where something is wrong", async () => {
    const { code, stdout, stderr } = await ask(["why", "web"]);
    deepStrictEqual([code, stderr], [1, ""]);
    ok(stdout.startsWith(WHY), stdout);
    match(stdout, /^ {2}BROKEN {3}Agent {4}No agent reports IPPool default\/net-48$/m);
    strictEqual(stdout.includes("# exit"), false);
  });

  for (const shell of [["dash"], ["busybox", "sh"]]) {
    await t.step(`the same by ${shell.join(" ")}, with what needs encoding`, async () => {
      const [program = "", ...args] = [...shell, `${bin}/kubectl-vmdhcp`, "who", mac(1), "-ojson"];
      const { code, stdout, stderr } = await runCommand(program, args, { env });
      deepStrictEqual([code, stderr], [0, ""]);
      deepStrictEqual(JSON.parse(stdout).holders.map(({ vm }: { vm: string }) => vm), [
        "default/web",
      ]);
    });
  }

  await t.step("tables, CSV and health", async () => {
    match((await ask(["leases", "net-48", "--namespace", "default"])).stdout, /default\/web/);
    match((await ask(["leases", "-o", "csv"])).stdout, /^address,mac,vm,/);
    const check = await ask(["check"]);
    match(check.stdout, /^ok {7}Definitions/m);
    strictEqual(check.code, 1); // No agent serves the pool.
  });

  await t.step("a question that cannot be answered is refused in words, with 2", async () => {
    const refused: readonly (readonly [args: readonly string[], words: RegExp])[] = [
      [["why", "wep"], /There is no VM and no vmnetcfg wep; did you mean web\?/],
      [["who", "\u00e4&b=c"], /must be an IP address or a MAC address: \\?"\u00e4&b=c\\?"/],
      [["pools", "--at", "1h"], /at: is not known here/],
      [["wy"], /unknown verb wy/],
      [["why"], /whom\?/],
      [["leases", "a", "b"], /not also b/],
      [["packets", "net-48", "--for", "soon"], /--for: must be a duration/],
      [["packets", "net-48", "--for", "11m"], /--for: must be from 1s to 10m: 11m/],
    ];
    for (const [args, words] of refused) {
      const { code, stderr } = await ask(args);
      strictEqual(code, 2, `${args}: ${stderr}`);
      match(stderr, words);
    }
  });

  await t.step("who has no right is told so by the API server", async () => {
    const { code, stdout, stderr } = await ask(["why", "web"], {
      KUBECONFIG: await cluster.kubeconfigFor({ user: "other" }),
    });
    deepStrictEqual([code, stdout], [2, ""]);
    match(stderr, /forbidden.*services\/proxy/s);
  });

  await t.step("the flags of kubectl are handed on", async () => {
    const { code, stderr } = await ask(["why", "web", "--context=no such 'one'"]);
    strictEqual(code, 2);
    match(stderr, /context "no such 'one'" does not exist/);
  });

  await t.step("kubectl completes verbs and names", async () => {
    const complete = async (...words: readonly string[]) =>
      (await runCommand(`${bin}/kubectl_complete-vmdhcp`, words, {
        env: { ...env, KUBECONFIG: cluster.kubeconfig },
      })).stdout;
    match(await complete("w"), /^why\nwho\n/);
    strictEqual(await complete("why", ""), "default/web\n:4\n");
    strictEqual(await complete("leases", ""), "default/net-48\n:4\n");
    strictEqual(await complete("why", "-o", ""), "table\njson\nyaml\ncsv\n:4\n");
  });

  await t.step("deno task vmdhcp asks the same", async () => {
    const { code, stdout }: CommandResult = await runCommand(Deno.execPath(), [
      "task",
      "-q",
      "--config",
      `${ROOT}deno.json`,
      "vmdhcp",
      "why",
      "web",
      `--kubeconfig=${env.KUBECONFIG}`,
    ]);
    strictEqual(code, 1);
    ok(stdout.startsWith(WHY), stdout);
  });

  await t.step(
    "a browser sees the page through the API server, and follows the cluster",
    async () => {
      await using proxy = await kubectlProxy(cluster.programs.kubectl, env.KUBECONFIG);
      await using browser = await openBrowser();
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
      const path = `api/v1/namespaces/${NAMESPACE}/services/vm-dhcp-controller:inspect/proxy/`;
      await page.goto(`${proxy.url}/${path}`);
      await page.locator("#link.live").waitFor();
      strictEqual(
        await page.locator(".skip").evaluate((one) => getComputedStyle(one).position),
        "absolute",
      );
      await page.getByRole("link", { name: "default/net-48" }).first().click();
      await page.getByRole("heading", { name: "default/net-48", exact: true }).waitFor();
      await page.locator("#link.live").waitFor();
      await real.create(VIRTUAL_MACHINES, vm("default/later", [{ mac: mac(2) }]));
      await page.getByRole("link", { name: "default/later" }).waitFor();
      await page.locator("#of").fill("web");
      await page.keyboard.press("Enter");
      await page.locator(".chain").waitFor();
      strictEqual(new URL(page.url()).pathname, `/${path}why`);
      deepStrictEqual(errors, []);
    },
  );
});

/** `kubectl proxy` at a port of its own. */
async function kubectlProxy(
  program: string,
  kubeconfig: string,
): Promise<AsyncDisposable & { readonly url: string }> {
  const child = new Deno.Command(program, {
    args: ["proxy", "--port=0", `--kubeconfig=${kubeconfig}`],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  let address: string | undefined;
  while (address === undefined) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`Cannot start kubectl proxy: ${said}`);
    said += value;
    address = /Starting to serve on (\S+)\n/.exec(said)?.[1];
  }
  return {
    url: `http://${address}`,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await reader.cancel();
      await child.status;
    },
  };
}
