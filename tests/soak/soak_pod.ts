/**
 * The pods of the soak: a program of a Deployment each, at an address of its own.
 *
 * @module
 */
import { DEPLOYMENTS } from "../../kube/mod.ts";
import type { Real } from "../controller_real/real.ts";
import { type DeploymentLike, Program } from "../deploy/program.ts";
import { until } from "../network/wait.ts";
import type { RealCluster } from "../real/mod.ts";

const READY_MS = 120_000;
const COLLECT_MS = 10_000;
const LEFT = /^Left on the heap: (\d+) of objects, (\d+) of functions$/m;
/** What a webhook logs when it is. */
const READY = "Serving with a certificate";

/** Which pod of which Deployment. */
interface SoakPodOptions {
  readonly cluster: RealCluster;
  readonly real: Real;
  /** The Deployment, `namespace/name`. */
  readonly deployment: string;
  readonly role: "controller" | "webhook" | "agent";
  readonly name: string;
  readonly podIP: string;
  /** Where it reaches the API server. */
  readonly server: string;
  /** Process that has its network; unset: this one. */
  readonly networkOf?: number;
}

/** A pod that runs; disposing it kills it. */
export class SoakPod implements AsyncDisposable {
  readonly role: SoakPodOptions["role"];
  readonly name: string;
  readonly #options: SoakPodOptions;
  #program: Program;
  /** How often it was started anew. */
  restarts = 0;
  /** Of its last start, on the clock of `performance`. */
  startedMs = performance.now();

  private constructor(options: SoakPodOptions, program: Program) {
    this.role = options.role;
    this.name = options.name;
    this.#options = options;
    this.#program = program;
  }

  /** Starts it, and waits until it is ready. */
  static async start(options: SoakPodOptions): Promise<SoakPod> {
    const pod = new SoakPod(options, await startProgram(options));
    await pod.#whenReady();
    return pod;
  }

  get processId(): number {
    return this.#program.processId;
  }

  /** What it logged since its last start. */
  get log(): string {
    return this.#program.log;
  }

  /** Its metrics as text; none of a webhook, and of one that does not answer. */
  async metrics(): Promise<string> {
    if (this.role === "webhook") return "";
    try {
      const answer = await fetch(this.#url("/metrics"));
      return await answer.text();
    } catch {
      return "";
    }
  }

  /** Has it collect its garbage, and answers the octets that are left on its heap; NaN where it does not tell in time. */
  async collect(): Promise<{ readonly objects: number; readonly functions: number }> {
    const program = this.#program;
    const from = program.log.length;
    try {
      Deno.kill(program.processId, "SIGURG");
      const [, objects, functions] = await until(
        () => LEFT.exec(program.log.slice(from)) ?? undefined,
        { what: `${this.name} collects`, timeoutMs: COLLECT_MS },
      );
      return { objects: Number(objects), functions: Number(functions) };
    } catch {
      return { objects: NaN, functions: NaN }; // It is being started anew, say.
    }
  }

  /** Whether it is the one of its kind that works. */
  async isLeading(): Promise<boolean> {
    return /^vmdhcp\w+_leading 1$/m.test(await this.metrics());
  }

  /** Ends it, by a kill or as asked, and starts it in the same place, as a kubelet does with a container. */
  async restart({ killed }: { readonly killed: boolean }): Promise<void> {
    if (killed) await this.#program[Symbol.asyncDispose]();
    else await this.#program.stop();
    this.#program = await startProgram(this.#options);
    this.restarts++;
    this.startedMs = performance.now();
    await this.#whenReady();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }

  #url(path: string): string {
    return `http://${this.#options.podIP}:8080${path}`;
  }

  async #whenReady(): Promise<void> {
    // A webhook is asked by TLS alone.
    const isReady = this.role === "webhook"
      ? () => this.log.includes(READY)
      : () =>
        fetch(this.#url("/readyz")).then(async (answer) => {
          await answer.body?.cancel();
          return answer.ok;
        }, () => false);
    await until(isReady, { what: `${this.name} is ready`, timeoutMs: READY_MS, everyMs: 100 })
      .catch((cause) => {
        throw new Error(`${this.name} does not start: ${this.log.slice(-2_000)}`, { cause });
      });
  }
}

async function startProgram(options: SoakPodOptions): Promise<Program> {
  const { cluster, real, deployment, name, podIP, server, networkOf } = options;
  const found = await real.get(DEPLOYMENTS, deployment);
  if (found === undefined) throw new Error(`Cannot find the Deployment ${deployment}`);
  return await Program.start(cluster, {
    deployment: found as DeploymentLike,
    pod: name,
    flags: [],
    podIP,
    ownAddress: true,
    server,
    preload: "tests/soak/collect.ts",
    ...(networkOf === undefined ? {} : { networkOf }),
  });
}
