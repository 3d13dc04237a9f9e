/**
 * A Kubernetes client of one's own: anything shaped like the `RestClient` of `@cloudydeno/kubernetes-client` can be handed
 * in, here one of forty lines over `fetch`. `createKubeClient` makes typed reads and writes of it, and a whole controller
 * runs on it.
 *
 * The server is an embedded Kubernetes API, so that the example needs no cluster. With the package itself it would be
 * `const rest = await autoDetectClient()`.
 *
 * Run it: `deno run --allow-net=127.0.0.1 examples/own_client.ts`
 *
 * @module
 */
// deno-lint-ignore-file no-console -- an example prints
import {
  createKubeClient,
  IPPOOLS,
  type JsonValue,
  NETWORK_ATTACHMENT_DEFINITIONS,
  type RequestOptions,
  type RestClient,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "@vm-dhcp/vm-dhcp/kube";
import { runController } from "../controller/mod.ts";
import { systemClock } from "../runtime/clock.ts";
import { silentLogger } from "../runtime/testing/memory_logger.ts";
import { EmbeddedApi } from "../standalone/api/mod.ts";

/** A client as one may have it already. It knows nothing of vm-dhcp. */
class OwnClient {
  readonly defaultNamespace = "default";
  readonly #server: string;
  #requests = 0;

  constructor(server: string) {
    this.#server = server;
  }

  /** How many requests it has made. */
  get requests(): number {
    return this.#requests;
  }

  async performRequest(options: RequestOptions): Promise<unknown> {
    this.#requests++;
    const query = options.querystring === undefined ? "" : `?${options.querystring}`;
    const body = options.bodyJson === undefined
      ? options.bodyRaw
      : JSON.stringify(options.bodyJson);
    const response = await fetch(`${this.#server}${options.path}${query}`, {
      method: options.method,
      headers: {
        accept: options.accept ?? "application/json",
        ...(body === undefined
          ? {}
          : { "content-type": options.contentType ?? "application/json" }),
      },
      ...(body === undefined ? {} : { body: body as BodyInit }),
      ...(options.abortSignal === undefined ? {} : { signal: options.abortSignal }),
    });
    if (!response.ok) {
      const status = await response.json();
      throw Object.assign(new Error(status.message), { httpCode: response.status, status });
    }
    if (options.expectStream !== true) {
      return options.expectJson === true ? await response.json() : await response.bytes();
    }
    const bytes = response.body ?? new ReadableStream();
    return options.expectJson === true ? jsonLines(bytes) : bytes;
  }
}

/** One JSON value of each line. */
function jsonLines(bytes: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<JsonValue> {
  let rest = "";
  return bytes.pipeThrough(new TextDecoderStream()).pipeThrough(
    new TransformStream<string, JsonValue>({
      transform(text, controller) {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) if (line !== "") controller.enqueue(JSON.parse(line));
      },
    }),
  );
}

const api = new EmbeddedApi();
const listening = new AbortController();
const server = Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  signal: listening.signal,
  onListen: () => undefined,
}, (request) => api.fetch(request));

const own = new OwnClient(`http://127.0.0.1:${server.addr.port}`);
const rest = own as RestClient;
const kube = createKubeClient(rest);

await kube.of(NETWORK_ATTACHMENT_DEFINITIONS).create({
  apiVersion: "k8s.cni.cncf.io/v1",
  kind: "NetworkAttachmentDefinition",
  metadata: { namespace: "default", name: "net-48" },
  spec: { config: JSON.stringify({ cniVersion: "0.3.1", type: "bridge", bridge: "br-48" }) },
});
await kube.of(IPPOOLS).create({
  apiVersion: "network.harvesterhci.io/v1alpha1",
  kind: "IPPool",
  metadata: { namespace: "default", name: "net-48" },
  spec: {
    networkName: "default/net-48",
    ipv4Config: {
      cidr: "192.168.48.0/24",
      serverIP: "192.168.48.77",
      pool: { start: "192.168.48.81", end: "192.168.48.81" },
    },
  },
});
await kube.of(VIRTUAL_MACHINES).create({
  apiVersion: "kubevirt.io/v1",
  kind: "VirtualMachine",
  metadata: { namespace: "default", name: "test-vm" },
  spec: {
    runStrategy: "Always",
    template: {
      spec: {
        domain: { devices: { interfaces: [{ name: "nic-1", macAddress: "52:54:00:00:00:01" }] } },
        networks: [{ name: "nic-1", multus: { networkName: "net-48" } }],
      },
    },
  },
});

const stopping = new AbortController();
const controller = runController(
  {
    rest,
    clock: systemClock,
    random: Math.random,
    log: silentLogger,
    agentNamespace: "vm-dhcp",
  },
  stopping.signal,
);
await controller.whenIdle(AbortSignal.timeout(30_000));

const config = await kube.of(VMNETCFGS).get({ namespace: "default", name: "test-vm" });
console.log(`test-vm: ${config?.status?.networkConfig?.[0]?.allocatedIPAddress}`);
const pool = await kube.of(IPPOOLS).get({ namespace: "default", name: "net-48" });
console.log(`net-48: ${JSON.stringify(pool?.status?.ipv4?.allocated)}`);
console.log(`All of it by the own client: ${own.requests > 10}`);

stopping.abort();
await controller.done;
api.close();
listening.abort();
await server.finished;
