/**
 * A real kube-apiserver with vm-dhcp deployed, that calls the webhook on this machine.
 *
 * @module
 */
import { WEBHOOK } from "../../deploy/names.ts";
import { controllerDeployment } from "../../deploy/objects/controller.ts";
import { webhookDeployment } from "../../deploy/objects/webhook.ts";
import { DEFAULT_SETTINGS, type DeploySettings } from "../../deploy/settings.ts";
import { SECRETS } from "../../kube/mod.ts";
import { MUTATING, VALIDATING } from "../../webhook/cluster/configurations.ts";
import { Real } from "../controller_real/real.ts";
import { deployed } from "../deploy/deployed.ts";
import { Program } from "../deploy/program.ts";
import { until } from "../network/wait.ts";
import type { CommandResult, RealCluster } from "../real/mod.ts";
import { freePorts } from "../real/ports.ts";

/** Namespace of the deployment. */
export const { namespace: NAMESPACE } = DEFAULT_SETTINGS;

/** The deployment, and its programs as processes under their ServiceAccounts. */
export class Scene {
  readonly cluster: RealCluster;
  readonly real: Real;
  readonly settings: DeploySettings;
  /** Where the API server calls the webhook. */
  readonly url: URL;

  constructor(cluster: RealCluster, settings: Partial<DeploySettings> = {}) {
    const [port = 0] = freePorts(1);
    this.cluster = cluster;
    this.real = new Real(cluster.rest);
    this.settings = { ...DEFAULT_SETTINGS, ...settings };
    this.url = new URL(`https://127.0.0.1:${port}`);
  }

  /** Deploys, and has both configurations call the webhook by URL: there is no pod behind its Service. */
  async deploy(): Promise<void> {
    await deployed(this.cluster, [`--tenancy=${this.settings.tenancy}`]);
    await this.#call("url");
  }

  /** Deploys once more what was deployed. */
  async deployAgain(): Promise<void> {
    await this.#call("service");
    await this.deploy();
  }

  async #call(way: "url" | "service"): Promise<void> {
    const at = "/webhooks/0/clientConfig";
    for (const [kind, path] of [[MUTATING, "/mutate"], [VALIDATING, "/validate"]] as const) {
      const service = { namespace: NAMESPACE, name: WEBHOOK, path, port: 443 };
      const url = `${this.url.origin}${path}`;
      const [value, other] = way === "url" ? [url, "service"] : [service, "url"];
      await this.real.kube.of(kind).patch({ name: WEBHOOK }, {
        type: "json",
        body: [
          { op: "remove", path: `${at}/${other}` },
          { op: "add", path: `${at}/${way}`, value },
        ],
      });
    }
  }

  /** Starts the webhook's program, and waits until the API server may call it. */
  async startWebhook(flags: readonly string[] = []): Promise<Program> {
    const program = await Program.start(this.cluster, {
      deployment: webhookDeployment(this.settings) as never,
      pod: "webhook-1",
      flags: [`--url=${this.url.origin}`, ...flags],
    });
    await program.tells("Serving with a certificate");
    await this.ready();
    return program;
  }

  /** Waits until the webhook is ready under the CA that both configurations trust. */
  async ready(): Promise<void> {
    await until(async () => {
      const ca = await this.caBundle();
      if (ca === "" || !(await this.#bundles()).every((bundle) => bundle === ca)) return false;
      return (await this.ask("/readyz", ca).catch(() => undefined))?.status === 200;
    }, { what: "the webhook is ready", timeoutMs: 30_000 });
  }

  /** Asks the webhook itself, on a new connection, trusting only this CA. */
  async ask(path: string, ca: string): Promise<Response> {
    using client = Deno.createHttpClient({ caCerts: [ca] });
    const init: RequestInit & { readonly client: Deno.HttpClient } = { client };
    const response = await fetch(new URL(path, this.url), init);
    await response.body?.cancel();
    return response;
  }

  /** The CA bundle in the Secret, PEM; empty while there is none. */
  async caBundle(): Promise<string> {
    const secret = await this.real.get(SECRETS, `${NAMESPACE}/${WEBHOOK}-tls`);
    return atob(secret?.data?.["ca.crt"] ?? "");
  }

  /** Starts the controller's program. */
  async startController(): Promise<Program> {
    const program = await Program.start(this.cluster, {
      deployment: controllerDeployment(this.settings) as never,
      pod: "controller-1",
      flags: ["--no-agent"],
    });
    await program.tells("Leading");
    return program;
  }

  /** `kubectl apply` of an object, as the administrator. */
  async apply(object: object): Promise<CommandResult> {
    return await this.cluster.kubectl(["apply", "--filename=-"], {
      stdin: JSON.stringify(object),
    });
  }

  async #bundles(): Promise<readonly string[]> {
    return await Promise.all([MUTATING, VALIDATING].map(async (kind) => {
      const found = await this.real.kube.of(kind).get({ name: WEBHOOK });
      return atob(found?.webhooks?.[0]?.clientConfig.caBundle ?? "");
    }));
  }
}
