/**
 * Reaches the cluster that a kubeconfig names.
 *
 * @module
 */
import type { Clock } from "../../runtime/clock.ts";
import { defined } from "../../runtime/defined.ts";
import { bearer } from "./bearer.ts";
import { execCredentials } from "./exec_credential.ts";
import type { Credentials, FetchClientOptions, Identity } from "../http/fetch_transport.ts";
import { fileCredentials, readFile } from "./file_credentials.ts";
import type { KubeconfigEntry } from "./kubeconfig.ts";
import type { KubeconfigUser } from "./kubeconfig_types.ts";
import type { Machine } from "./machine.ts";

/** What {@linkcode kubeconfigOptions} needs from the machine. */
export interface KubeconfigMachine {
  readonly machine: Machine;
  readonly clock: Clock;
}

/**
 * How to reach the cluster of a kubeconfig's context, as its user. Throws for what the context lacks, for what cannot
 * be read, and for what is not supported (impersonation, `auth-provider`), each with its name.
 */
export async function kubeconfigOptions(
  entry: KubeconfigEntry,
  { machine, clock }: KubeconfigMachine,
): Promise<FetchClientOptions> {
  const { cluster, namespace } = entry;
  const server = cluster.server ?? "";
  if (server === "") {
    throw new TypeError(
      `Cannot reach the cluster of the context ${entry.context}: it names no server`,
    );
  }
  const data = cluster["certificate-authority-data"];
  const file = cluster["certificate-authority"];
  const ca = data !== undefined && data !== ""
    ? decodeBase64(data, "certificate-authority-data")
    : file === undefined || file === ""
    ? undefined
    : await readFile(machine, file);
  refuseServerName(cluster["tls-server-name"] ?? "", server);
  const proxyUrl = cluster["proxy-url"] ?? "";
  return {
    server,
    credentials: await credentialsOf(entry, { machine, clock }),
    insecure: cluster["insecure-skip-tls-verify"] === true,
    ...(ca === undefined ? {} : { caCertificates: [ca] }),
    ...(proxyUrl === "" ? {} : { proxyUrl }),
    ...defined({ defaultNamespace: namespace }),
  };
}

async function credentialsOf(
  entry: KubeconfigEntry,
  { machine, clock }: KubeconfigMachine,
): Promise<Credentials> {
  const { user, cluster, context } = entry;
  refuseUnsupported(user, context);
  const certificate = await certificateOf(user, { machine, context });
  const fixed: Identity = { ...(certificate ?? {}), ...authorizationOf(user, context) };
  if (user.tokenFile !== undefined && user.tokenFile !== "") {
    const fromFile = fileCredentials({ files: { token: user.tokenFile }, machine, clock });
    return async (options) => ({ ...fixed, ...await fromFile(options) });
  }
  if (user.exec !== undefined && fixed.authorization === undefined) {
    const fromPlugin = execCredentials({ exec: user.exec, cluster, machine, clock });
    return async (options) => ({ ...fixed, ...await fromPlugin(options) });
  }
  return () => Promise.resolve(fixed);
}

/** Deno's fetch always expects the name of the address. */
function refuseServerName(name: string, server: string): void {
  if (name === "" || name === URL.parse(server)?.hostname) return;
  throw new TypeError(
    `Cannot expect the tls-server-name ${name} of ${server}: let that name be the server's address`,
  );
}

function refuseUnsupported(user: KubeconfigUser, context: string): void {
  if (user.as !== undefined && user.as !== "") {
    throw new TypeError(
      `Cannot use the user of the context ${context}: impersonation (as: ${user.as}) is not supported`,
    );
  }
  const provider = user["auth-provider"];
  if (provider !== undefined) {
    throw new TypeError(
      `Cannot use the user of the context ${context}: auth-provider ${
        provider.name ?? ""
      } is not supported, use exec`,
    );
  }
}

function authorizationOf(user: KubeconfigUser, context: string): Identity {
  const { token = "", username = "", password = "" } = user;
  if (token !== "") return { authorization: bearer(token, `the context ${context}`) };
  if (username === "") return {};
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  return { authorization: `Basic ${bytes.toBase64()}` };
}

async function certificateOf(
  user: KubeconfigUser,
  options: { readonly machine: Machine; readonly context: string },
): Promise<Identity | undefined> {
  const read = async (what: "client-certificate" | "client-key"): Promise<string | undefined> => {
    const data = user[`${what}-data`] ?? "";
    if (data !== "") return decodeBase64(data, `${what}-data`);
    const file = user[what] ?? "";
    return file === "" ? undefined : await readFile(options.machine, file);
  };
  const cert = await read("client-certificate");
  const key = await read("client-key");
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    const lacking = cert === undefined ? "client-certificate" : "client-key";
    throw new TypeError(
      `Cannot use the user of the context ${options.context}: it has no ${lacking}`,
    );
  }
  return { certificate: { cert, key } };
}

/** The text that base64 holds. Throws `TypeError` naming the field, not its secret value. */
function decodeBase64(data: string, field: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.fromBase64(data));
  } catch (cause) {
    throw new TypeError(`Cannot decode the base64 of ${field}: ${data.length} characters`, {
      cause,
    });
  }
}
