/**
 * Which vm-dhcp this is. `deno.json` is the one place that says so.
 *
 * @module
 */
import config from "../deno.json" with { type: "json" };
import type { Metrics } from "./metrics.ts";

/** What a program says about itself in its first log line, in its metrics and on `--version`. */
interface BuildInfo {
  /** Version of vm-dhcp, such as `0.2.0`. */
  readonly version: string;
  /** Commit that an image was built from; empty where the program runs from a checkout. */
  readonly revision: string;
  /** Version of Deno. */
  readonly deno: string;
}

/** This program's. The image's `deno.json` has a `revision`, too. */
export const BUILD: BuildInfo = {
  version: config.version,
  revision: (config as { readonly revision?: string }).revision ?? "",
  deno: Deno.version.deno,
};

/** The line that `--version` prints. */
export function versionText({ version, revision, deno }: BuildInfo = BUILD): string {
  const commit = revision === "" ? "" : `, commit ${revision}`;
  return `vm-dhcp ${version} (Deno ${deno}${commit})\n`;
}

/** Adds `vmdhcp_build_info`: always 1, what runs is in its labels. */
export function addBuildInfo(metrics: Metrics): void {
  metrics.gauge({
    name: "vmdhcp_build_info",
    help: "Version of vm-dhcp that runs, the commit of its image, and its Deno. Always 1.",
    labels: ["version", "revision", "deno"],
  }).set({ ...BUILD }, 1);
}
