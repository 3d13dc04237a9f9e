/**
 * `deno task deploy`.
 *
 * @module
 */
import { parse } from "yaml";
import { connect } from "../kube/connect.ts";
import { createKubeClient } from "../kube/client.ts";
import { systemClock } from "../runtime/clock.ts";
import { FlagError } from "../runtime/flags.ts";
import { deploy } from "./deploy.ts";
import { readDeploySettings } from "./deploy_settings.ts";
import { readSettingsFile } from "./settings_file.ts";
import { uninstall } from "./uninstall.ts";

const print = (line: string): void => {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
};

async function main(): Promise<void> {
  const { values, help } = readDeploySettings({ args: Deno.args, env: Deno.env.toObject() });
  if (values === undefined) return print(help.trimEnd());
  if (values.toGo && (values.purge || !values.uninstall)) {
    throw new FlagError(["Cannot use --to-go but with --uninstall, without --purge"]);
  }
  const file = values.values === undefined ? {} : parse(await Deno.readTextFile(values.values));
  const settings = readSettingsFile(file, { namespace: values.namespace, image: values.image });
  using rest = await connect({
    env: Deno.env.toObject(),
    userAgent: "vm-dhcp-deploy",
    ...(values.kubeconfig === undefined ? {} : { kubeconfig: values.kubeconfig }),
    ...(values.context === undefined ? {} : { context: values.context }),
  });
  const options = {
    client: createKubeClient(rest),
    clock: systemClock,
    settings,
    dryRun: values.dryRun,
    print,
    signal: new AbortController().signal,
  };
  if (values.uninstall) await uninstall({ ...options, purge: values.purge, toGo: values.toGo });
  else await deploy({ ...options, wait: values.wait });
}

try {
  await main();
} catch (error) {
  const problems = error instanceof FlagError ? error.problems : [(error as Error).message];
  for (const problem of problems) Deno.stderr.writeSync(new TextEncoder().encode(`${problem}\n`));
  Deno.exit(error instanceof FlagError ? 2 : 1);
}
