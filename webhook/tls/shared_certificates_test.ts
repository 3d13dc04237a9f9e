import { deepStrictEqual, notStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { SECRETS } from "../../kube/mod.ts";
import { sharedCertificates, type StoreOptions } from "./shared_certificates.ts";
import { type Certificates, renewed } from "./certificates.ts";
import { MemoryApi, refusal } from "../testing/memory_api.ts";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 0, 1);
const NAMES = ["hook.default.svc"];
const KEY = { namespace: "default", name: "hook-tls" };

const first = await renewed(undefined, { names: NAMES, now: NOW });

function ask(api: MemoryApi, options: Partial<StoreOptions> = {}): Promise<Certificates> {
  return sharedCertificates({
    secrets: api.kube.of(SECRETS),
    ...KEY,
    names: NAMES,
    now: NOW,
    known: undefined,
    signal: new AbortController().signal,
    ...options,
  });
}

/** Lets another replica write just before the next write of this method. */
function beforeThe(method: string, { api, write }: {
  readonly api: MemoryApi;
  readonly write: () => Promise<unknown>;
}): void {
  api.before = async (request) => {
    if (request.method !== method) return;
    api.before = () => undefined;
    await write();
  };
}

Deno.test("sharedCertificates: the replica that loses the race of the first write takes what the other wrote", async () => {
  const api = new MemoryApi();
  let others: Certificates | undefined;
  beforeThe("POST", { api, write: async () => others = await ask(api) });
  deepStrictEqual(await ask(api), others);
  deepStrictEqual(api.writes, ["POST secrets"]);
});

Deno.test("sharedCertificates: the replica that loses the race of a renewal takes what the other wrote", async () => {
  const api = new MemoryApi();
  const before = await ask(api);
  let others: Certificates | undefined;
  const late = { now: NOW + 61 * DAY };
  beforeThe("PUT", { api, write: async () => others = await ask(api, late) });
  deepStrictEqual(await ask(api, late), others);
  notStrictEqual(others?.certificate, before.certificate);
  deepStrictEqual(api.writes, ["POST secrets", "PUT secrets"]);
});

Deno.test("sharedCertificates gives up where the server refuses the Secret", async () => {
  const api = new MemoryApi();
  api.before = (request) => {
    if (request.method === "POST") throw refusal(request, 403, "Forbidden");
  };
  await rejects(ask(api), /403 Forbidden/);
});

Deno.test("sharedCertificates makes a deleted Secret again from what the replica knows", async () => {
  const api = new MemoryApi();
  strictEqual(await ask(api, { known: first }), first);
  deepStrictEqual(await ask(api), first);
});

Deno.test("sharedCertificates keeps what else a Secret holds", async () => {
  const api = new MemoryApi();
  const secrets = api.kube.of(SECRETS);
  await secrets.create({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { ...KEY, labels: { app: "webhook" } },
    data: { other: btoa("kept"), "tls.crt": "no base64" },
  });
  const made = await ask(api);
  const { metadata, data } = await secrets.get(KEY) ?? {};
  deepStrictEqual(metadata?.labels, { app: "webhook" });
  strictEqual(data?.other, btoa("kept"));
  strictEqual(data?.["tls.crt"], btoa(made.certificate));
});
