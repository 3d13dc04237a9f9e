/**
 * The programs as their `main.ts` put them together, each in a simulated process.
 *
 * @module
 */
import { runAgent } from "../../../agent/agent.ts";
import { agentElection } from "../../../agent/election.ts";
import { whenTold } from "../../../agent/last_words.ts";
import { networksToServe } from "../../../agent/network_configs.ts";
import type { DatagramPort } from "../../../agent/socket/datagram_port.ts";
import type { Link } from "../../../agent/host/host_network.ts";
import type { RunningAgent, SnapshotStore } from "../../../agent/types.ts";
import { runController, type RunningController } from "../../../controller/mod.ts";
import type { Tenancy } from "../../../core/api/tenancy.ts";
import { createKubeClient, LeaderElection } from "../../../kube/mod.ts";
import { untilAborted } from "../../../runtime/abort.ts";
import { followCluster } from "../../../webhook/cluster/informer_view.ts";
import { createWebhook, type WebhookHandler } from "../../../webhook/mod.ts";
import type { SimProcess } from "../engine/process.ts";
import type { ApiLink } from "./api_link.ts";
import type { SimHost } from "./sim_host.ts";

/** Namespace of controllers and agents. */
export const NAMESPACE = "vm-dhcp";
/** Name of the template Deployment. */
export const TEMPLATE = "agent";
/** Who the controller is to the webhook. */
const CONTROLLER_USER = `system:serviceaccount:${NAMESPACE}:controller`;

/** What every program is given. */
interface Ground {
  readonly process: SimProcess;
  readonly link: ApiLink;
}

/** A controller that runs. */
export interface SimController extends Ground {
  readonly controller: RunningController;
  readonly election: Pick<LeaderElection, "leading">;
  /** Resolves when it has ended as it was asked to. */
  readonly done: Promise<void>;
}

/** Starts a controller, as `controller/main.ts` does. */
export function startController(
  { process, link }: Ground,
  { tenancy }: { readonly tenancy: Tenancy },
): SimController {
  const { clock, random, log, terminating } = process;
  const { rest } = link;
  const election = new LeaderElection({
    client: createKubeClient(rest),
    lease: { namespace: "kube-system", name: "vm-dhcp-controllers" },
    identity: process.name,
    durationMs: 15_000,
    renewMs: 2_000,
    onSilence: "stop",
    clock,
    random,
    logger: log,
  });
  const controller = runController({
    rest,
    clock,
    random,
    log,
    tenancy,
    instance: process.name,
    agentNamespace: NAMESPACE,
    agents: {
      namespace: NAMESPACE,
      template: TEMPLATE,
      settings: {
        replicas: 2,
        antiAffinity: "preferred",
        poolsPerAgent: 100,
        containerName: "agent",
      },
    },
    leadership: election,
  }, terminating.signal);
  const stopped = new AbortController();
  const elected = election.run(stopped.signal);
  const done = controller.done.then(async () => {
    stopped.abort();
    await elected;
  });
  return { process, link, controller, election, done };
}

/** A webhook that runs. */
export interface SimWebhook extends Ground {
  readonly handle: WebhookHandler;
  readonly notReady: () => readonly string[];
  readonly done: Promise<void>;
}

/** Starts a webhook, as `webhook/webhook.ts` does but for its certificates and its server. */
export function startWebhook(
  { process, link }: Ground,
  { tenancy }: { readonly tenancy: Tenancy },
): SimWebhook {
  const { clock, random, log, terminating: { signal } } = process;
  const cluster = followCluster({ kube: createKubeClient(link.rest), clock, random, log });
  const handle = createWebhook({
    cluster,
    tenancy,
    trustedUsers: [CONTROLLER_USER, "system:serviceaccount:kube-system:generic-garbage-collector"],
    notReady: () => cluster.notReady(),
    log,
  });
  return { process, link, handle, notReady: () => cluster.notReady(), done: cluster.run(signal) };
}

/** An agent that runs. */
export interface SimAgent extends Ground {
  /** Unset until it has read whether it led. */
  readonly agent: RunningAgent | undefined;
  leading(): boolean;
  readonly done: Promise<void>;
}

/** Starts an agent, as `agent/main.ts` does. */
export function startAgent(
  { process, link, env, host, snapshots, onSent }: Ground & {
    /** Environment of its container. */
    readonly env: Readonly<Record<string, string>>;
    readonly host: SimHost;
    readonly snapshots: SnapshotStore;
    readonly onSent: (link: Link, payload: Uint8Array) => void;
  },
): SimAgent {
  const { clock, random, log, terminating } = process;
  const { rest } = link;
  const { VM_DHCP_AGENT_NAME: name = "", POD_NAME: podName = "", POD_UID: uid = "" } = env;
  const networks = networksToServe({
    configs: env["AGENT_NETWORK_CONFIGS"],
    refs: env["IPPOOL_REFS_JSON"],
  }, log);
  let leading = () => false;
  const started: { agent: RunningAgent | undefined } = { agent: undefined };
  const run = async () => {
    const common = { clock, random, log, snapshots };
    const election = await agentElection({
      ...common,
      client: createKubeClient(rest),
      lease: { namespace: NAMESPACE, name },
      identity: podName,
    });
    leading = () => election.leading;
    const stop = new AbortController();
    const agent = runAgent({
      ...common,
      rest,
      host,
      openPort: (link): DatagramPort => host.openPort(link, (payload) => onSent(link, payload)),
      name,
      namespace: NAMESPACE,
      pod: { namespace: NAMESPACE, name: podName, uid },
      networks,
      leadership: election,
    }, stop.signal);
    started.agent = agent;
    const ending = new AbortController();
    void whenTold(agent, { signal: terminating.signal, clock })
      .then(() => ending.abort(terminating.signal.reason), () => undefined);
    // A leader that ends goes on answering until its successor does.
    await election.run(ending.signal);
    stop.abort(terminating.signal.reason);
    await agent.done;
  };
  return {
    process,
    link,
    get agent() {
      return started.agent;
    },
    leading: () => leading(),
    done: networks.length === 0 ? untilAborted(terminating.signal) : run(),
  };
}
