/**
 * The servers that the contract runs against.
 *
 * @module
 */
import { createFetchClient } from "../../kube/mod.ts";
import type { RestClient } from "../../kube/rest_client.ts";
import { EmbeddedApi } from "../../standalone/api/mod.ts";
import { findPrograms } from "../real/programs.ts";
import { type CommandResult, type RealCluster, runCommand, startRealCluster } from "../real/mod.ts";
import { kubeconfigText } from "../real/kubeconfig.ts";

/** Runs kubectl. */
type Kubectl = (
  args: readonly string[],
  options?: { readonly stdin?: string; readonly env?: Readonly<Record<string, string>> },
) => Promise<CommandResult>;

/** A server. */
export interface Target extends AsyncDisposable {
  readonly name: string;
  /** A kube-apiserver. */
  readonly real?: true;
  readonly rest: RestClient;
  /** Where there is HTTP. */
  readonly kubectl?: Kubectl;
}

/** The embedded API without HTTP. */
export function inProcessTarget(): Target {
  const api = new EmbeddedApi();
  return {
    name: "in process",
    rest: api.rest(),
    [Symbol.asyncDispose]: () => Promise.resolve(api.close()),
  };
}

/** The embedded API over HTTP, with a real kubectl. */
export async function httpTarget(
  options: { readonly withKubectl: boolean } = { withKubectl: true },
): Promise<Target> {
  const stack = new AsyncDisposableStack();
  const api = stack.use(new EmbeddedApi());
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => api.fetch(request),
  );
  stack.defer(() => server.shutdown());
  const url = `http://127.0.0.1:${server.addr.port}`;
  const rest = stack.use(createFetchClient({ server: url }));
  if (!options.withKubectl) {
    return { name: "over HTTP", rest, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  }
  const folder = await Deno.makeTempDir({ prefix: "vm-dhcp-contract-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const kubeconfig = `${folder}/kubeconfig`;
  await Deno.writeTextFile(
    kubeconfig,
    kubeconfigText({ server: url, user: "nobody", namespace: "default" }),
  );
  const { kubectl } = await findPrograms();
  return {
    name: "over HTTP",
    rest,
    kubectl: (args, { stdin, env } = {}) =>
      runCommand(kubectl, args, {
        ...(stdin === undefined ? {} : { stdin }),
        env: { KUBECONFIG: kubeconfig, KUBECACHEDIR: `${folder}/cache`, ...env },
      }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** A real kube-apiserver with the garbage collector and the namespace controller. */
export async function realTarget(): Promise<Target> {
  const cluster: RealCluster = await startRealCluster({ controllerManager: true });
  return {
    name: "kube-apiserver",
    real: true,
    rest: cluster.rest,
    kubectl: (args, options) => cluster.kubectl(args, options),
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}
