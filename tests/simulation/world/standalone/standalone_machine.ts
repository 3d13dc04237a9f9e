/**
 * A machine without a cluster: the standalone server with its state file and its manifests, in place of an API server, controllers
 * and pods.
 *
 * @module
 */
import type { Link } from "../../../../agent/host/host_network.ts";
import {
  ApiError,
  createKubeClient,
  type KubeClient,
  type RequestOptions,
  type RestAnswer,
  type RestClient,
  toRestClient,
} from "../../../../kube/mod.ts";
import type { Clock, Random } from "../../../../runtime/clock.ts";
import type { EmbeddedApi } from "../../../../standalone/api/mod.ts";
import { openApi, runOver } from "../../../../standalone/run.ts";
import type { SimProcess } from "../../engine/process.ts";
import type { Timeline } from "../../engine/timeline.ts";
import type { ApiLink } from "../api_link.ts";
import type { ApiServer } from "../cluster.ts";
import type { Pods, SimPod } from "../kubelet.ts";
import { ManifestFolder } from "./manifest_folder.ts";
import type { SimAgent, SimController } from "../programs.ts";
import type { NetworkSegment } from "../segment.ts";
import { SimHost } from "../sim_host.ts";
import { StateFiles } from "./state_files.ts";
import { busyClock } from "../busy_clock.ts";

/** What the machine is made of. */
interface MachineGround {
  readonly timeline: Timeline;
  readonly random: Random;
  /** For its state. */
  readonly folder: string;
  readonly makeProcess: (name: string) => { readonly process: SimProcess; readonly link: ApiLink };
  readonly segmentOf: (network: string) => NetworkSegment;
  /** Networks that it is on, `namespace/name`, which are also its pools. */
  readonly networks: readonly string[];
  readonly onSent: (agent: SimAgent, link: Link, payload: Uint8Array) => void;
}

/** One life of the server. */
interface Life {
  readonly process: SimProcess;
  readonly link: ApiLink;
  readonly api: EmbeddedApi;
}

type Serving = Awaited<ReturnType<typeof runOver>>;

const NAME = "standalone";
const RESTART_MS = 2_000;
const NAMESPACES = ["tenant-a", "tenant-b"].map((name) =>
  `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n`
).join("---\n");
/** Longest way of a request of `kubectl` or back, milliseconds. */
const HOP_MS = 4;
const FIRST_MAC = 0x02_00_00_00_10_01;

/** The machine. */
export class StandaloneMachine implements ApiServer, Pods {
  readonly manifests: ManifestFolder;
  /** Its collector is not late: it is the server's own. */
  collectorLagMs = 0;
  /** Its kinds are this release's. */
  hasGoCrds = false;
  readonly hadGoCrdsAt = -Infinity;
  readonly #ground: MachineGround;
  readonly #files: StateFiles;
  readonly #pod: SimPod;
  readonly #onRestore: (() => void)[] = [];
  #life: Life | undefined;
  #serving: Serving | undefined;
  #lives = 0;

  constructor(ground: MachineGround) {
    const { timeline, random, folder, networks, segmentOf } = ground;
    this.#ground = ground;
    this.manifests = new ManifestFolder({ timeline, random });
    this.manifests.write("namespaces.yaml", NAMESPACES);
    this.#files = new StateFiles(folder, random);
    const host = new SimHost(NAME);
    const interfaces = networks.map((nad, number) => ({ nad, interfaceName: `br-${number}` }));
    for (const [number, { nad, interfaceName }] of interfaces.entries()) {
      host.attach(interfaceName, { segment: segmentOf(nad), mac: FIRST_MAC + number });
    }
    const env = () => ({ AGENT_NETWORK_CONFIGS: JSON.stringify(this.#served()) });
    this.#pod = {
      name: NAME,
      deployment: NAME,
      revision: "",
      node: NAME,
      // Which pool serves a network is found out by the server.
      get env() {
        return env();
      },
      networks: interfaces,
      host,
      files: new Map(),
      agent: undefined,
      restarts: 0,
      isEnding: false,
      words: undefined,
    };
  }

  /** Reads are the judge's, who sees through everything; writes take their way to the server. */
  get rest(): RestClient {
    return toRestClient((request) =>
      request.method === "GET" ? this.#read(request) : this.#write(request)
    );
  }

  get kube(): KubeClient {
    return createKubeClient(this.rest);
  }

  /** Called when the server is started again: its watches ended. */
  onRestore(handler: () => void): void {
    this.#onRestore.push(handler);
  }

  get pods(): readonly SimPod[] {
    return [this.#pod];
  }

  get agents(): readonly SimAgent[] {
    const { agent } = this.#pod;
    return agent?.process.alive === true ? [agent] : [];
  }

  /** The controller in it; none before it serves. */
  get controllers(): readonly SimController[] {
    const { controller } = this.#serving ?? {};
    if (this.#life === undefined || controller === undefined) return [];
    const { process, link } = this.#life;
    return [{ process, link, controller, election: { leading: true }, done: controller.done }];
  }

  /** Starts it. */
  begin(): Promise<void> {
    this.#start();
    return Promise.resolve();
  }

  network(): undefined {
    return undefined;
  }

  isAttachable(): boolean {
    return true;
  }

  runs(): boolean {
    return true;
  }

  /** Ends for good. */
  close(): void {
    this.#life?.process.kill();
  }

  // There is one machine, and nobody backs it up.
  backup(): void {}
  restore(): void {}
  loseNode(): void {}
  bringNode(): void {}
  evict(): void {}

  #start(): void {
    const { process, link } = this.#ground.makeProcess(`${NAME}.${this.#lives++}`);
    // It needs no way to what is in it.
    link.isInside = true;
    const clock = busyClock(process);
    const { random } = process;
    const state = this.#files.path;
    const api = openApi({ state, clock, random, log: process.log });
    const life: Life = { process, link, api };
    this.#life = life;
    this.#pod.host.process = process;
    const done = this.#run(life, clock);
    const serving = () => this.#serving;
    const agent: SimAgent = {
      process,
      link,
      get agent() {
        return serving()?.agent;
      },
      leading: () => process.alive,
      done,
    };
    this.#pod.agent = agent;
    process.onDeath(() => {
      this.#serving = undefined;
      this.#life = undefined;
      this.#files.cut();
      api.close();
      this.#pod.restarts++;
      this.#ground.timeline.after(RESTART_MS, () => this.#start());
    });
    const end = () => process.kill();
    done.then(end, end);
    for (const handler of this.#onRestore) handler();
  }

  async #run({ process, api }: Life, clock: Clock): Promise<void> {
    const { host, networks } = this.#pod;
    const serving = await runOver(api, {
      manifests: "manifests",
      openManifests: () => this.manifests.open(process, clock),
      interfaces: new Map(networks.map(({ nad, interfaceName }) => [nad, interfaceName])),
      log: process.log,
      hostname: process.name,
      clock,
      random: process.random,
      resolveHost: () => Promise.reject(new Error("There is no DNS")),
      host,
      openPort: (link) =>
        host.openPort(link, (payload) => {
          const { agent } = this.#pod;
          if (agent !== undefined) this.#ground.onSent(agent, link, payload);
        }),
    }, process.terminating.signal);
    if (process.alive) this.#serving = serving;
    await serving.done;
  }

  /** Interface and pool of each network that is served now. */
  #served(): readonly { readonly interfaceName: string; readonly ipPoolRef: string }[] {
    const { pools = {} } = this.#serving?.agent.report() ?? {};
    return Object.entries(pools).flatMap(([ipPoolRef, { interfaceName = "", reason }]) =>
      reason === "Serving" || reason === "AddressInUse" ? [{ interfaceName, ipPoolRef }] : []
    );
  }

  #read(request: RequestOptions): Promise<RestAnswer> {
    const { api } = this.#life ?? {};
    return api === undefined
      ? Promise.reject(refusal(request))
      : api.rest().performRequest(request) as Promise<RestAnswer>;
  }

  #write(request: RequestOptions): Promise<RestAnswer> {
    const { timeline, random } = this.#ground;
    return new Promise((resolve, reject) => {
      const later = (work: () => void) => timeline.after(random() * HOP_MS, work);
      const { process, api } = this.#life ?? {};
      if (process === undefined || api === undefined) {
        later(() => reject(refusal(request)));
        return;
      }
      later(() =>
        process.deliver(() =>
          void (api.rest().performRequest(request) as Promise<RestAnswer>).then(
            (answer) => later(() => resolve(answer)),
            (error) => later(() => reject(error)),
          )
        )
      );
    });
  }
}

function refusal({ method, path }: RequestOptions): ApiError {
  const status = { code: 500, reason: "ServiceUnavailable", message: "the server is not there" };
  return new ApiError(status, { method, path });
}
