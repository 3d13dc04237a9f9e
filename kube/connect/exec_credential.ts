/**
 * Credentials that a command prints.
 *
 * Source: KEP-541, `client.authentication.k8s.io/v1`.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import { bearer } from "./bearer.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Credentials, Identity } from "../http/fetch_transport.ts";
import type { KubeconfigCluster, KubeconfigExec } from "./kubeconfig_types.ts";
import type { Machine } from "./machine.ts";

const API_VERSIONS = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];
/** What a command is told of the cluster, as far as the kubeconfig has it. */
const CLUSTER_INFO = [
  "server",
  "certificate-authority-data",
  "tls-server-name",
  "insecure-skip-tls-verify",
  "proxy-url",
] as const;
/** A credential is not used in its last seconds. */
const EARLY_MS = 10_000;

/** What {@linkcode execCredentials} needs. */
interface ExecOptions {
  readonly exec: KubeconfigExec;
  readonly cluster: KubeconfigCluster;
  readonly machine: Machine;
  readonly clock: Clock;
}

interface Cached {
  readonly identity: Identity;
  /** Wall clock; `Infinity` where the command gave no expiry. */
  readonly expiresAt: number;
}

/**
 * Credentials from a command, asked for once until they expire or the server refuses them. Throws `TypeError` at once
 * for a declaration that cannot work: another apiVersion than v1 or v1beta1, no command, or one that needs a terminal.
 */
export function execCredentials(options: ExecOptions): Credentials {
  const { exec } = options;
  const apiVersion = exec.apiVersion ?? "";
  if (!API_VERSIONS.includes(apiVersion)) {
    throw new TypeError(
      `Cannot use a credential plugin of apiVersion ${JSON.stringify(apiVersion)}: ${
        API_VERSIONS.join(", ")
      } are known`,
    );
  }
  if (exec.command === undefined || exec.command === "") {
    throw new TypeError("Cannot use a credential plugin without a command");
  }
  if (exec.interactiveMode === "Always") {
    throw new TypeError(`Cannot use a credential plugin that needs a terminal: ${exec.command}`);
  }
  const command = exec.command;
  let cached: Cached | undefined;
  let running: Promise<Cached> | undefined;
  return async ({ refused }) => {
    const usable = cached !== undefined && options.clock.now() < cached.expiresAt - EARLY_MS;
    if (cached !== undefined && usable && !refused) return cached.identity;
    // All requests that need it wait for one run, which no single request's end may stop.
    running ??= runPlugin(options, { command, apiVersion }).finally(() => running = undefined);
    cached = await running;
    return cached.identity;
  };
}

async function runPlugin(
  options: ExecOptions,
  plugin: { readonly command: string; readonly apiVersion: string },
): Promise<Cached> {
  const { exec, machine } = options;
  const env: Record<string, string> = {
    KUBERNETES_EXEC_INFO: JSON.stringify(execInfo(options, plugin.apiVersion)),
  };
  for (const { name, value } of exec.env ?? []) env[name] = value;
  const fail = (why: string, cause?: unknown) => {
    const hint = exec.installHint === undefined ? "" : ` (${exec.installHint.trim()})`;
    return new Error(`Cannot get a credential from ${plugin.command}: ${why}${hint}`, { cause });
  };
  let printed: string;
  try {
    const result = await machine.run(plugin.command, {
      args: exec.args ?? [],
      env,
      signal: AbortSignal.timeout(60_000),
    });
    // What it printed may hold what it was to keep secret; who runs it by hand sees it.
    if (result.code !== 0) throw fail(`it ended with ${result.code}, run it to see why`);
    printed = result.stdout;
  } catch (cause) {
    if (cause instanceof Error && cause.message.startsWith("Cannot get a credential")) throw cause;
    throw fail(errorText(cause), cause);
  }
  const credential = parseCredential(printed);
  if (credential === undefined) throw fail("it printed no ExecCredential");
  if (credential.apiVersion !== plugin.apiVersion) {
    throw fail(`it printed another apiVersion than ${plugin.apiVersion}`);
  }
  return cachedOf(credential, { command: plugin.command, fail });
}

function execInfo(options: ExecOptions, apiVersion: string): object {
  const { exec, cluster } = options;
  const clusterInfo = Object.fromEntries(CLUSTER_INFO.map((key) => [key, cluster[key]]));
  return {
    apiVersion,
    kind: "ExecCredential",
    spec: {
      interactive: false,
      ...(exec.provideClusterInfo === true ? { cluster: clusterInfo } : {}),
    },
  };
}

interface ExecCredential {
  readonly apiVersion?: string;
  readonly status?: {
    readonly token?: unknown;
    readonly clientCertificateData?: unknown;
    readonly clientKeyData?: unknown;
    readonly expirationTimestamp?: unknown;
  };
}

function parseCredential(printed: string): ExecCredential | undefined {
  try {
    const value: unknown = JSON.parse(printed);
    const isCredential = typeof value === "object" && value !== null &&
      (value as { kind?: unknown }).kind === "ExecCredential";
    return isCredential ? value as ExecCredential : undefined;
  } catch {
    return undefined;
  }
}

function cachedOf(
  { status }: ExecCredential,
  { command, fail }: { readonly command: string; readonly fail: (why: string) => Error },
): Cached {
  const [token, cert, key, expirationTimestamp] = [
    status?.token,
    status?.clientCertificateData,
    status?.clientKeyData,
    status?.expirationTimestamp,
  ].map((value) => typeof value === "string" ? value : undefined);
  if (token === undefined && (cert === undefined || key === undefined)) {
    throw fail("it printed neither a token nor a certificate with its key");
  }
  const expiresAt = expirationTimestamp === undefined ? Infinity : Date.parse(expirationTimestamp);
  if (Number.isNaN(expiresAt)) {
    throw fail("it printed an expirationTimestamp that is no time");
  }
  return {
    expiresAt,
    identity: {
      ...(token === undefined ? {} : { authorization: bearer(token, command) }),
      ...(cert === undefined || key === undefined ? {} : { certificate: { cert, key } }),
    },
  };
}
