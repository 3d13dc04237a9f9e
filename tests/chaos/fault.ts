/**
 * What a fault is, and what it gets hold of.
 *
 * @module
 */
import { mustRun } from "../real/command.ts";
import type { ChaosScene } from "./scene.ts";

/** A fault under way. */
interface Effect {
  /** Ends it. */
  readonly end?: () => Promise<void>;
  /** Whether all that it sets off has happened: nothing has healed before. */
  readonly isOver?: () => Promise<boolean>;
}

/** Something that happens to a cluster. */
export interface Fault {
  /** Of `--fault`. */
  readonly name: string;
  /** For the table. */
  readonly about: string;
  /** How long it lasts, seconds; 0: a blow, from which healing begins at once. */
  readonly seconds: number;
  /** What must be there before the clients are watched. */
  prepare?(scene: ChaosScene): Promise<void>;
  /** Has it happen. */
  begin(scene: ChaosScene): Promise<Effect | void>;
}

/** A process of vm-dhcp in its pod. */
interface Program {
  readonly pid: number;
  readonly pod: string;
}

/** All processes of a program, those of the leader first. */
export async function programsOf(
  { cluster }: ChaosScene,
  program: "agent" | "controller" | "webhook",
): Promise<readonly Program[]> {
  const json = await cluster.node.kubectl(["-n", "vm-dhcp", "get", "pods", "-o", "json"]);
  const pods: { metadata: { uid: string; name: string } }[] = JSON.parse(json).items;
  const leader = program === "webhook" ? "" : await leaderOf(cluster.node, program);
  const found = (await cluster.processes(program)).flatMap(({ pid, cgroup }) =>
    pods.filter(({ metadata }) => cgroup.includes(metadata.uid))
      .map(({ metadata }) => ({ pid, pod: metadata.name }))
  );
  if (found.length === 0) throw new Error(`Find the processes of ${program}: there is none`);
  // A controller adds a name of its own to its pod's.
  const leads = ({ pod }: Program) => leader === pod || leader.startsWith(`${pod}_`);
  return found.sort((a, b) => Number(leads(b)) - Number(leads(a)));
}

/** The process of the pod that leads. */
export async function leading(
  scene: ChaosScene,
  program: "agent" | "controller",
): Promise<Program> {
  const [first] = await programsOf(scene, program);
  if (first === undefined) throw new Error(`Find the leader of ${program}: there is none`);
  return first;
}

async function leaderOf(
  node: ChaosScene["cluster"]["node"],
  program: "agent" | "controller",
): Promise<string> {
  const [namespace, name] = program === "agent"
    ? ["vm-dhcp", "vm-dhcp-agent"]
    : ["kube-system", "vm-dhcp-controllers"];
  const path = "jsonpath={.spec.holderIdentity}";
  return await node.kubectl(["-n", namespace, "get", "lease", name, "-o", path]);
}

/** Sends signals. A process that has ended by itself needs none. */
export function signal(programs: readonly Program[], name: Deno.Signal): void {
  for (const { pid } of programs) {
    try {
      Deno.kill(pid, name);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Runs a command in the network namespace of a process. */
export function inNetwork(pid: number, ...command: readonly string[]): Promise<string> {
  return mustRun("nsenter", [`--target=${pid}`, "--net", ...command]);
}

/** An interface as `ip -j link` tells it. */
interface IpLink {
  readonly ifname: string;
  readonly ifindex: number;
  readonly ifalias?: string;
  /** Of the other end of a pair. */
  readonly link_index?: number;
}

/** A pod's interface on a network, and its other end on the bridge. */
export async function portOf(
  scene: ChaosScene,
  { pid }: Program,
  network: string,
): Promise<{ readonly inside: string; readonly outside: string }> {
  const links: IpLink[] = JSON.parse(await inNetwork(pid, "ip", "-j", "link"));
  const inside = links.find(({ ifalias }) => ifalias === `vm-dhcp: default/${network}`);
  const there: IpLink[] = JSON.parse(await scene.cluster.node.mustRun("ip", ["-j", "link"]));
  const outside = there.find(({ ifindex }) => ifindex === inside?.link_index);
  if (inside === undefined || outside === undefined) {
    throw new Error(`Find the pod's interface on ${network}: ${JSON.stringify(links)}`);
  }
  return { inside: inside.ifname, outside: outside.ifname };
}
