import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import {
  GC_USER,
  MUTATING,
  mutatingConfiguration,
  VALIDATING,
  validatingConfiguration,
  type WebhookConfiguration,
} from "./configurations.ts";
import { registerConfigurations, writeCaBundle } from "./registration.ts";
import { MemoryApi, refusal } from "../testing/memory_api.ts";

const { signal } = new AbortController();

function configurations(origin: string): readonly WebhookConfiguration[] {
  const options = {
    name: "hook",
    controllerUser: "controller",
    gcUser: GC_USER,
    clientConfig: (path: string) => ({ url: `${origin}${path}` }),
  };
  return [mutatingConfiguration(options), validatingConfiguration(options)];
}

const FIRST = configurations("https://127.0.0.1:1");
const OTHER = configurations("https://127.0.0.1:2");

async function urls({ kube }: MemoryApi): Promise<readonly (string | undefined)[]> {
  return await Promise.all([MUTATING, VALIDATING].map(async (kind) => {
    const found = await kube.of(kind).get({ name: "hook" });
    return found?.webhooks?.[0]?.clientConfig.url;
  }));
}

Deno.test("registerConfigurations makes both configurations and takes them away again", async () => {
  const api = new MemoryApi();
  const remove = await registerConfigurations(api.kube, FIRST, signal);
  deepStrictEqual(await urls(api), ["https://127.0.0.1:1/mutate", "https://127.0.0.1:1/validate"]);
  await remove(signal);
  deepStrictEqual(await urls(api), [undefined, undefined]);
});

Deno.test("registerConfigurations corrects what calls another address, and leaves it at the end", async () => {
  const api = new MemoryApi();
  await registerConfigurations(api.kube, FIRST, signal);
  const remove = await registerConfigurations(api.kube, OTHER, signal);
  const corrected = ["https://127.0.0.1:2/mutate", "https://127.0.0.1:2/validate"];
  deepStrictEqual(await urls(api), corrected);
  await remove(signal);
  deepStrictEqual(await urls(api), corrected);
});

Deno.test("registerConfigurations writes nothing where the address is right", async () => {
  const api = new MemoryApi();
  await registerConfigurations(api.kube, FIRST, signal);
  api.writes.length = 0;
  await registerConfigurations(api.kube, FIRST, signal);
  deepStrictEqual(api.writes, []);
});

Deno.test("registerConfigurations corrects what another made between its read and its write, and leaves it", async () => {
  const api = new MemoryApi();
  api.before = async ({ method }) => {
    if (method !== "POST") return;
    api.before = () => undefined;
    await registerConfigurations(api.kube, FIRST, signal);
  };
  const remove = await registerConfigurations(api.kube, OTHER, signal);
  const corrected = ["https://127.0.0.1:2/mutate", "https://127.0.0.1:2/validate"];
  deepStrictEqual(await urls(api), corrected);
  await remove(signal);
  deepStrictEqual(await urls(api), corrected);
});

Deno.test("registerConfigurations reads again what another changed between its read and its write", async () => {
  const api = new MemoryApi();
  await registerConfigurations(api.kube, FIRST, signal);
  api.before = async ({ method }) => {
    if (method !== "PUT") return;
    api.before = () => undefined;
    await writeCaBundle({ kube: api.kube, name: "hook", caBundle: "CA", signal });
  };
  await registerConfigurations(api.kube, OTHER, signal);
  deepStrictEqual(await urls(api), ["https://127.0.0.1:2/mutate", "https://127.0.0.1:2/validate"]);
});

Deno.test("I10: registerConfigurations refuses a cluster whose webhook is deployed, whatever its name, and leaves it alone", async () => {
  for (const name of ["hook", "vm-dhcp-webhook"]) {
    const api = new MemoryApi();
    const clientConfig = () => ({ service: { namespace: "vm-dhcp", name: "vm-dhcp-webhook" } });
    const deployed = { name, controllerUser: "controller", gcUser: GC_USER, clientConfig };
    await api.kube.of(VALIDATING).create(validatingConfiguration(deployed));
    api.writes.length = 0;
    await rejects(
      registerConfigurations(api.kube, FIRST, signal),
      new RegExp(
        `already: ValidatingWebhookConfiguration ${name} calls Service vm-dhcp/vm-dhcp-webhook`,
      ),
    );
    deepStrictEqual(api.writes, []);
  }
});

Deno.test("I10: registerConfigurations looks at those of its names where it may not list", async () => {
  const api = new MemoryApi();
  api.before = (request) => {
    if (request.method === "GET" && request.path.endsWith("configurations")) {
      throw refusal(request, 403, "Forbidden");
    }
  };
  for (const configuration of FIRST) {
    const kind = configuration.kind === MUTATING.kind ? MUTATING : VALIDATING;
    await api.kube.of(kind).create(configuration);
  }
  api.writes.length = 0;
  await registerConfigurations(api.kube, FIRST, signal);
  deepStrictEqual(api.writes, []);
});

Deno.test("registerConfigurations has nothing against webhooks for other kinds", async () => {
  const api = new MemoryApi();
  const [first] = FIRST;
  const rules = [{ apiGroups: ["kubevirt.io"] }];
  const webhooks = (first?.webhooks ?? []).map((entry) => ({ ...entry, rules }));
  await api.kube.of(MUTATING).create({
    ...FIRST[0] as WebhookConfiguration,
    metadata: { name: "kubevirt" },
    webhooks,
  });
  await registerConfigurations(api.kube, FIRST, signal);
  deepStrictEqual(await urls(api), ["https://127.0.0.1:1/mutate", "https://127.0.0.1:1/validate"]);
});

Deno.test("registerConfigurations gives up where the server refuses it", async () => {
  const api = new MemoryApi();
  api.before = (request) => {
    if (request.method === "POST") throw refusal(request, 403, "Forbidden");
  };
  await rejects(registerConfigurations(api.kube, FIRST, signal), /403 Forbidden/);
});

Deno.test("writeCaBundle names the configurations that are missing and writes into the others", async () => {
  const api = new MemoryApi();
  await registerConfigurations(api.kube, FIRST.slice(1), signal);
  const missing = await writeCaBundle({ kube: api.kube, name: "hook", caBundle: "CA", signal });
  deepStrictEqual(missing, ["MutatingWebhookConfiguration"]);
  const found = await api.kube.of(VALIDATING).get({ name: "hook" });
  deepStrictEqual(found?.webhooks?.[0]?.clientConfig, {
    url: "https://127.0.0.1:1/validate",
    caBundle: btoa("CA"),
  });
});

Deno.test("writeCaBundle writes nothing where the bundle is right", async () => {
  const api = new MemoryApi();
  await registerConfigurations(api.kube, FIRST, signal);
  const bundle = { kube: api.kube, name: "hook", caBundle: "CA", signal };
  await writeCaBundle(bundle);
  api.writes.length = 0;
  deepStrictEqual(await writeCaBundle(bundle), []);
  deepStrictEqual(api.writes, []);
});

Deno.test("writeCaBundle writes into every entry, and into none where they moved since they were read", async () => {
  const api = new MemoryApi();
  const [first, second] = [{ name: "first" }, { name: "second" }].map((entry) => ({
    ...entry,
    clientConfig: { url: "https://127.0.0.1:1/" },
  }));
  if (first === undefined || second === undefined) throw new Error("Expected two entries");
  for (const configuration of FIRST) {
    const kind = configuration.kind === MUTATING.kind ? MUTATING : VALIDATING;
    await api.kube.of(kind).create({ ...configuration, webhooks: [first, second] });
  }
  const bundle = { kube: api.kube, name: "hook", caBundle: "CA", signal };
  api.before = async ({ method }) => {
    if (method !== "PATCH") return;
    api.before = () => undefined;
    const found = await api.kube.of(MUTATING).get({ name: "hook" });
    if (found === undefined) throw new Error("Expected the configuration");
    await api.kube.of(MUTATING).update({ ...found, webhooks: [second, first] });
  };
  await rejects(writeCaBundle(bundle), /422/);
  await writeCaBundle(bundle);
  for (const kind of [MUTATING, VALIDATING]) {
    const { webhooks = [] } = await api.kube.of(kind).get({ name: "hook" }) ?? {};
    deepStrictEqual(webhooks.map(({ clientConfig }) => clientConfig.caBundle), [
      btoa("CA"),
      btoa("CA"),
    ]);
  }
  strictEqual(api.writes.filter((write) => write.startsWith("PATCH")).length, 2);
});
