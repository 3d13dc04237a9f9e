import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createKubeClient, type RestClient, SECRETS, toRestClient } from "../../kube/mod.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { keepCertificates } from "./keep_certificates.ts";
import type { Certificates } from "./certificates.ts";
import {
  GC_USER,
  MUTATING,
  mutatingConfiguration,
  VALIDATING,
  validatingConfiguration,
  type WebhookConfiguration,
} from "../cluster/configurations.ts";
import { MemoryApi, refusal } from "../testing/memory_api.ts";

const DAY = 86_400_000;
const KEY = { namespace: "default", name: "hook-tls" };
const CONFIGURATION = {
  name: "hook",
  clientConfig: (path: string) => ({ service: { namespace: "default", name: "hook", path } }),
  controllerUser: "controller",
  gcUser: GC_USER,
};

/** Replicas that keep their certificates in one API, under simulated time. */
class Replicas implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly log = memoryLogger();
  readonly api = new MemoryApi();
  readonly kube = this.api.kube;
  /** What happened, in order: `<replica> serves <serial>`, `<replica> PATCH <kind>`. */
  readonly story: string[] = [];
  /** When each of it happened. */
  readonly times: number[] = [];
  readonly served: Certificates[] = [];
  /** The configurations that should be there. */
  wanted: readonly WebhookConfiguration[] = [];
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
      wanted: () => this.wanted,
      install: (certificates) => {
        this.served[replica] = certificates;
        this.#tell(`${replica} serves`);
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
      const found = await this.kube.of(kind).get({ name: "hook" });
      return found?.webhooks?.[0]?.clientConfig.caBundle ?? "";
    }));
    strictEqual(bundles[0], bundles[1]);
    return atob(bundles[0] ?? "");
  }

  /** How long each failure made a replica wait, milliseconds. */
  warnings(): readonly number[] {
    return this.log.lines.filter(({ message }) => message.startsWith("Certificates cannot"))
      .map(({ keys }) => Number(keys.waitMs));
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  #tell(event: string): void {
    this.story.push(event);
    this.times.push(this.clock.monotonic());
  }

  #told(replica: number): RestClient {
    return toRestClient(async (request) => {
      // Both have read before either writes.
      await this.clock.settle();
      const answer = await this.api.rest.performRequest(request);
      const plural = request.path.split("/").at(request.method === "POST" ? -1 : -2) ?? "";
      if (request.method !== "GET") this.#tell(`${replica} ${request.method} ${plural}`);
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
  replicas.times.length = 0;
  replicas.clock.jump(3_300 * DAY);
  await replicas.until(() => replicas.story.includes("0 serves"));
  deepStrictEqual(replicas.story, [
    "0 PUT secrets",
    "0 PATCH mutatingwebhookconfigurations",
    "0 PATCH validatingwebhookconfigurations",
    "0 serves",
  ]);
  const [, , trusted = 0, served = 0] = replicas.times;
  strictEqual(served - trusted, 5_000, "every API server has heard of it");
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
  const from = replicas.clock.monotonic();
  await replicas.until(() => replicas.story.filter((line) => line.includes("PATCH")).length === 2);
  ok(replicas.clock.monotonic() - from <= 11_000, "sooner than everything is looked at again");
  strictEqual(await replicas.bundle(), replicas.served[0]?.caBundle);
});

Deno.test("I11: keepCertificates puts back configurations that somebody deleted, with their CA, and not at once", async () => {
  await using replicas = new Replicas();
  replicas.wanted = [mutatingConfiguration(CONFIGURATION), validatingConfiguration(CONFIGURATION)];
  await replicas.configure();
  replicas.start(0);
  replicas.start(1);
  await replicas.until(() => replicas.story.filter((line) => line.includes("PATCH")).length >= 2);
  const bundle = await replicas.bundle();
  for (const kind of [MUTATING, VALIDATING]) await replicas.kube.of(kind).delete({ name: "hook" });
  replicas.story.length = 0;
  const deletedAt = replicas.clock.monotonic();
  const back = () => replicas.log.lines.some(({ message }) => message.includes("are put back"));
  await replicas.until(back);
  // Whoever takes the deployment away has 10 s between the configurations and the pods.
  ok(replicas.clock.monotonic() - deletedAt >= 10_000);
  strictEqual(await replicas.bundle(), bundle);
  deepStrictEqual(
    (await replicas.kube.of(VALIDATING).get({ name: "hook" }))?.webhooks?.map(({ name }) => name),
    validatingConfiguration(CONFIGURATION).webhooks?.map(({ name }) => name),
  );
});

Deno.test("I11: keepCertificates puts nothing back when it is to end", async () => {
  await using replicas = new Replicas();
  await replicas.configure();
  replicas.start(0);
  await replicas.until(() => replicas.story.filter((line) => line.includes("PATCH")).length >= 2);
  replicas.wanted = [];
  for (const kind of [MUTATING, VALIDATING]) await replicas.kube.of(kind).delete({ name: "hook" });
  const end = replicas.clock.monotonic() + 30_000;
  await replicas.until(() => replicas.clock.monotonic() > end);
  strictEqual(await replicas.kube.of(VALIDATING).get({ name: "hook" }), undefined);
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

Deno.test("keepCertificates tries again after a failure, says so, and serves then", async () => {
  await using replicas = new Replicas();
  await replicas.configure();
  replicas.api.before = (request) => {
    if (request.path.includes("/secrets")) throw refusal(request, 500, "InternalError");
  };
  replicas.start(0);
  await replicas.until(() => replicas.warnings().length === 3);
  const [first = 0, second = 0] = replicas.warnings();
  ok(first < second, `waits grow: ${first}, ${second}`);
  replicas.api.before = () => undefined;
  await replicas.until(() => replicas.served.length === 1);
  strictEqual(replicas.warnings().length, 3);
  await replicas.until(() => replicas.story.filter((line) => line.includes("PATCH")).length === 2);
});

Deno.test("keepCertificates waits a short time again after a failure that came long after another", async () => {
  await using replicas = new Replicas();
  await replicas.configure();
  const fail = () => {
    replicas.api.before = (request) => {
      if (request.path.includes("/secrets")) throw refusal(request, 500, "InternalError");
    };
  };
  fail();
  replicas.start(0);
  await replicas.until(() => replicas.warnings().length === 2);
  replicas.api.before = () => undefined;
  await replicas.until(() => replicas.served.length === 1);
  await replicas.clock.advance(60_000);
  fail();
  await replicas.until(() => replicas.warnings().length === 3);
  strictEqual(replicas.warnings()[2], replicas.warnings()[0]);
});

Deno.test("keepCertificates ends without a word when it is told to while a request is under way", async () => {
  await using replicas = new Replicas();
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  replicas.api.before = ({ abortSignal }) => {
    resolve();
    return new Promise((_, reject) =>
      abortSignal?.addEventListener("abort", () => reject(abortSignal.reason))
    );
  };
  replicas.start(0);
  await asked;
  await replicas.end();
  deepStrictEqual(replicas.log.lines, []);
});

Deno.test("keepCertificates says once with which certificate it serves, and looks at everything again every 30 s", async () => {
  await using replicas = new Replicas();
  await replicas.configure();
  replicas.start(0);
  await replicas.until(() => replicas.served.length === 1);
  let looks = 0;
  replicas.api.before = ({ path }) => path.includes("/secrets") && looks++;
  for (let second = 0; second < 300; second++) await replicas.clock.advance(1_000);
  ok(looks >= 8 && looks <= 10, `${looks} looks in 300 s`);
  deepStrictEqual(replicas.log.lines.map(({ message }) => message), [
    "Serving with a certificate",
  ]);
});
