import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { json } from "node:stream/consumers";
import { IPPOOLS, NETWORK_ATTACHMENT_DEFINITIONS, SECRETS, VMNETCFGS } from "../kube/mod.ts";
import { createMetrics } from "../runtime/metrics.ts";
import { ManualClock } from "../runtime/testing/manual_clock.ts";
import { memoryLogger } from "../runtime/testing/memory_logger.ts";
import {
  GC_USER,
  MUTATING,
  mutatingConfiguration,
  VALIDATING,
  validatingConfiguration,
} from "./cluster/configurations.ts";
import { MemoryApi, refusal } from "./testing/memory_api.ts";
import { CONFIGS, NETWORKS, pool, SERVED } from "./testing/objects.ts";
import { renewed } from "./tls/certificates.ts";
import { type RunningWebhook, runWebhook, type ServiceOptions } from "./webhook.ts";

const PLACE = { name: "hook", namespace: "vm-dhcp", controllerUser: "controller", gcUser: GC_USER };
const SECRET = { namespace: PLACE.namespace, name: "hook-tls" };

/** The service over an API server in memory, under simulated time; its HTTPS is real. */
class Service implements AsyncDisposable {
  /** From now: certificates are checked by the machine's own clock. */
  readonly clock = new ManualClock(Date.now());
  readonly log = memoryLogger();
  readonly api = new MemoryApi();
  readonly #stop = new AbortController();
  #running: RunningWebhook | undefined;

  get done(): Promise<void> {
    return this.#running?.done ?? Promise.resolve();
  }

  async configure(): Promise<void> {
    const service = (path: string) => ({ service: { ...PLACE, path } });
    const options = { ...PLACE, clientConfig: service };
    await this.api.kube.of(MUTATING).create(mutatingConfiguration(options));
    await this.api.kube.of(VALIDATING).create(validatingConfiguration(options));
  }

  async start(options: Partial<ServiceOptions> = {}): Promise<void> {
    this.#running = await runWebhook({
      rest: this.api.rest,
      clock: this.clock,
      random: () => 0.5,
      log: this.log,
      ...PLACE,
      listen: { hostname: "127.0.0.1", port: 0 },
      serviceCidrs: ["192.168.48.0/24"],
      ...options,
    }, this.#stop.signal);
    // A test that fails earlier must not leave a rejection to nobody.
    this.#running.done.catch(() => undefined);
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Lets time pass until a line was logged. */
  async tells(message: string): Promise<void> {
    for (let step = 0; !this.log.lines.some((line) => line.message === message); step++) {
      if (step > 500) throw new Error(`Cannot find ${message}: ${JSON.stringify(this.log.lines)}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      await this.clock.advance(100);
    }
  }

  async certificate(): Promise<X509Certificate> {
    const { data } = await this.api.kube.of(SECRETS).get(SECRET) ?? {};
    return new X509Certificate(atob(data?.["tls.crt"] ?? ""));
  }

  /** Asks as an API server does: by the name of the Service, trusting a CA, by default that of the Secret. */
  async ask(
    path: string,
    review?: object,
    trusted?: string,
  ): Promise<{ status: number; body: unknown }> {
    const { data } = await this.api.kube.of(SECRETS).get(SECRET) ?? {};
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    request({
      host: "127.0.0.1",
      port: this.port,
      servername: `${PLACE.name}.${PLACE.namespace}.svc`,
      ca: trusted ?? atob(data?.["ca.crt"] ?? ""),
      path,
      method: review === undefined ? "GET" : "POST",
      headers: { "content-type": "application/json" },
      agent: false,
    }, resolve).on("error", reject).end(review === undefined ? undefined : JSON.stringify(review));
    const answer = await promise;
    return { status: answer.statusCode ?? 0, body: await json(answer) };
  }

  get port(): number {
    return this.#running?.listen.port ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    const ended = this.done.catch(() => undefined);
    await this.clock.advance(10_000);
    await ended;
  }
}

/** A review of a new pool on a network that another serves, by `username`. */
function review(username: string): object {
  const object = pool("others/p", {}, { spec: { networkName: "default/net-50" } });
  return {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: "7",
      kind: { group: "network.harvesterhci.io", version: "v1alpha1", kind: "IPPool" },
      operation: "CREATE",
      userInfo: { username },
      object,
    },
  };
}

async function isAllowed(service: Service, username: string): Promise<unknown> {
  const { body } = await service.ask("/validate", review(username));
  return (body as { readonly response: { readonly allowed: boolean } }).response.allowed;
}

Deno.test("runWebhook is ready with a certificate and lists, and serves under every name of its Service", async () => {
  await using service = new Service();
  await service.configure();
  await service.start();
  await service.tells("Serving with a certificate");
  deepStrictEqual(await service.ask("/readyz"), {
    status: 200,
    body: { ready: true, reasons: [] },
  });
  strictEqual(
    (await service.certificate()).subjectAltName,
    "DNS:hook.vm-dhcp.svc, DNS:hook, DNS:hook.vm-dhcp, DNS:hook.vm-dhcp.svc.cluster.local",
  );
});

Deno.test("runWebhook tells its metrics what it judged, whether it is ready, and when its certificate expires", async () => {
  await using service = new Service();
  await service.configure();
  const metrics = createMetrics();
  await service.start({ metrics });
  await service.tells("Serving with a certificate");
  strictEqual(await isAllowed(service, "administrator"), true);
  const lines = (await metrics.render()).split("\n");
  const valueOf = (series: string) =>
    lines.find((line) => line.startsWith(`vmdhcpwebhook_${series} `))?.split(" ").at(-1);
  const expiry = Date.parse((await service.certificate()).validTo) / 1000;
  strictEqual(
    valueOf('certificate_expiry_timestamp_seconds{certificate="serving"}'),
    String(expiry),
  );
  strictEqual(valueOf("ready"), "1");
  const labels = 'webhook="validate",kind="IPPool",result="allowed"';
  strictEqual(valueOf(`request_seconds_count{${labels}}`), "1");
  strictEqual(valueOf('api_unfollowed_seconds{resource="ippools"}'), "0");
});

Deno.test("runWebhook is not ready while pools are not listed", async () => {
  await using service = new Service();
  await service.configure();
  service.api.before = (request) => {
    if (request.path.endsWith("/ippools")) throw refusal(request, 500, "InternalError");
  };
  await service.start();
  await service.tells("Serving with a certificate");
  await service.tells("Cannot follow a resource, trying again");
  const reason =
    "ippools are not listed yet: Cannot GET /apis/network.harvesterhci.io/v1alpha1/ippools: 500 InternalError";
  deepStrictEqual(await service.ask("/readyz"), {
    status: 503,
    body: { ready: false, reasons: [reason] },
  });
});

Deno.test("runWebhook judges by what is in the cluster and by the Service range, but not the controller and the collector", async () => {
  await using service = new Service();
  await service.configure();
  for (const nad of NETWORKS) await service.api.kube.of(NETWORK_ATTACHMENT_DEFINITIONS).create(nad);
  await service.api.kube.of(IPPOOLS).create(SERVED);
  for (const config of CONFIGS) await service.api.kube.of(VMNETCFGS).create(config);
  await service.start();
  await service.tells("Serving with a certificate");
  strictEqual(await isAllowed(service, "administrator"), false);
  strictEqual(await isAllowed(service, "controller"), true);
  strictEqual(await isAllowed(service, GC_USER), true);
  const good = { ...review("administrator") } as { request: { object: unknown } };
  good.request.object = pool("default/p");
  deepStrictEqual((await service.ask("/validate", good)).body, {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    response: {
      uid: "7",
      allowed: true,
      warnings: [
        "spec.ipv4Config.cidr: 192.168.48.0/24 overlaps the cluster's Services, 192.168.48.0/24: VMs with a NIC on both networks reach only one of them",
      ],
    },
  });
});

Deno.test("runWebhook in a cluster answers for 3 s after its end, not ready, and leaves the configurations", async () => {
  await using service = new Service();
  await service.configure();
  await service.start();
  await service.tells("Serving with a certificate");
  service.stop();
  await service.clock.advance(2_900);
  deepStrictEqual(await service.ask("/readyz"), {
    status: 503,
    body: { ready: false, reasons: ["the webhook stops"] },
  });
  await service.clock.advance(100);
  await service.done;
  await rejects(Deno.connect({ hostname: "127.0.0.1", port: service.port }));
  ok(await service.api.kube.of(VALIDATING).get({ name: "hook" }));
  ok(await service.api.kube.of(MUTATING).get({ name: "hook" }));
});

Deno.test("runWebhook outside a cluster makes both configurations, and takes them away at its end without a wait", async () => {
  await using service = new Service();
  await service.start({ url: new URL("https://127.0.0.1:9443/") });
  await service.tells("Serving with a certificate");
  const kinds = [[MUTATING, "/mutate"], [VALIDATING, "/validate"]] as const;
  for (const [kind, path] of kinds) {
    const { webhooks } = await service.api.kube.of(kind).get({ name: "hook" }) ?? {};
    strictEqual(webhooks?.[0]?.clientConfig.url, `https://127.0.0.1:9443${path}`);
    ok(webhooks[0].clientConfig.caBundle);
  }
  const { subjectAltName } = await service.certificate();
  ok(subjectAltName?.endsWith(", IP Address:127.0.0.1"), subjectAltName);
  service.stop();
  await service.done;
  for (const [kind] of kinds) {
    strictEqual(await service.api.kube.of(kind).get({ name: "hook" }), undefined);
  }
});

Deno.test("runWebhook ends with the error where it may not take its configurations away, and asks nothing more", async () => {
  await using service = new Service();
  await service.start({ url: new URL("https://127.0.0.1:9443/") });
  await service.tells("Serving with a certificate");
  service.api.before = (request) => {
    if (request.method === "DELETE") throw refusal(request, 403, "Forbidden");
  };
  service.stop();
  await rejects(service.done, /403 Forbidden/);
  service.api.before = ({ path }) => {
    throw new Error(`Expected no request: ${path}`);
  };
  const said = service.log.lines.length;
  await service.clock.advance(120_000);
  deepStrictEqual(service.log.lines.slice(said), []);
});

Deno.test("runWebhook ends with the error, and its server too, where it cannot make its configurations", async () => {
  await using service = new Service();
  service.api.before = (request) => {
    if (request.method === "POST") throw refusal(request, 403, "Forbidden");
  };
  await service.start({ url: new URL("https://127.0.0.1:9443/") });
  await rejects(service.done, /403 Forbidden/);
  await rejects(Deno.connect({ hostname: "127.0.0.1", port: service.port }));
});

Deno.test("runWebhook serves with a mounted certificate, and asks for and writes none", async () => {
  const names = [`${PLACE.name}.${PLACE.namespace}.svc`];
  const made = await renewed(undefined, { names, now: Date.now() });
  const other = await renewed(undefined, { names, now: Date.now() });
  const files: Record<string, string> = {
    "/mounted/tls.crt": made.certificate,
    "/mounted/tls.key": other.key,
  };
  await using service = new Service();
  await service.configure();
  await service.start({
    mounted: {
      folder: "/mounted",
      read: (path) => Promise.resolve(files[path] ?? ""),
    },
  });
  await service.tells("The mounted certificate cannot be served, trying again");
  files["/mounted/tls.key"] = made.key;
  await service.tells("Serving with a certificate");
  const answer = await service.ask("/readyz", undefined, made.caBundle);
  strictEqual(answer.status, 200);
  strictEqual(await service.api.kube.of(SECRETS).get(SECRET), undefined);
  const { webhooks = [] } = await service.api.kube.of(MUTATING).get({ name: PLACE.name }) ?? {};
  strictEqual(webhooks[0]?.clientConfig.caBundle, undefined);
  service.stop();
  await service.clock.advance(60_000);
  await service.done;
});
