/**
 * The page where a standalone server listens: browsers find it, and `kubectl` never sees it.
 *
 * @module
 */
import { match, ok, strictEqual } from "node:assert/strict";
import { MemoryHost } from "../../agent/testing/memory_host.ts";
import { MemoryPort } from "../../agent/testing/memory_port.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { runStandalone } from "../../standalone/mod.ts";

const MANIFESTS = `apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata: {name: net-48}
spec: {config: '{"type": "bridge", "bridge": "br-48"}'}
---
apiVersion: network.harvesterhci.io/v1alpha1
kind: IPPool
metadata: {name: net-48}
spec:
  networkName: default/net-48
  ipv4Config: {cidr: 192.168.48.0/24, serverIP: 192.168.48.77, pool: {start: 192.168.48.81, end: 192.168.48.90}}
---
apiVersion: network.harvesterhci.io/v1alpha1
kind: VirtualMachineNetworkConfig
metadata: {name: printer}
spec:
  vmName: printer
  networkConfig: [{networkName: default/net-48, macAddress: "52:54:00:12:34:56", ipAddress: 192.168.48.85}]
`;

Deno.test("page: a standalone server leads browsers to it, answers kubectl as before, and stops at once while pages are open", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/all.yaml`, MANIFESTS);
  const stopping = new AbortController();
  const server = await runStandalone({
    manifests: folder,
    listen: { hostname: "127.0.0.1", port: 0 },
    log: memoryLogger(),
    host: new MemoryHost(),
    openPort: (link) => new MemoryPort(link),
    hostname: "host-1",
    watchTiming: { rescanMs: 200 },
  }, stopping.signal);
  const url = server.url ?? "";
  const ask = (path: string, accept: string) =>
    fetch(`${url}${path}`, { headers: { accept }, redirect: "manual" });

  const browser = await ask("/", "text/html,application/xhtml+xml");
  await browser.body?.cancel();
  strictEqual(browser.status, 302);
  strictEqual(browser.headers.get("location"), "/ui/");
  const bare = await ask("/ui", "text/html");
  await bare.body?.cancel();
  strictEqual(bare.headers.get("location"), "/ui/");
  const root = await (await ask("/", "application/json, */*")).text();
  ok(!root.includes("<html"), "kubectl is answered by the API");
  const discovery = await (await ask("/api", "application/json")).json();
  strictEqual(discovery.kind, "APIVersions");

  let page = "";
  for (let round = 0; round < 200 && !page.includes("default/printer"); round++) {
    page = await (await ask("/ui/pool?of=default%2Fnet-48", "text/html")).text();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  match(page, /192\.168\.48\.85/);
  match(page, /default\/printer/);
  match(await (await ask("/ui/why?of=printer", "text/html")).text(), /class="chain"/);
  const style = await ask("/ui/assets/page.css", "text/css");
  match(await style.text(), /prefers-color-scheme/);
  const stranger = await fetch(`${url}/ui/`, { headers: { origin: "http://other.example" } });
  strictEqual(stranger.status, 403);
  await stranger.body?.cancel();

  const open = await ask("/ui/events?view=overview", "text/event-stream");
  const reader = open.body?.getReader();
  await reader?.read();
  const following = (async () => {
    while ((await reader?.read())?.done === false);
  })();
  const start = performance.now();
  stopping.abort();
  await server.done;
  await following;
  ok(
    performance.now() - start < 1_900,
    `${performance.now() - start} ms: it does not wait for them`,
  );
  await Deno.remove(folder, { recursive: true });
});
