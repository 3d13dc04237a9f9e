/**
 * Everything the program that brings CRDs up to date can be told.
 *
 * @module
 */
import { CLUSTER_SETTINGS } from "../../kube/connect/cluster_settings.ts";
import { CLUSTER_VARIABLES } from "../../kube/connect/connect.ts";
import {
  type Flags,
  type Given,
  parseFlags,
  type Program,
  variablesOf,
} from "../../runtime/flags.ts";
import { nonEmpty, value } from "../../runtime/settings.ts";

const SETTINGS = {
  ...CLUSTER_SETTINGS,
  "helm-release": value({
    placeholder: "NAME",
    help: "Helm release that CRDs without one are handed to",
    parse: nonEmpty,
  }),
  "helm-namespace": value({
    placeholder: "NAMESPACE",
    help: "Namespace of that release",
    parse: nonEmpty,
  }),
};

const PROGRAM: Program<typeof SETTINGS> = {
  usage: "controller/crds/main.ts",
  about: "Brings the CRDs of a cluster up to date, and ends.",
  settings: SETTINGS,
};

/** Names of the environment variables that the program reads. */
export const ENVIRONMENT: readonly string[] = [...variablesOf(SETTINGS), ...CLUSTER_VARIABLES];

/** Reads the settings. Throws `FlagError` with every problem. */
export function readSettings(given: Given): Flags<typeof SETTINGS> {
  return parseFlags(PROGRAM, given);
}
