/**
 * The programs of a deployment on a real kube-apiserver, and what they asked.
 *
 * @module
 */
import type { KubeObject } from "../../core/api/mod.ts";
import { AGENT, CONTROLLER, WEBHOOK } from "../../deploy/names.ts";
import { DEPLOYMENTS, type Resource } from "../../kube/mod.ts";
import { Real } from "../controller_real/real.ts";
import { until } from "../network/wait.ts";
import type { RealCluster } from "../real/mod.ts";
import { type Use, usesOf } from "./access.ts";
import { type DeploymentLike, Program } from "./program.ts";

const LONG_MS = 60_000;

/** The programs of the deployment in one namespace. Disposing it kills them. */
export class Scene implements AsyncDisposable {
  readonly real: Real;
  readonly cluster: RealCluster;
  readonly namespace: string;
  readonly programs: Program[] = [];
  /** The ServiceAccounts of all roles. */
  readonly users: ReadonlySet<string>;

  constructor(cluster: RealCluster, namespace: string) {
    this.cluster = cluster;
    this.namespace = namespace;
    this.real = new Real(cluster.rest);
    this.users = new Set(
      [CONTROLLER, WEBHOOK, AGENT].map((name) => `system:serviceaccount:${namespace}:${name}`),
    );
  }

  /** Starts a pod's program. */
  async start(name: string, pod: string, flags: readonly string[] = []): Promise<Program> {
    const deployment = await until(() => this.real.get(DEPLOYMENTS, `${this.namespace}/${name}`), {
      what: `Deployment ${name} exists`,
    });
    const program = await Program.start(this.cluster, {
      deployment: deployment as DeploymentLike,
      pod,
      flags: [...(name === WEBHOOK ? ["--https-port=0"] : []), ...flags],
    });
    this.programs.push(program);
    return program;
  }

  async uses(): Promise<readonly Use[]> {
    return usesOf(await this.cluster.auditEvents(), this.users);
  }

  /** Waits until a role asked for a verb on a resource. */
  async used(role: string, verb: string, resource: string): Promise<void> {
    await until(async () => await this.#isUsed(role, verb, resource), {
      what: `${role} asked for ${verb} ${resource}`,
      timeoutMs: LONG_MS,
      everyMs: 100,
    });
  }

  /** Writes an object again and again, which makes guarded writes of others fail, until they read it anew. */
  async disturb(
    at: { readonly resource: Resource<KubeObject>; readonly key: string },
    until: { readonly role: string; readonly read: string },
    change: (round: number) => object = () => ({}),
  ): Promise<void> {
    const deadline = performance.now() + LONG_MS;
    for (let round = 0; !await this.#isUsed(until.role, "get", until.read); round++) {
      if (performance.now() > deadline) throw new Error(`Never read anew: ${until.read}`);
      for (let n = 0; n < 40; n++) {
        const annotations = { "example.com/round": `${round}.${n}` };
        const body = { metadata: { annotations }, ...change(40 * round + n) };
        await this.real.patch(at.resource, at.key, body);
      }
    }
  }

  async #isUsed(role: string, verb: string, resource: string): Promise<boolean> {
    return (await this.uses()).some((use) =>
      use.user.endsWith(`:${role}`) && use.verb === verb && use.resource === resource
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of this.programs) await program[Symbol.asyncDispose]();
  }
}
