import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { HeardAnswer } from "../../core/inspect/heard.ts";
import { systemClock } from "../../runtime/clock.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { HeardClient } from "./heard_client.ts";

const NEVER = new AbortController().signal;

function answerOf(pod: string): HeardAnswer {
  const client = {
    pool: "default/net-48",
    macAddress: "52:54:00:00:00:01",
    known: true,
    at: "2026-01-01T00:00:00Z",
    asked: "DISCOVER",
    answer: "OFFER",
    why: "",
    address: "192.168.48.81",
    offersUntaken: 1,
    ackedAt: "",
    relay: "",
  };
  const pools = [{ pool: "default/net-48", since: "2026-01-01T00:00:00Z", forgotten: 0 }];
  return { pod, since: "2026-01-01T00:00:00Z", pools, clients: [client], leftOut: 0 };
}

type Handle = (request: Request) => Response | Promise<Response>;

/** Agents that answer so, on addresses of this machine, all on one port. */
async function withAgents(
  agents: Readonly<Record<string, Handle>>,
  use: (client: HeardClient) => Promise<void>,
): Promise<void> {
  const servers: Deno.HttpServer[] = [];
  let port = 0;
  const pods = Object.keys(agents).map((name, n) => ({ name, ip: `127.0.0.${2 + n}` }));
  for (const [n, { name, ip }] of pods.entries()) {
    const handle = agents[name];
    if (handle === undefined) continue;
    const server = Deno.serve({ hostname: ip, port, onListen: () => undefined }, handle);
    servers.push(server);
    if (n === 0) port = (server.addr as Deno.NetAddr).port;
  }
  try {
    await use(
      new HeardClient({
        pods: () => pods,
        token: () => Promise.resolve("secret\n"),
        clock: systemClock,
        port,
      }),
    );
  } finally {
    for (const server of servers) await server.shutdown();
  }
}

Deno.test("HeardClient asks all agents by token, and hands on pool and MAC addresses", async () => {
  const asked: string[] = [];
  const answer = (pod: string): Handle => (request) => {
    const { pathname, search } = new URL(request.url);
    asked.push(`${request.headers.get("authorization")} ${pathname}${search}`);
    return Response.json({ ...answerOf(pod), later: "more" });
  };
  await withAgents(
    { "agent-1": answer("agent-1"), "agent-2": answer("agent-2") },
    async (client) => {
      const query = {
        pool: "default/net-48",
        macAddresses: ["52:54:00:00:00:01", "52:54:00:00:00:02"],
      };
      const { answers, problems } = await client.heard(query, NEVER);
      deepStrictEqual(problems, []);
      deepStrictEqual(answers, [answerOf("agent-1"), answerOf("agent-2")]);
      const wanted =
        "Bearer secret /clients?pool=default%2Fnet-48&mac=52%3A54%3A00%3A00%3A00%3A01&mac=52%3A54%3A00%3A00%3A00%3A02";
      deepStrictEqual(asked, [wanted, wanted]);
    },
  );
});

Deno.test("HeardClient names the agents that do not answer, or no sense, and why, and tells what the others say", async () => {
  // To one that would answer, and be shown the token.
  const elsewhere: Handle = ({ url }) =>
    Response.redirect(`http://127.0.0.2:${new URL(url).port}/clients`, 307);
  await withAgents({
    good: () => Response.json(answerOf("good")),
    refusing: () => Response.json({ error: "Only the controller is answered" }, { status: 403 }),
    older: () => Response.json({ error: "No such page: /clients" }, { status: 404 }),
    broken: () => Response.json({ pod: "broken" }),
    elsewhere,
  }, async (client) => {
    const { answers, problems } = await client.heard({}, NEVER);
    deepStrictEqual(answers.map(({ pod }) => pod), ["good"]);
    strictEqual(problems.length, 4);
    for (
      const said of [
        /^Agent refusing answers 403: Only the controller is answered$/,
        /^Agent older answers 404: No such page: \/clients$/,
        /^Agent broken cannot be asked: the answer is none of an agent: since: /,
        /^Agent elsewhere cannot be asked: /,
      ]
    ) ok(problems.some((problem) => said.test(problem)), `${said}: ${problems.join("\n")}`);
  });
});

Deno.test("HeardClient takes no more than 16 MiB of an agent's answer", async () => {
  let sent = 0;
  const endless = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => {
          sent++;
          controller.enqueue(new Uint8Array(1_048_576).fill(32));
        },
      }),
    );
  await withAgents({ endless }, async (client) => {
    const { problems } = await client.heard({}, NEVER);
    deepStrictEqual(problems, [
      "Agent endless cannot be asked: the answer is longer than 16777216 octets",
    ]);
  });
  ok(sent < 64, `${sent} MiB`);
});

Deno.test("HeardClient waits two seconds for an agent that hangs, and no longer", async () => {
  const clock = new ManualClock();
  const client = new HeardClient({
    pods: () => [{ name: "hangs", ip: "fd00::1" }],
    token: () => Promise.resolve(undefined),
    clock,
    fetch: (url, { signal }) => {
      strictEqual(url.href, "http://[fd00::1]:8080/clients?");
      return new Promise((_, reject) =>
        signal?.addEventListener("abort", () => reject(signal.reason))
      );
    },
  });
  const asking = client.heard({}, NEVER);
  await clock.advance(2_000);
  deepStrictEqual(await asking, {
    answers: [],
    problems: ["Agent hangs cannot be asked: no answer within 2 s"],
  });
  strictEqual(clock.sleeping, 0);
});

Deno.test("HeardClient says that no agent runs, and that the token cannot be read", async () => {
  const common = { clock: systemClock, fetch: () => Promise.reject(new Error("Asked")) };
  const none = new HeardClient({
    ...common,
    pods: () => [],
    token: () => Promise.resolve(undefined),
  });
  deepStrictEqual(await none.heard({}, NEVER), {
    answers: [],
    problems: ["No pod of an agent runs"],
  });
  const response = await none.packets({ seconds: 1, format: "text" }, NEVER);
  deepStrictEqual([response.status, await response.json()], [502, {
    error: "No pod of an agent runs",
  }]);
  const unread = new HeardClient({
    ...common,
    pods: () => [{ name: "a", ip: "127.0.0.2" }, { name: "b", ip: "127.0.0.3" }],
    token: () => Promise.reject(new Error("No such file: /token")),
  });
  const { problems } = await unread.heard({}, NEVER);
  deepStrictEqual(problems, [
    "Cannot ask agents, their token cannot be read: No such file: /token",
  ]);
});

Deno.test("HeardClient hands on the packets of all agents as they come, and goes on where one breaks off or has no such pool", async () => {
  const { promise: finish, resolve } = Promise.withResolvers<void>();
  const send = (...pieces: readonly string[]) =>
    new Response(
      ReadableStream.from((async function* () {
        for (const piece of pieces) yield new TextEncoder().encode(piece);
        await finish;
        yield new TextEncoder().encode("last\n\n");
      })()),
      { headers: { "content-type": "text/plain" } },
    );
  const breaks = () =>
    new Response(
      new ReadableStream({
        start: (controller) => {
          controller.enqueue(new TextEncoder().encode("broken\n\n"));
          setTimeout(() => controller.error(new Error("gone")), 20);
        },
      }),
    );
  await withAgents({
    leader: (request) => {
      strictEqual(new URL(request.url).search, "?pool=default%2Fnet-48&seconds=9&format=text");
      return send("fir", "st\n\nsecond\n", "\n");
    },
    breaks,
    other: () => Response.json({ error: "This agent has no pool" }, { status: 404 }),
  }, async (client) => {
    const query = { pool: "default/net-48", seconds: 9, format: "text" } as const;
    const response = await client.packets(query, NEVER);
    strictEqual(response.status, 200);
    let text = "";
    for await (const chunk of response.body ?? []) {
      text += new TextDecoder().decode(chunk);
      match(text, /\n\n$/); // Whole packets alone.
      if (text.includes("second") && text.includes("broken")) resolve();
    }
    deepStrictEqual(text.split("\n\n").toSorted(), ["", "broken", "first", "last", "second"]);
  });
});

Deno.test("HeardClient answers 404 for the packets of a pool that no agent has", async () => {
  const none = () => Response.json({ error: "This agent has no pool default/x" }, { status: 404 });
  await withAgents({ one: none, two: none }, async (client) => {
    const response = await client.packets({ pool: "default/x", seconds: 1, format: "pcap" }, NEVER);
    strictEqual(response.status, 404);
    match(
      (await response.json()).error,
      /Agent one answers 404: This agent has no pool default\/x; Agent two/,
    );
  });
});

Deno.test("HeardClient ends what it reads when nobody reads it, also while no packet comes", async () => {
  const ended = Promise.withResolvers<void>();
  await withAgents({
    silent: () => new Response(new ReadableStream({ cancel: () => ended.resolve() })),
  }, async (client) => {
    const response = await client.packets({ seconds: 600, format: "text" }, NEVER);
    const reader = response.body?.getReader();
    void reader?.read();
    await reader?.cancel();
    await ended.promise;
  });
});

Deno.test("HeardClient keeps no more of hostile agents than it has room for, and goes on with the others", async () => {
  let sent = 0;
  /** Claims to hear more and more, in well-formed JSON. */
  const endless: Handle = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => {
          sent += 65_536;
          controller.enqueue(
            new TextEncoder().encode(sent === 65_536 ? '{"clients":[' : "1,".repeat(32_768)),
          );
        },
      }),
    );
  await withAgents({
    "agent-1": endless,
    "agent-2": () => Response.json(answerOf("agent-2")),
  }, async (client) => {
    const { answers, problems } = await client.heard(
      { macAddresses: ["52:54:00:00:00:01"] },
      NEVER,
    );
    deepStrictEqual(answers.map(({ pod }) => pod), ["agent-2"]);
    match(
      problems.join(),
      /^Agent agent-1 cannot be asked: the answer is longer than 1048576 octets$/,
    );
    ok(sent < 8 * 1024 * 1024, `${sent} octets were taken`);
  });
});

Deno.test("HeardClient keeps no more of many agents than it has room for", async () => {
  const clients = Array.from({ length: 25_000 }, () => answerOf("a").clients[0]);
  const big = JSON.stringify({ ...answerOf("a"), clients });
  ok(big.length > 5_000_000 && big.length < 12_000_000);
  const fetch = () => Promise.resolve(new Response(big));
  const pods = Array.from({ length: 16 }, (_, n) => ({ name: `agent-${n}`, ip: "127.0.0.1" }));
  const token = () => Promise.resolve("secret");
  const client = new HeardClient({ pods: () => pods, token, clock: new ManualClock(), fetch });
  const { answers, problems } = await client.heard({}, NEVER);
  ok(answers.length <= 12, `${answers.length} answers of ${big.length} octets`);
  match(problems[0] ?? "", /the answers of all agents together are too long$/);
});
