import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { createWebhook } from "./handler.ts";
import { viewOfObjects } from "../cluster/cluster_view.ts";
import { ALL_CASES } from "../testing/all_cases.ts";
import { readAnswer } from "../testing/cases.ts";
import { CONFIGS, pool, SERVED, vmnetcfg } from "../testing/objects.ts";
import webhook from "../testing/test_webhook.ts";

const KIND = {
  group: "network.harvesterhci.io",
  version: "v1alpha1",
  kind: "VirtualMachineNetworkConfig",
};
const NOBODY = viewOfObjects({ networks: [], pools: [], configs: [] });

for (const [about, cases] of Object.entries(ALL_CASES)) {
  for (const { name, request: { path, ...init }, answer } of cases) {
    Deno.test(`createWebhook: ${about}: ${name}`, async () => {
      const response = await webhook.fetch(new Request(`https://webhook${path}`, init));
      deepStrictEqual(await readAnswer(response), answer);
    });
  }
}

Deno.test("createWebhook says why it is not ready", async () => {
  const handle = createWebhook({
    cluster: NOBODY,
    notReady: () => ["there is no certificate yet"],
  });
  const response = await handle(new Request("https://webhook/readyz"));
  strictEqual(response.status, 503);
  deepStrictEqual(await response.json(), {
    ready: false,
    reasons: ["there is no certificate yet"],
  });
});

Deno.test("I13: createWebhook serves metrics where it is given any, and has no such page otherwise", async () => {
  const request = () => new Request("https://webhook/metrics");
  const metrics = { render: () => Promise.resolve("a 1\n"), contentType: "text/plain" };
  const response = await createWebhook({ cluster: NOBODY, metrics })(request());
  deepStrictEqual(
    [response.status, response.headers.get("content-type"), await response.text()],
    [200, "text/plain", "a 1\n"],
  );
  strictEqual((await createWebhook({ cluster: NOBODY })(request())).status, 404);
});

Deno.test("createWebhook tells what became of each review, in words that no client makes up", async () => {
  const told: unknown[] = [];
  let now = 0;
  const handle = createWebhook({
    cluster: NOBODY,
    onJudged: (judged) => told.push(judged),
    now: () => now += 2_000,
  });
  const ask = async (object: object, kind = "IPPool") => {
    const body = {
      apiVersion: "admission.k8s.io/v1",
      kind: "AdmissionReview",
      request: { uid: "1", kind: { ...KIND, kind }, operation: "CREATE", object },
    };
    const headers = { "content-type": "application/json" };
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    await handle(new Request("https://webhook/validate", init));
  };
  const about = {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { name: "net-48", namespace: "default" },
  };
  const ipv4Config = { cidr: "192.168.48.0/24", pool: { exclude: ["192.168.48.81", "x y"] } };
  await ask({ ...about, spec: { networkName: "net-48", ipv4Config: { cidr: "1.2.3.4/99" } } });
  await ask({ ...about, spec: { networkName: "net-48", ipv4Config } });
  await ask(about, "Secret");
  const common = { webhook: "validate", kind: "IPPool", seconds: 2 };
  deepStrictEqual(told, [
    { ...common, field: "spec.ipv4Config.cidr", result: "refused", reason: "Invalid" },
    { ...common, field: "spec.ipv4Config.pool.exclude", result: "refused", reason: "Invalid" },
    { ...common, kind: "other", field: "", result: "failed", reason: "BadRequest" },
  ]);
});

Deno.test("createWebhook reads no more of an endless body than the limit", async () => {
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      sent += 1000;
      controller.enqueue(new Uint8Array(1000));
    },
  });
  const handle = createWebhook({ cluster: NOBODY, maxBodyBytes: 10_000 });
  const response = await handle(
    new Request("https://webhook/validate", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    }),
  );
  strictEqual(response.status, 413);
  strictEqual(sent <= 13_000, true, `${sent}`);
});

/** A review whose kind is `kind`, as a body of these parts. */
async function answerTo(parts: readonly Uint8Array<ArrayBuffer>[]): Promise<unknown> {
  const handle = createWebhook({ cluster: NOBODY });
  const response = await handle(
    new Request("https://webhook/validate", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: ReadableStream.from(parts),
    }),
  );
  const { message } = await response.json();
  return message;
}

Deno.test("createWebhook reads a character that two parts of the body share", async () => {
  const bytes = new TextEncoder().encode(JSON.stringify({ kind: "\u00c4" }));
  const at = bytes.indexOf(0xc3) + 1;
  strictEqual(
    await answerTo([bytes.slice(0, at), bytes.slice(at)]),
    'Cannot read the AdmissionReview: its kind is "\u00c4"',
  );
});

Deno.test("createWebhook takes a body that is no UTF-8 for no JSON", async () => {
  const bytes = new TextEncoder().encode('{"kind": "x"}');
  const broken = "Cannot read the body: it is no JSON";
  strictEqual(await answerTo([bytes.map((byte) => byte === 0x78 ? 0xff : byte)]), broken);
  strictEqual(await answerTo([bytes, Uint8Array.of(0xc3)]), broken);
});

Deno.test("createWebhook does not begin to read a body that says it is over the limit", async () => {
  let read = false;
  const body = new ReadableStream({
    pull: () => {
      read = true;
    },
  }, { highWaterMark: 0 });
  const handle = createWebhook({ cluster: NOBODY, maxBodyBytes: 10_000 });
  const headers = { "content-type": "application/json", "content-length": "10001" };
  const request = new Request("https://webhook/validate", { method: "POST", headers, body });
  const response = await handle(request);
  strictEqual(response.status, 413);
  strictEqual(read, false);
});

Deno.test("T13: createWebhook without a limit of its own reads 3 MiB", async () => {
  const handle = createWebhook({ cluster: NOBODY });
  const ask = async (length: number) => {
    const response = await handle(
      new Request("https://webhook/validate", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{}".padEnd(length),
      }),
    );
    await response.body?.cancel();
    return response.status;
  };
  deepStrictEqual([await ask(3 * 1024 * 1024), await ask(3 * 1024 * 1024 + 1)], [400, 413]);
});

Deno.test("createWebhook without readiness of its own is ready", async () => {
  const response = await createWebhook({ cluster: NOBODY })(new Request("https://webhook/readyz"));
  strictEqual(response.status, 200);
  await response.body?.cancel();
});

Deno.test("createWebhook answers 500 where it fails itself, and tells nobody why but the log", async () => {
  const lines: unknown[] = [];
  const handle = createWebhook({
    cluster: NOBODY,
    notReady: () => {
      throw new Error("The certificate is away");
    },
    log: { debug: () => {}, error: (message, keys) => lines.push([message, String(keys?.error)]) },
  });
  const response = await handle(new Request("https://webhook/readyz"));
  const { code, reason, message } = await response.json();
  deepStrictEqual([response.status, code, reason, message], [
    500,
    500,
    "InternalError",
    "Internal error",
  ]);
  deepStrictEqual(lines, [["Request cannot be answered", "Error: The certificate is away"]]);
});

Deno.test("createWebhook throws for a Service range that is none", () => {
  throws(() => createWebhook({ cluster: NOBODY, serviceCidrs: ["10.0.0.0"] }), /prefix length/);
});

Deno.test("createWebhook logs what failed, with its cause and who asked", async () => {
  const lines: unknown[] = [];
  const failing = { ...NOBODY, network: () => Promise.reject(new Error("The API is away")) };
  const handle = createWebhook({
    cluster: failing,
    log: { debug: () => {}, error: (message, keys) => lines.push([message, String(keys?.error)]) },
  });
  const bad = ALL_CASES.HTTP?.find(({ name }) => name.startsWith("a view that fails"));
  const { path, ...init } = bad?.request ?? { path: "" };
  await (await handle(new Request(`https://webhook${path}`, init))).body?.cancel();
  deepStrictEqual(lines, [["Request cannot be judged", "Error: The API is away"]]);
});

function reviewOf(request: object): Request {
  const body = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request };
  const headers = { "content-type": "application/json" };
  return new Request("https://webhook/validate", {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
}

Deno.test("createWebhook logs no text of any length that a stranger sends, and an unknown kind at debug", async () => {
  const lines: { readonly level: string; readonly text: string }[] = [];
  const note = (level: string) => (message: string, keys: object = {}) =>
    void lines.push({ level, text: message + Deno.inspect(keys, { strAbbreviateSize: Infinity }) });
  const log = { debug: note("debug"), error: note("error") };
  const failing = { ...NOBODY, network: () => Promise.reject(new Error("The API is away")) };
  const handle = createWebhook({ cluster: failing, log });
  const long = "x".repeat(400_000);
  const unknown = { group: long, version: "v1", kind: long };
  for (const kind of [unknown, { ...KIND, kind: "IPPool" }]) {
    const request = {
      uid: long,
      kind,
      operation: "CREATE",
      namespace: long,
      name: long,
      userInfo: { username: long },
      object: pool("default/net-48"),
    };
    await (await handle(reviewOf(request))).body?.cancel();
  }
  deepStrictEqual(lines.map(({ level }) => level), ["debug", "error"]);
  for (const { text } of lines) strictEqual(text.length < 10_000, true, `${text.length}`);
});

Deno.test("a ServiceAccount with the longest name that there is may be a trusted user", async () => {
  const user = `system:serviceaccount:${"n".repeat(63)}:${"a".repeat(253)}`;
  const handle = createWebhook({ cluster: NOBODY, trustedUsers: [user] });
  const allowed = async (username: string) => {
    const request = {
      uid: "1",
      kind: { ...KIND, kind: "IPPool" },
      operation: "CREATE",
      userInfo: { username },
      object: pool("default/net-48", { cidr: "none" }),
    };
    return (await (await handle(reviewOf(request))).json()).response.allowed;
  };
  deepStrictEqual([await allowed(user), await allowed(user.slice(0, -1))], [true, false]);
});

Deno.test("T13: 20,000 NICs are refused by their number, and each network of the first 32 is asked for once", async () => {
  let asked = 0;
  const counted = () => {
    asked++;
    return undefined;
  };
  const handle = createWebhook({ cluster: { ...NOBODY, network: counted } });
  const nics = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      networkName: `default/net-${at % 7}`,
      macAddress: `52:54:00:00:${[at >> 8, at & 255].map((octet) => octet.toString(16)).join(":")}`,
      ipAddress: "192.168.48.10",
    }));
  const judge = async (count: number) => {
    const object = vmnetcfg("tenant/web", nics(count));
    const request = { uid: "7", kind: KIND, operation: "CREATE", object };
    const body = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request };
    const headers = { "content-type": "application/json" };
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    const { response } = await (await handle(new Request("https://webhook/validate", init))).json();
    const causes: readonly { readonly message: string }[] = response.status?.details.causes ?? [];
    return causes.map(({ message }) => message);
  };
  const [first = "", ...more] = await judge(20_000);
  strictEqual(first.endsWith("must have at most 32 items"), true, first);
  // Of the first 32, each network is asked for once.
  strictEqual(asked <= 7 && more.length <= 32, true, `${asked} questions`);
  asked = 0;
  await judge(32);
  strictEqual(asked, 7);
});

/** Every object with one of its values null. */
function* withNull(value: unknown): Generator<unknown> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    const others = (replaced: unknown) =>
      Array.isArray(value)
        ? value.map((one, at) => String(at) === key ? replaced : one)
        : { ...value, [key]: replaced };
    yield others(null);
    for (const nulled of withNull(member)) yield others(nulled);
  }
}

const WHOLE = [
  {
    ...SERVED,
    spec: { ...SERVED.spec, ipv4Config: { ...SERVED.spec.ipv4Config, dns: ["1.1.1.1"] } },
  },
  ...CONFIGS.slice(0, 1),
];

for (const object of WHOLE) {
  Deno.test(`T17: null anywhere in a ${object.kind} is judged, and no internal error`, async () => {
    const judge = async (path: string, parts: object) => {
      const request = { uid: "7", kind: { ...KIND, kind: object.kind }, ...parts };
      const body = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request };
      const headers = { "content-type": "application/json" };
      const init = { method: "POST", headers, body: JSON.stringify(body) };
      const response = await webhook.fetch(new Request(`https://webhook${path}`, init));
      const { response: { allowed, status } } = await response.json();
      return allowed ? 200 : status.code;
    };
    for (const hostile of withNull(object)) {
      const codes = [
        await judge("/mutate", { operation: "CREATE", object: hostile }),
        await judge("/mutate", { operation: "UPDATE", object: hostile, oldObject: object }),
        await judge("/mutate", { operation: "UPDATE", object, oldObject: hostile }),
        await judge("/validate", { operation: "CREATE", object: hostile }),
        await judge("/validate", { operation: "UPDATE", object: hostile, oldObject: object }),
        await judge("/validate", { operation: "UPDATE", object, oldObject: hostile }),
        await judge("/validate", { operation: "UPDATE", object: hostile, oldObject: hostile }),
        await judge("/validate", { operation: "DELETE", oldObject: hostile }),
      ];
      const bad = codes.some((code) => ![200, 400, 409, 422].includes(code));
      strictEqual(bad, false, `${codes} for ${JSON.stringify(hostile)}`);
    }
  });
}
