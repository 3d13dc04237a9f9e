import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { RequestOptions } from "../../kube/rest_client.ts";
import { ApiError, toRestClient } from "../../kube/mod.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { controllerOnly } from "./controller_only.ts";

const CONTROLLER = "system:serviceaccount:vm-dhcp:vm-dhcp-controller";
const PEER = { address: "10.42.0.9" };

/** A door before an API server that knows these tokens: token -> user. */
function doorTo(
  tokens: Readonly<Record<string, string>>,
  { user = CONTROLLER, audiences = ["vm-dhcp-agent"], fail }: {
    readonly user?: string | undefined;
    readonly audiences?: readonly string[];
    readonly fail?: () => Error | undefined;
  } = {},
) {
  const clock = new ManualClock();
  const asked: RequestOptions[] = [];
  const rest = toRestClient((request) => {
    asked.push(request);
    const error = fail?.();
    if (error !== undefined) return Promise.reject(error);
    const { spec } = request.bodyJson as { spec: { token: string } };
    const username = tokens[spec.token];
    const status = username === undefined
      ? { authenticated: false }
      : { authenticated: true, audiences: [...audiences], user: { username } };
    return Promise.resolve({ status });
  });
  const door = controllerOnly({ rest, clock, user });
  const knock = async (
    authorization?: string,
    { peer = PEER, headers = {} }: {
      readonly peer?: typeof PEER;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) => {
    const request = new Request("http://10.42.0.8:8080/clients", {
      headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
    });
    const response = await door(request, peer);
    return response === undefined
      ? "in"
      : `${response.status} ${(await response.json()).error}` as string;
  };
  return { clock, asked, knock };
}

Deno.test("controllerOnly lets the controller in by its token, and asks the API server once a minute", async () => {
  const { asked, clock, knock } = doorTo({ good: CONTROLLER });
  for (let n = 0; n < 100; n++) strictEqual(await knock("Bearer good"), "in");
  await clock.advance(59_999);
  strictEqual(await knock("Bearer good"), "in");
  strictEqual(asked.length, 1);
  await clock.advance(1);
  strictEqual(await knock("Bearer good"), "in");
  strictEqual(asked.length, 2);
  const [{ method, path, bodyJson } = { method: "", path: "", bodyJson: null }] = asked;
  deepStrictEqual([method, path, bodyJson], [
    "POST",
    "/apis/authentication.k8s.io/v1/tokenreviews",
    {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenReview",
      spec: { token: "good", audiences: ["vm-dhcp-agent"] },
    },
  ]);
});

Deno.test("controllerOnly lets nobody else in, and says why", async () => {
  const webhook = "system:serviceaccount:vm-dhcp:vm-dhcp-webhook";
  const { asked, knock } = doorTo({ good: CONTROLLER, other: webhook });
  for (
    const none of [
      undefined,
      "",
      "Basic good",
      "Bearer",
      "Bearer a b",
      `Bearer ${"x".repeat(9_000)}`,
    ]
  ) {
    match(await knock(none), /^401 .*no bearer token$/);
  }
  strictEqual(asked.length, 0);
  match(
    await knock("Bearer wrong"),
    /^401 The token is none of this cluster's for the audience vm-dhcp-agent$/,
  );
  strictEqual(
    await knock("Bearer other"),
    `403 Only the controller, ${CONTROLLER}, is answered: the token is of ${webhook}`,
  );
});

Deno.test("controllerOnly lets no token in that is for the API server: one that was stolen on the way would be good for everything", async () => {
  const { knock } = doorTo({ good: CONTROLLER }, { audiences: ["https://kubernetes.default.svc"] });
  match(await knock("Bearer good"), /^401 /);
  const older = doorTo({ good: CONTROLLER }, { audiences: [] });
  match(await older.knock("Bearer good"), /^401 /);
});

Deno.test("controllerOnly lets nobody in while the API server does not say who it is, and asks again", async () => {
  let error: Error | undefined = new ApiError({ code: 403, message: "forbidden" }, {
    method: "POST",
    path: "/x",
  });
  const { knock } = doorTo({ good: CONTROLLER }, { fail: () => error });
  match(
    await knock("Bearer good"),
    /^503 The API server does not say whose token it is: .*forbidden$/,
  );
  error = undefined;
  strictEqual(await knock("Bearer good"), "in");
});

Deno.test("controllerOnly does not hand a flood of made-up tokens on to the API server, and lets others in meanwhile", async () => {
  const { asked, clock, knock } = doorTo({ good: CONTROLLER });
  const answers = new Map<string, number>();
  for (let n = 0; n < 1_000; n++) {
    const code = (await knock(`Bearer ${n}`)).slice(0, 3);
    answers.set(code, (answers.get(code) ?? 0) + 1);
  }
  deepStrictEqual([...answers], [["401", 5], ["503", 995]]);
  strictEqual(await knock("Bearer good", { peer: { address: "10.42.0.7" } }), "in");
  await clock.advance(1_000);
  match(await knock("Bearer more"), /^401 /);
  strictEqual(asked.length, 7);
});

Deno.test("controllerOnly asks about eight tokens at once, from however many machines, and about the next when one is answered", async () => {
  const asked: (() => void)[] = [];
  const door = controllerOnly({
    rest: toRestClient(() =>
      new Promise((resolve) => asked.push(() => resolve({ status: { authenticated: false } })))
    ),
    clock: new ManualClock(),
    user: CONTROLLER,
  });
  const show = (n: number) => {
    const headers = { authorization: `Bearer ${n}` };
    const request = new Request("http://10.42.0.8/clients", { headers });
    return door(request, { address: `10.42.1.${n}` });
  };
  const first = Array.from({ length: 8 }, (_, n) => show(n));
  strictEqual((await show(8))?.status, 503);
  strictEqual(asked.length, 8);
  for (const answer of asked.splice(0)) answer();
  for (const response of await Promise.all(first)) strictEqual(response?.status, 401);
  const next = show(8);
  for (const answer of asked) answer();
  strictEqual((await next)?.status, 401);
});

Deno.test("controllerOnly goes on asking about tokens after many, and keeps the word on the last 64 alone", async () => {
  const { asked, knock } = doorTo({});
  const show = (n: number) => knock(`Bearer ${n}`, { peer: { address: `10.42.1.${n}` } });
  for (let n = 0; n < 65; n++) match(await show(n), /^401 /);
  strictEqual(asked.length, 65);
  await show(1);
  strictEqual(asked.length, 65);
  await show(0);
  strictEqual(asked.length, 66);
});

Deno.test("controllerOnly forgets first what was asked about longest ago, and not a token that it asked about anew", async () => {
  const { asked, clock, knock } = doorTo({ good: CONTROLLER });
  const show = (n: number) => knock(`Bearer ${n}`, { peer: { address: `10.42.1.${n}` } });
  strictEqual(await knock("Bearer good"), "in");
  await clock.advance(30_000);
  for (let n = 0; n < 63; n++) await show(n);
  await clock.advance(30_000);
  strictEqual(await knock("Bearer good"), "in");
  await show(64);
  strictEqual(asked.length, 66);
  strictEqual(await knock("Bearer good"), "in");
  strictEqual(asked.length, 66);
});

Deno.test("controllerOnly lets nobody in whom the API server names and does not vouch for", async () => {
  const user = { username: CONTROLLER };
  const door = controllerOnly({
    rest: toRestClient(() =>
      Promise.resolve({ status: { authenticated: false, audiences: ["vm-dhcp-agent"], user } })
    ),
    clock: new ManualClock(),
    user: CONTROLLER,
  });
  const headers = { authorization: "Bearer expired" };
  const response = await door(new Request("http://10.42.0.8/clients", { headers }), PEER);
  strictEqual(response?.status, 401);
});

Deno.test("controllerOnly lets in who asks from this machine, and no web page that its browser shows", async () => {
  const { asked, knock } = doorTo({});
  const peer = { address: "127.0.0.1" };
  strictEqual(await knock(undefined, { peer, headers: { host: "localhost:8080" } }), "in");
  match(
    await knock(undefined, { peer, headers: { host: "rebound.example:8080" } }),
    /^403 Only this machine and the controller are answered: .*rebound\.example/,
  );
  strictEqual(asked.length, 0);
});

Deno.test("controllerOnly answers this machine alone where no controller was named", async () => {
  const clock = new ManualClock();
  const door = controllerOnly({
    rest: toRestClient(() => Promise.reject(new Error("Asked"))),
    clock,
    user: undefined,
  });
  const headers = { authorization: "Bearer good" };
  const response = await door(new Request("http://10.42.0.8/clients", { headers }), PEER);
  strictEqual(response?.status, 403);
});
