/**
 * A real etcd and kube-apiserver for one test or bench, on loopback, gone afterwards.
 *
 * @module
 */
import { createFetchClient, type FetchClient } from "../../kube/mod.ts";
import type { JsonValue, RestClient } from "../../kube/rest_client.ts";
import { FOREIGN_CRDS, OWN_CRDS } from "./crds.ts";
import type { JsonObject } from "../../standalone/api/json.ts";
import { type AuditEvent, auditFlags, readAudit } from "./audit.ts";
import { type CommandResult, mustRun, runCommand } from "./command.ts";
import { installCrds } from "./install_crds.ts";
import { type TestUser, writeCredentials } from "./credentials.ts";
import { kubeconfigText } from "./kubeconfig.ts";
import { freePorts } from "./ports.ts";
import { findPrograms, type Programs, type Progress } from "./programs.ts";
import { ServiceProcess } from "./service_process.ts";

/** What to start. */
interface RealClusterOptions {
  /** Also run kube-controller-manager with the garbage collector and the namespace controller. */
  readonly controllerManager?: boolean;
  /** Install vm-dhcp's, KubeVirt's and Multus' CRDs (default), other ones, or none. */
  readonly crds?: boolean | readonly JsonObject[];
  /** Users beside the administrator, for {@linkcode RealCluster.kubeconfigFor}; they may do what RBAC allows. */
  readonly users?: readonly TestUser[];
  /** Keep what is asked, for {@linkcode RealCluster.auditEvents}. */
  readonly audit?: boolean;
  /** Further flags of kube-apiserver; the last one of a name counts. */
  readonly apiServerFlags?: readonly string[];
  readonly progress?: Progress;
}

/** How to run kubectl. */
interface KubectlOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Instead of the administrator's. */
  readonly kubeconfig?: string;
}

/** Who a kubeconfig is for: a user of {@linkcode RealClusterOptions.users} or a ServiceAccount (made if missing). */
type KubeconfigSubject =
  | { readonly user: string }
  | {
    readonly serviceAccount: { readonly namespace: string; readonly name: string };
    /** Name of the pod that the token is for, as the kubelet asks for it; the pod is made if missing. */
    readonly pod?: string;
  };

/** Seconds on a machine of its own; other work beside it may stretch them. */
const READY_MS = 120_000;

/** A running cluster. Dispose it: everything it started ends, everything it wrote goes. */
export class RealCluster implements AsyncDisposable {
  /** Address of the API server. */
  readonly url: string;
  /** File of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Temporary folder of this cluster; tests may write into it. */
  readonly folder: string;
  readonly programs: Programs;
  #rest: FetchClient | undefined;
  readonly #ports: { readonly etcd: number; readonly peer: number; readonly api: number };
  #tokens: ReadonlyMap<string, string> = new Map();
  readonly #running = new AsyncDisposableStack();
  #apiserver: ServiceProcess | undefined;
  #etcd: ServiceProcess | undefined;
  #caCertificate = "";
  #apiServerFlags: readonly string[] = [];

  /** Use {@linkcode startRealCluster}. */
  constructor(folder: string, programs: Programs) {
    const [etcd = 0, peer = 0, api = 0] = freePorts(3);
    this.folder = folder;
    this.programs = programs;
    this.#ports = { etcd, peer, api };
    this.url = `https://127.0.0.1:${api}`;
    this.kubeconfig = `${folder}/admin.kubeconfig`;
    this.#running.defer(() => Deno.remove(folder, { recursive: true }));
  }

  /** The administrator's client. */
  get rest(): RestClient {
    if (this.#rest === undefined) {
      throw new Error(`Cannot use a cluster that is not running: ${this.url}`);
    }
    return this.#rest;
  }

  /** Process id of kube-apiserver, for measurements. */
  get apiserverPid(): number | undefined {
    return this.#apiserver?.pid;
  }

  /** Process id of etcd, for measurements. */
  get etcdPid(): number | undefined {
    return this.#etcd?.pid;
  }

  /** Address of etcd's metrics. */
  get etcdMetricsUrl(): string {
    return `http://127.0.0.1:${this.#ports.etcd}/metrics`;
  }

  /** Starts everything. */
  async start(options: RealClusterOptions): Promise<void> {
    this.#tokens = await writeCredentials(this.folder, options.users ?? []);
    this.#apiServerFlags = [
      ...options.audit === true ? await auditFlags(this.folder) : [],
      ...options.apiServerFlags ?? [],
    ];
    await this.#startEtcd();
    await this.startApiServer();
    const token = this.#tokens.get("admin") ?? "";
    this.#caCertificate = await Deno.readTextFile(`${this.folder}/certs/apiserver.crt`);
    await Deno.writeTextFile(this.kubeconfig, this.#kubeconfigText("admin", token));
    this.#rest = this.#running.use(createFetchClient({
      server: this.url,
      caCertificates: [this.#caCertificate],
      credentials: () => Promise.resolve({ authorization: `Bearer ${token}` }),
      userAgent: "test",
    }));
    const crds = options.crds ?? true;
    if (crds === true) await installCrds(this.rest, [...OWN_CRDS, ...FOREIGN_CRDS]);
    else if (crds !== false) await installCrds(this.rest, crds);
    if (options.controllerManager === true) await this.#startControllerManager();
  }

  /** Starts the API server (again) on its address. */
  async startApiServer(): Promise<void> {
    const { folder } = this;
    this.#apiserver = this.#running.use(
      await ServiceProcess.start("kube-apiserver", {
        log: `${folder}/kube-apiserver.log`,
        command: [
          this.programs["kube-apiserver"],
          `--etcd-servers=http://127.0.0.1:${this.#ports.etcd}`,
          "--bind-address=127.0.0.1",
          "--advertise-address=127.0.0.1",
          `--secure-port=${this.#ports.api}`,
          `--cert-dir=${folder}/certs`,
          `--token-auth-file=${folder}/tokens.csv`,
          "--service-account-issuer=https://kubernetes.default.svc",
          `--service-account-key-file=${folder}/service-account.pub`,
          `--service-account-signing-key-file=${folder}/service-account.key`,
          "--service-cluster-ip-range=10.96.0.0/16",
          "--authorization-mode=RBAC",
          "--disable-admission-plugins=ServiceAccount",
          "--enable-aggregator-routing=true",
          ...this.#apiServerFlags,
        ],
      }),
    );
    await this.#apiserver.whenReady(() => this.#answers("/readyz"), READY_MS);
  }

  /** What was asked of the API server so far; only with {@linkcode RealClusterOptions.audit}. */
  auditEvents(): Promise<readonly AuditEvent[]> {
    return readAudit(this.folder);
  }

  /** Kills the API server; its state stays in etcd. */
  async stopApiServer(): Promise<void> {
    await this.#apiserver?.[Symbol.asyncDispose]();
    this.#apiserver = undefined;
  }

  /** Copies etcd's state into a folder; it is away for as long as that takes. */
  async backUp(folder: string): Promise<void> {
    await this.#etcd?.[Symbol.asyncDispose]();
    await mustRun("cp", ["--archive", `${this.folder}/etcd`, folder]);
    await this.#startEtcd();
  }

  /** Ends the API server and etcd, and puts the state of a folder in the place of etcd's. */
  async stopAndRestore(folder: string): Promise<void> {
    await this.stopApiServer();
    await this.#etcd?.[Symbol.asyncDispose]();
    await Deno.remove(`${this.folder}/etcd`, { recursive: true });
    await mustRun("cp", ["--archive", folder, `${this.folder}/etcd`]);
  }

  /** Starts both again. */
  async startAgain(): Promise<void> {
    await this.#startEtcd();
    await this.startApiServer();
  }

  /** Runs kubectl, by default as the administrator. */
  kubectl(args: readonly string[], options: KubectlOptions = {}): Promise<CommandResult> {
    return runCommand(this.programs.kubectl, args, {
      ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
      env: {
        KUBECONFIG: options.kubeconfig ?? this.kubeconfig,
        KUBECACHEDIR: `${this.folder}/kubectl-cache`,
        ...options.env,
      },
    });
  }

  /** Writes a kubeconfig for somebody else and gives its path. */
  async kubeconfigFor(subject: KubeconfigSubject): Promise<string> {
    const [name, token] = "user" in subject
      ? [subject.user, this.#tokens.get(subject.user)]
      : await this.#serviceAccountToken(subject.serviceAccount, subject.pod);
    if (token === undefined) {
      throw new Error(`Cannot make a kubeconfig for a user that was not declared: ${name}`);
    }
    const pod = "pod" in subject ? `.${subject.pod}` : "";
    const path = `${this.folder}/${name.replaceAll(/[^\w.-]/g, "_")}${pod}.kubeconfig`;
    await Deno.writeTextFile(path, this.#kubeconfigText(name, token));
    return path;
  }

  /** Ends what was started and removes what was written. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running.disposeAsync();
  }

  #kubeconfigText(user: string, token: string): string {
    return kubeconfigText({
      server: this.url,
      caCertificate: this.#caCertificate,
      user,
      token,
      namespace: "default",
    });
  }

  async #startEtcd(): Promise<void> {
    const client = `http://127.0.0.1:${this.#ports.etcd}`;
    const peer = `http://127.0.0.1:${this.#ports.peer}`;
    this.#etcd = this.#running.use(
      await ServiceProcess.start("etcd", {
        log: `${this.folder}/etcd.log`,
        command: [
          this.programs.etcd,
          "--name=test",
          `--data-dir=${this.folder}/etcd`,
          `--listen-client-urls=${client}`,
          `--advertise-client-urls=${client}`,
          `--listen-peer-urls=${peer}`,
          `--initial-advertise-peer-urls=${peer}`,
          `--initial-cluster=test=${peer}`,
          "--unsafe-no-fsync",
        ],
      }),
    );
    await this.#etcd.whenReady(() => isOk(`${client}/health`), READY_MS);
  }

  async #startControllerManager(): Promise<void> {
    const manager = this.#running.use(
      await ServiceProcess.start("kube-controller-manager", {
        log: `${this.folder}/kube-controller-manager.log`,
        command: [
          this.programs["kube-controller-manager"],
          `--kubeconfig=${this.kubeconfig}`,
          "--controllers=garbage-collector-controller,namespace-controller,clusterrole-aggregation-controller",
          "--leader-elect=false",
          "--secure-port=0",
          "--kube-api-qps=200",
          "--kube-api-burst=400",
        ],
      }),
    );
    await manager.whenReady(() => this.#collects(), READY_MS);
  }

  /** Whether the garbage collector works: a dependent of an owner that never was is deleted. */
  async #collects(): Promise<boolean> {
    const path = "/api/v1/namespaces/default/configmaps";
    const name = "garbage-collector-probe";
    try {
      await this.rest.performRequest({ method: "GET", path: `${path}/${name}` });
      return false;
    } catch {
      if (this.#probed) return true;
    }
    this.#probed = true;
    const owner = { apiVersion: "v1", kind: "ConfigMap", name: "nobody", uid: crypto.randomUUID() };
    const bodyJson = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, ownerReferences: [owner] },
    };
    await this.rest.performRequest({ method: "POST", path, bodyJson });
    return false;
  }

  #probed = false;

  async #answers(path: string): Promise<boolean> {
    const pem = await Deno.readTextFile(`${this.folder}/certs/apiserver.crt`).catch(() =>
      undefined
    );
    if (pem === undefined) return false;
    using client = Deno.createHttpClient({ caCerts: [pem] });
    return await isOk(`${this.url}${path}`, client);
  }

  async #serviceAccountToken(
    account: { readonly namespace: string; readonly name: string },
    pod: string | undefined,
  ): Promise<[string, string | undefined]> {
    const path = `/api/v1/namespaces/${account.namespace}/serviceaccounts`;
    const bodyJson = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: account.name } };
    await this.rest.performRequest({ method: "POST", path, bodyJson }).catch((error) => {
      if ((error as { status?: unknown }).status !== 409) throw error;
    });
    const spec = pod === undefined ? {} : {
      boundObjectRef: {
        apiVersion: "v1",
        kind: "Pod",
        name: pod,
        uid: await this.#podUid(account, pod),
      },
    };
    const answer = await this.rest.performRequest({
      method: "POST",
      path: `${path}/${account.name}/token`,
      bodyJson: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec },
      expectJson: true,
    }) as { status?: { token?: JsonValue } };
    const token = answer.status?.token;
    return [
      `system:serviceaccount:${account.namespace}:${account.name}`,
      typeof token === "string" ? token : undefined,
    ];
  }

  /** UID of a pod of a ServiceAccount. Without a kubelet it never runs. */
  async #podUid(
    { namespace, name: serviceAccountName }: { readonly namespace: string; readonly name: string },
    name: string,
  ): Promise<string> {
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const spec = { serviceAccountName, containers: [{ name: "none", image: "none" }] };
    const bodyJson = { apiVersion: "v1", kind: "Pod", metadata: { name }, spec };
    await this.rest.performRequest({ method: "POST", path, bodyJson }).catch((error) => {
      if ((error as { status?: unknown }).status !== 409) throw error;
    });
    const pod = await this.rest.performRequest({
      method: "GET",
      path: `${path}/${name}`,
      expectJson: true,
    }) as { readonly metadata: { readonly uid: string } };
    return pod.metadata.uid;
  }
}

async function isOk(url: string, client?: Deno.HttpClient): Promise<boolean> {
  try {
    const init: RequestInit & { client?: Deno.HttpClient } = client === undefined ? {} : { client };
    const response = await fetch(url, init);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/**
 * Starts a real etcd and kube-apiserver (built first where the machine has none), ready to use.
 *
 * Use it as `await using cluster = await startRealCluster()`.
 */
export async function startRealCluster(options: RealClusterOptions = {}): Promise<RealCluster> {
  const programs = await findPrograms(options.progress);
  const cluster = new RealCluster(await Deno.makeTempDir({ prefix: "vm-dhcp-cluster-" }), programs);
  try {
    await cluster.start(options);
    return cluster;
  } catch (cause) {
    await cluster[Symbol.asyncDispose]();
    throw cause;
  }
}
