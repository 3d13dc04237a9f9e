/**
 * What an agent's program uses that serves many of a fleet's networks.
 *
 * @module
 */
import type { IPPool } from "../../../core/api/mod.ts";
import { run } from "../../network/command.ts";
import { AgentProcess } from "../../network/agent_process.ts";
import { systemClock } from "../../../runtime/clock.ts";
import { residentMb } from "../process_figures.ts";

const READY_MS = 120_000;
/** Until everything that was only needed to start is given back. */
const SETTLE_MS = 5_000;

/** What was seen of it. */
interface AgentFigures {
  /** From its start until it is ready, milliseconds. */
  readonly readyMs: number;
  readonly residentMb: number;
}

/**
 * An interface for each network, without anybody at its other end. They go with the network namespace that the program is in: enter
 * a private one first.
 */
export async function addInterfaces(count: number): Promise<void> {
  const lines = Array.from({ length: count }, (_, n) => [
    `link add ${interfaceOf(n)} type veth peer name peer${n}\n`,
    `link set ${interfaceOf(n)} up\n`,
    `link set peer${n} up\n`,
  ]);
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, `link set lo up\n${lines.flat().join("")}`);
  await run("ip", "-batch", file);
  await Deno.remove(file);
}

/** Runs an agent that serves these pools, and ends it. */
export async function agentFigures(
  kubeconfig: string,
  pools: readonly IPPool[],
): Promise<AgentFigures> {
  const networks = pools.map(({ metadata: { namespace, name }, spec }, n) => ({
    interfaceName: interfaceOf(n),
    serverIP: spec.ipv4Config.serverIP,
    cidr: spec.ipv4Config.cidr,
    ipPoolRef: `${namespace}/${name}`,
    ipPoolName: name,
    nadName: spec.networkName,
  }));
  const start = performance.now();
  await using agent = AgentProcess.start({
    server: "",
    flags: [`--kubeconfig=${kubeconfig}`, "--no-leader-election"],
    env: { AGENT_NETWORK_CONFIGS: JSON.stringify(networks) },
  });
  await agent.whenReady(READY_MS);
  const readyMs = performance.now() - start;
  await systemClock.sleep(SETTLE_MS);
  return { readyMs, residentMb: await residentMb(agent.processId) };
}

function interfaceOf(n: number): string {
  return `net${n}`;
}
