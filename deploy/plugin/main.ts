/**
 * `deno task plugin`: puts `kubectl vmdhcp` where kubectl finds it.
 *
 * @module
 */
import { exitCode } from "../../runtime/program.ts";
import { readSettings } from "./settings.ts";

const PLUGIN = "kubectl-vmdhcp";
/** kubectl asks a program of this name what may come next. Source: kubernetes.io, "Extend kubectl with plugins". */
const COMPLETION = "kubectl_complete-vmdhcp";

async function main(): Promise<number> {
  const env = { HOME: Deno.env.get("HOME"), PATH: Deno.env.get("PATH") };
  const { values, help } = readSettings({ args: Deno.args, env });
  if (values === undefined) return say(help);
  const { to, home, path = "" } = values;
  if (to === undefined && home === undefined) {
    throw new Error("Cannot tell where to install: --to DIR is wanted");
  }
  const folder = (to ?? `${home}/.local/bin`).replace(/(.)\/+$/, "$1");
  await Deno.mkdir(folder, { recursive: true });
  const text = await Deno.readFile(new URL(PLUGIN, import.meta.url));
  // Whole or not at all, also while somebody runs the one before.
  await Deno.writeFile(`${folder}/.${PLUGIN}.new`, text, { mode: 0o755 });
  await Deno.rename(`${folder}/.${PLUGIN}.new`, `${folder}/${PLUGIN}`);
  await Deno.remove(`${folder}/${COMPLETION}`).catch(() => undefined);
  await Deno.symlink(PLUGIN, `${folder}/${COMPLETION}`);
  const isFound = path.split(":").includes(folder);
  return say(
    `${folder}/${PLUGIN}\n` +
      (isFound
        ? "Try: kubectl vmdhcp --help\n"
        : `Put ${folder} on the PATH, then try: kubectl vmdhcp --help\n`),
  );
}

function say(text: string): number {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
  return 0;
}

Deno.exit(await exitCode(main));
