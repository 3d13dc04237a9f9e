import { deepStrictEqual, ok } from "node:assert/strict";
import type { HeardAnswer } from "../../core/inspect/heard.ts";
import { NAMESPACES } from "../../kube/mod.ts";
import { AgentsLab, NAMESPACE } from "./agents_lab.ts";

const NEVER = new AbortController().signal;
/** Where agents' pods listen. */
const PORT = 8080;

function status(podIP: string, phase = "Running"): object {
  const state = phase === "Running"
    ? { running: {} }
    : { waiting: { reason: "ContainerCreating" } };
  return {
    phase,
    podIP,
    podIPs: [{ ip: podIP }],
    containerStatuses: [
      { name: "agent", image: "x", imageID: "", ready: true, restartCount: 0, state },
    ],
  };
}

Deno.test("a controller asks the pods of its agents that run, and no other, by its token", async () => {
  await using lab = new AgentsLab();
  await lab.create(NAMESPACES, { metadata: { name: NAMESPACE } });
  await lab.template();
  const { agents, ...options } = lab.options();
  ok(agents);
  const token = () => Promise.resolve("for-agents\n");
  const { controller } = lab.start({ ...options, agents: { ...agents, token } });
  await lab.settle();
  const { inspect } = controller;
  deepStrictEqual(await inspect.heard({}, NEVER), {
    answers: [],
    problems: ["No pod of an agent runs"],
  });

  // Addresses of this machine that hardly another program has.
  const [b = 0, c = 0] = crypto.getRandomValues(new Uint8Array(2));
  const ips = [1, 2, 3].map((last) => `127.${1 + b % 250}.${c}.${last}`);
  const [leader = "", standby = "", made = ""] = ips;
  const answer = (pod: string): HeardAnswer => ({
    pod,
    since: "2026-01-01T00:00:00Z",
    pools: [],
    clients: [],
    leftOut: 0,
  });
  const asked: string[] = [];
  const server = Deno.serve(
    { hostname: leader, port: PORT, onListen: () => undefined },
    (request) => {
      asked.push(`${new URL(request.url).pathname} ${request.headers.get("authorization")}`);
      return Response.json(answer("agent-1"));
    },
  );
  try {
    await lab.pod("agent-1", { deployment: "agent-mgmt", status: status(leader) });
    await lab.pod("agent-2", { deployment: "agent-mgmt", status: status(standby) });
    await lab.pod("agent-3", { deployment: "agent-mgmt", status: status(made, "Pending") });
    const { answers, problems } = await inspect.heard({}, NEVER);
    deepStrictEqual(answers, [answer("agent-1")]);
    deepStrictEqual(problems.map((problem) => problem.split(":")[0]), [
      "Agent agent-2 cannot be asked",
    ]);
    deepStrictEqual(asked, ["/clients Bearer for-agents"]);
  } finally {
    await server.shutdown();
  }
});
