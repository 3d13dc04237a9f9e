import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  createKubeClient,
  type KubeClient,
  type RestClient,
  SECRETS,
  toRestClient,
} from "../../kube/mod.ts";
import { ManualClock } from "../../runtime/manual_clock.ts";
import { memoryLogger } from "../../runtime/memory_logger.ts";
import { EmbeddedApi } from "../../standalone/api/mod.ts";
import { keepCertificates } from "../../webhook/certificate_keeper.ts";
import type { Certificates } from "../../webhook/certificates.ts";
import {
  GC_USER,
  MUTATING,
  mutatingConfiguration,
  VALIDATING,
  validatingConfiguration,
  type WebhookConfiguration,
} from "../../webhook/configurations.ts";

const DAY = 86_400_000;
const KEY = { namespace: "default", name: "hook-tls" };
const CONFIGURATION = {
  name: "hook",
  clientConfig: (path: string) => ({ service: { namespace: "default", name: "hook", path } }),
  controllerUser: "controller",
  gcUser: GC_USER,
};

/** Replicas that keep their certificates in one embedded API, under simulated time. */
class Replicas implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly log = memoryLogger();
  readonly api = new EmbeddedApi({ clock: this.clock, random: () => 0.5 });
  readonly kube: KubeClient = createKubeClient(this.api.rest());
  /** What happened, in order: `<replica> serves <serial>`, `<replica> PATCH <kind>`. */
  readonly story: string[] = [];
  readonly served: Certificates[] = [];
  readonly #stop = new AbortController();
  readonly #running: Promise<void>[] = [];

  async configure(): Promise<void> {
    await this.kube.of(MUTATING).create(mutatingConfiguration(CONFIGURATION));
    await this.kube.of(VALIDATING).create(validatingConfiguration(CONFIGURATION));
  }

  start(replica: number): void {
    this.#running.push(keepCertificates({
      kube: createKubeClient(this.#told(replica)),
      clock: this.clock,
      random: () => 0.5,
      log: this.log,
      namespace: KEY.namespace,
      name: "hook",
      names: ["hook.default.svc"],
      install: (certificates) => {
        this.served[replica] = certificates;
        this.story.push(`${replica} serves`);
      },
    }, this.#stop.signal));
  }

  /** Lets time pass until a condition holds; what waits for the machine's cryptography gets its time too. */
  async until(condition: () => boolean): Promise<void> {
    for (let step = 0; !condition(); step++) {
      if (step > 2_000) {
        throw new Error(`Cannot reach the awaited condition: ${JSON.stringify(this.log.lines)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
      await this.clock.advance(100);
    }
  }

  /** The CAs that both configurations trust; fails where they differ. */
  async bundle(): Promise<string> {
    const bundles = await Promise.all([MUTATING, VALIDATING].map(async (kind) => {
      const found: WebhookConfiguration | undefined = await this.kube.of(kind).get({
        name: "hook",
      });
      return found?.webhooks?.[0]?.clientConfig.caBundle ?? "";
    }));
    strictEqual(bundles[0], bundles[1]);
    return atob(bundles[0] ?? "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
    this.api.close();
  }

  #told(replica: number): RestClient {
    const rest = this.api.rest({ userAgent: `replica-${replica}` });
    return toRestClient(async (request) => {
      // Both have read before either writes.
      await this.clock.settle();
      const answer = await rest.performRequest(request);
      const plural = request.path.split("/").at(request.method === "POST" ? -1 : -2) ?? "";
      if (request.method !== "GET") this.story.push(`${replica} ${request.method} ${plural}`);
      return answer;
    });
  }
}

Deno.test("keepCertificates: two replicas that start at once agree on one CA and one certificate", async () => {
  await using replicas = new Replicas();
  await replicas.configure();
  replicas.start(0);
  replicas.start(1);
  await replicas.until(() => replicas.served.length === 2 && replicas.served[0] !== undefined);
  deepStrictEqual(replicas.served[0], replicas.served[1]);
  const secret = await replicas.kube.of(SECRETS).get(KEY);
  strictEqual(secret?.type, "kubernetes.io/tls");
  strictEqual(atob(secret?.data?.["ca.crt"] ?? ""), replicas.served[0]?.caBundle);
  await replicas.until(() => replicas.story.filter((line) => line.includes("PATCH")).length >= 2);
  strictEqual(await replicas.bundle(), replicas.served[0]?.caBundle);
});

Deno.test("keepCertificates renews the serving certificate in time, of the same CA, on both replicas", async () => {
  await using replicas = new Replicas();
  await replicas.configure();
  replicas.start(0);
  replicas.start(1);
  await replicas.until(() => replicas.served.length === 2 && replicas.served[0] !== undefined);
  const [before] = replicas.served;
  replicas.clock.jump(61 * DAY);
  const changed = (replica: number) =>
    replicas.served[replica]?.certificate !== before?.certificate;
  await replicas.until(() => changed(0) && changed(1));
  deepStrictEqual(replicas.served[0], replicas.served[1]);
  strictEqual(replicas.served[0]?.caBundle, before?.caBundle);
});

Deno.test("keepCertificates makes a new CA trusted before it serves with it", async () => {
  await using replicas = new Replicas();
  await replicas.configure();
  replicas.start(0);
  await replicas.until(() => replicas.story.filter((line) => line.includes("PATCH")).length === 2);
  const [before] = replicas.served;
  replicas.story.length = 0;
  replicas.clock.jump(3_300 * DAY);
  await replicas.until(() => replicas.story.includes("0 serves"));
  deepStrictEqual(replicas.story, [
    "0 PUT secrets",
    "0 PATCH mutatingwebhookconfigurations",
    "0 PATCH validatingwebhookconfigurations",
    "0 serves",
  ]);
  const bundle = await replicas.bundle();
  strictEqual(bundle, replicas.served[0]?.caBundle);
  ok(bundle.endsWith(before?.caBundle ?? "?"), "the old CA is still trusted");
});

Deno.test("keepCertificates makes a deleted Secret again, with the same CA", async () => {
  await using replicas = new Replicas();
  await replicas.configure();
  replicas.start(0);
  await replicas.until(() => replicas.served.length === 1);
  const data = (await replicas.kube.of(SECRETS).get(KEY))?.data;
  replicas.story.length = 0;
  await replicas.kube.of(SECRETS).delete(KEY);
  await replicas.until(() => replicas.story.includes("0 POST secrets"));
  deepStrictEqual((await replicas.kube.of(SECRETS).get(KEY))?.data, data);
  deepStrictEqual(replicas.story.filter((line) => line === "0 serves"), []);
});

Deno.test("keepCertificates serves without configurations, says so once, and finds them when they appear", async () => {
  await using replicas = new Replicas();
  replicas.start(0);
  await replicas.until(() => replicas.served.length === 1);
  await replicas.clock.advance(60_000);
  const said = replicas.log.lines.filter(({ message }) => message.startsWith("Nobody calls"));
  deepStrictEqual(said.map(({ keys }) => keys.missing), [[MUTATING.kind, VALIDATING.kind]]);
  await replicas.configure();
  await replicas.until(() => replicas.story.filter((line) => line.includes("PATCH")).length === 2);
  strictEqual(await replicas.bundle(), replicas.served[0]?.caBundle);
});

Deno.test("keepCertificates puts back a CA bundle that somebody took away, and writes nothing else", async () => {
  await using replicas = new Replicas();
  await replicas.configure();
  replicas.start(0);
  await replicas.until(() => replicas.story.filter((line) => line.includes("PATCH")).length === 2);
  const wanted = await replicas.bundle();
  replicas.story.length = 0;
  await replicas.clock.advance(300_000);
  deepStrictEqual(replicas.story, []);
  const client = replicas.kube.of(VALIDATING);
  const found = await client.get({ name: "hook" });
  if (found === undefined) throw new Error("Expected the configuration");
  await client.update({
    ...found,
    webhooks: validatingConfiguration(CONFIGURATION).webhooks ?? [],
  });
  await replicas.until(() => replicas.story.length > 0);
  deepStrictEqual(replicas.story, ["0 PATCH validatingwebhookconfigurations"]);
  strictEqual(await replicas.bundle(), wanted);
  notStrictEqual(wanted, "");
});
