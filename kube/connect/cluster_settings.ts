/**
 * Which cluster a program works on: the same flags for every role.
 *
 * @module
 */
import { defined } from "../../runtime/defined.ts";
import { nonEmpty, value } from "../../runtime/settings.ts";
import type { ConnectOptions } from "./connect.ts";

/** The flags. */
export const CLUSTER_SETTINGS = {
  kubeconfig: value({
    env: "KUBECONFIG",
    placeholder: "FILE",
    help: "How to reach the cluster; without it, the cluster the program runs in",
    parse: nonEmpty,
  }),
  kubecontext: value({
    env: "KUBECONTEXT",
    placeholder: "NAME",
    help: "Context of the kubeconfig; without it, its current one",
    parse: nonEmpty,
  }),
};

/** What was read of them, as `connect` takes it. */
export function clusterOptions(
  { kubeconfig, kubecontext }: {
    readonly kubeconfig: string | undefined;
    readonly kubecontext: string | undefined;
  },
): Pick<ConnectOptions, "kubeconfig" | "context"> {
  return defined({ kubeconfig, context: kubecontext });
}
