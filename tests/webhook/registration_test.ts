import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { createKubeClient, type KubeClient } from "../../kube/mod.ts";
import { EmbeddedApi } from "../../standalone/api/mod.ts";
import {
  GC_USER,
  MUTATING,
  mutatingConfiguration,
  VALIDATING,
  validatingConfiguration,
} from "../../webhook/configurations.ts";
import { registerConfigurations } from "../../webhook/registration.ts";

const { signal } = new AbortController();

function configurations(origin: string) {
  const options = {
    name: "hook",
    controllerUser: "controller",
    gcUser: GC_USER,
    clientConfig: (path: string) => ({ url: `${origin}${path}` }),
  };
  return [mutatingConfiguration(options), validatingConfiguration(options)];
}

async function urls(kube: KubeClient): Promise<readonly (string | undefined)[]> {
  return await Promise.all([MUTATING, VALIDATING].map(async (kind) => {
    const found = await kube.of(kind).get({ name: "hook" });
    return found?.webhooks?.[0]?.clientConfig.url;
  }));
}

Deno.test("registerConfigurations makes both configurations and takes them away again", async () => {
  using api = new EmbeddedApi();
  const kube = createKubeClient(api.rest());
  const remove = await registerConfigurations(kube, configurations("https://127.0.0.1:1"), signal);
  deepStrictEqual(await urls(kube), [
    "https://127.0.0.1:1/mutate",
    "https://127.0.0.1:1/validate",
  ]);
  await remove(signal);
  deepStrictEqual(await urls(kube), [undefined, undefined]);
});

Deno.test("registerConfigurations corrects what calls another address, and leaves it at the end", async () => {
  using api = new EmbeddedApi();
  const kube = createKubeClient(api.rest());
  await registerConfigurations(kube, configurations("https://127.0.0.1:1"), signal);
  const remove = await registerConfigurations(kube, configurations("https://127.0.0.1:2"), signal);
  const corrected = ["https://127.0.0.1:2/mutate", "https://127.0.0.1:2/validate"];
  deepStrictEqual(await urls(kube), corrected);
  await remove(signal);
  deepStrictEqual(await urls(kube), corrected);
});

Deno.test("registerConfigurations writes nothing where the address is right", async () => {
  using api = new EmbeddedApi();
  const kube = createKubeClient(api.rest());
  await registerConfigurations(kube, configurations("https://127.0.0.1:1"), signal);
  const before = api.resourceVersion;
  await registerConfigurations(kube, configurations("https://127.0.0.1:1"), signal);
  strictEqual(api.resourceVersion, before);
});
