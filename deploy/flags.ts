/**
 * What `deno task deploy` can be told.
 *
 * @module
 */
import { CLUSTER_VARIABLES } from "../kube/connect/connect.ts";
import { FlagError, type Flags, type Given, parseFlags, variablesOf } from "../runtime/flags.ts";
import { nonEmpty, oneOf, toggle, value } from "../runtime/settings.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";

const SETTINGS = {
  "kubeconfig": value({
    help: "Kubeconfig file of the cluster",
    env: "KUBECONFIG",
    placeholder: "FILE",
    parse: nonEmpty,
  }),
  "context": value({ help: "Context of the kubeconfig", placeholder: "NAME", parse: nonEmpty }),
  "namespace": value({
    help:
      `Namespace to deploy into, made when missing; without it, as --values says, else ${DEFAULT_SETTINGS.namespace}`,
    placeholder: "NAME",
    parse: namespaceName,
  }),
  "image": value({
    help:
      `Image of all roles; without it, as --values says, else the one that runs, else ${DEFAULT_SETTINGS.image}`,
    placeholder: "IMAGE",
    parse: nonEmpty,
  }),
  "tenancy": value({
    help:
      "Whether a network serves every namespace, or only its own and those that it names; without it, as --values says, else as it runs, else shared",
    placeholder: "shared|isolated",
    parse: oneOf("shared", "isolated"),
  }),
  "values": value({
    help: "YAML file with settings, as the Helm chart's values.yaml",
    placeholder: "FILE",
    parse: nonEmpty,
  }),
  "wait": toggle({
    help: "Wait until everything is ready, and say meanwhile why a pod is not; 3 minutes at most",
  }),
  "dry-run": toggle({ help: "Say what would change, and change nothing" }),
  "uninstall": toggle({
    help: "Take everything away but the CRDs and all records, and wait until it is gone",
  }),
  "purge": toggle({ help: "With --uninstall: take the CRDs and all records away too" }),
  "to-go": toggle({ help: "With --uninstall: leave all records in the form of the Go version" }),
} as const;

/** What Kubernetes takes as the name of a namespace (RFC 1123, label): anything else would be refused halfway. */
function namespaceName(text: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text)) return text;
  throw new TypeError(
    "The name of a namespace is wanted: at most 63 of a-z, 0-9 and -, none of - at its ends",
  );
}

const PROGRAM = {
  usage: "deno task deploy",
  about:
    "Deploys controller, webhook and agents into a cluster, or takes them away. A second run changes what differs; " +
    "docs/install.md and docs/remove.md tell more.",
  settings: SETTINGS,
};

/** Names of the environment variables that the program reads. */
export const ENVIRONMENT: readonly string[] = [...variablesOf(SETTINGS), ...CLUSTER_VARIABLES];

/** Reads them. Throws `FlagError` with every problem at once. */
export function readDeployFlags(given: Given): Flags<typeof SETTINGS> {
  const flags = parseFlags(PROGRAM, given);
  const { uninstall, purge, toGo, wait } = flags.values ?? {};
  const problems = [
    ...(purge && !uninstall ? ["Cannot use --purge without --uninstall"] : []),
    ...(toGo && !uninstall ? ["Cannot use --to-go without --uninstall"] : []),
    ...(toGo && purge ? ["Cannot use --to-go with --purge: no record would be left"] : []),
    ...(wait && uninstall ? ["Cannot use --wait with --uninstall, which waits by itself"] : []),
  ];
  if (problems.length > 0) throw new FlagError(problems);
  return flags;
}
