/**
 * Brings the CRDs that a cluster has up to date, and ends. The Helm chart runs it as a job where the CRDs are there already but no
 * part of its release, so that Helm would not touch them.
 *
 * @module
 */
import { clusterOptions } from "../../kube/connect/cluster_settings.ts";
import { connect } from "../../kube/connect/connect.ts";
import { createKubeClient } from "../../kube/objects/client.ts";
import { environmentOf } from "../../runtime/environment.ts";
import { createLogger } from "../../runtime/log.ts";
import { exitCode } from "../../runtime/program.ts";
import { ENVIRONMENT, readSettings } from "./settings.ts";
import { updateCrds } from "./update_crds.ts";

/** Time for everything. */
const TIMEOUT_MS = 60_000;

async function main(): Promise<number> {
  const env = environmentOf(ENVIRONMENT, (name) => Deno.env.get(name));
  const { values: settings, help } = readSettings({ args: Deno.args, env });
  if (settings === undefined) {
    Deno.stdout.writeSync(new TextEncoder().encode(help));
    return 0;
  }
  const log = createLogger({
    name: "vm-dhcp-crds",
    write: (line) => Deno.stderr.writeSync(new TextEncoder().encode(line)),
  });
  const { helmRelease: name, helmNamespace: namespace } = settings;
  try {
    using rest = await connect({
      env,
      userAgent: "vm-dhcp-crds",
      ...clusterOptions(settings),
    });
    await updateCrds({
      kube: createKubeClient(rest),
      log,
      ...(name === undefined || namespace === undefined ? {} : { release: { name, namespace } }),
    }, AbortSignal.timeout(TIMEOUT_MS));
    return 0;
  } catch (error) {
    log.error("The CRDs cannot be brought up to date", { error });
    return 1;
  }
}

Deno.exit(await exitCode(main));
