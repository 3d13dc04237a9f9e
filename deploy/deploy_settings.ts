/**
 * What `deno task deploy` can be told.
 *
 * @module
 */
import { type Flags, type Given, parseFlags } from "../runtime/flags.ts";
import { nonEmpty, toggle, value, valueOr } from "../runtime/settings.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";

const SETTINGS = {
  "kubeconfig": value({
    help: "Kubeconfig file of the cluster",
    env: "KUBECONFIG",
    placeholder: "FILE",
    parse: nonEmpty,
  }),
  "context": value({ help: "Context of the kubeconfig", placeholder: "NAME", parse: nonEmpty }),
  "namespace": valueOr(DEFAULT_SETTINGS.namespace, {
    help: "Namespace to deploy into; made when missing",
    placeholder: "NAME",
    parse: nonEmpty,
  }),
  "image": valueOr(DEFAULT_SETTINGS.image, {
    help: "Image of all roles",
    placeholder: "IMAGE",
    parse: nonEmpty,
  }),
  "values": value({
    help: "YAML file with settings, as the Helm chart's values.yaml",
    placeholder: "FILE",
    parse: nonEmpty,
  }),
  "wait": toggle({ help: "Wait until everything is ready" }),
  "dry-run": toggle({ help: "Say what would change, and change nothing" }),
  "uninstall": toggle({ help: "Take everything away but the CRDs and all records" }),
  "purge": toggle({ help: "With --uninstall: take the CRDs and all records away too" }),
  "to-go": toggle({ help: "With --uninstall: leave all records in the form of the Go version" }),
} as const;

const PROGRAM = {
  usage: "deno task deploy",
  about: "Deploys controller, webhook and agents into a cluster, or takes them away.",
  settings: SETTINGS,
};

/** Reads them. Throws `FlagError` with every problem at once. */
export function readDeploySettings(given: Given): Flags<typeof SETTINGS> {
  return parseFlags(PROGRAM, given);
}
