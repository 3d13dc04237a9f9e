/**
 * `deno task deploy`.
 *
 * @module
 */
import { parse } from "yaml";
import { errorText } from "../core/error_text.ts";
import { connect } from "../kube/connect/connect.ts";
import { createKubeClient } from "../kube/objects/client.ts";
import { systemClock } from "../runtime/clock.ts";
import { defined } from "../runtime/defined.ts";
import { environmentOf } from "../runtime/environment.ts";
import { exitCode } from "../runtime/program.ts";
import { deploy } from "./deploy.ts";
import { ENVIRONMENT, readDeployFlags } from "./flags.ts";
import { runningSettings } from "./installation.ts";
import { readSettings } from "./settings.ts";
import { uninstall } from "./uninstall.ts";

const print = (line: string): void => {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
};

async function main(): Promise<void> {
  const { values, help } = readDeployFlags({ args: Deno.args, env: environment() });
  if (values === undefined) return print(help.trimEnd());
  const file = values.values === undefined ? {} : await readValues(values.values);
  const given = defined({
    namespace: values.namespace,
    image: values.image,
    tenancy: values.tenancy,
  });
  // What cannot be used is said before anybody is asked.
  const { namespace } = readSettings(file, given);
  using rest = await connect({
    env: environment(),
    userAgent: "vm-dhcp-deploy",
    ...(values.kubeconfig === undefined ? {} : { kubeconfig: values.kubeconfig }),
    ...(values.context === undefined ? {} : { context: values.context }),
  });
  const client = createKubeClient(rest);
  const { signal } = new AbortController();
  const options = {
    client,
    clock: systemClock,
    settings: readSettings(file, {
      ...given,
      running: await runningSettings(namespace, { client, signal }),
    }),
    dryRun: values.dryRun,
    print,
    signal,
  };
  if (values.uninstall) await uninstall({ ...options, purge: values.purge, toGo: values.toGo });
  else await deploy({ ...options, wait: values.wait });
  if (values.dryRun) print("Dry run: nothing was changed");
}

/** The content of a YAML file. Throws an error that names the file. */
async function readValues(path: string): Promise<unknown> {
  try {
    return parse(await Deno.readTextFile(path));
  } catch (cause) {
    throw new Error(`Cannot read the settings ${path}: ${errorText(cause)}`, { cause });
  }
}

/** What the program reads of its environment. */
function environment(): Readonly<Record<string, string | undefined>> {
  return environmentOf(ENVIRONMENT, (name) => Deno.env.get(name));
}

Deno.exit(await exitCode(main));
