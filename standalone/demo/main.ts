/**
 * The program of the demo: `deno task demo [--once]`.
 *
 * @module
 */
import { parseFlags } from "../../runtime/flags.ts";
import { exitCode } from "../../runtime/program.ts";
import { SAME_SIGNAL_MS } from "../../runtime/shutdown.ts";
import { toggle } from "../../runtime/settings.ts";
import { tellStory } from "./inside.ts";
import { Narrator } from "./narrator.ts";
import { fetchLibraries, findEntrance, findPrograms, runInside } from "./outside.ts";
import { taskCommand } from "./task_command.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
/** Set by enter.sh: process id as the host counts it. */
const INSIDE = "VM_DHCP_DEMO_PID";
const ROOTLESS = "VM_DHCP_DEMO_ROOTLESS";
/** Debian keeps network programs where only root's PATH leads. */
const SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin";

const write = (text: string) => {
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length;) {
    written += Deno.stdout.writeSync(bytes.subarray(written));
  }
};
const PROGRAM = {
  usage: "deno task demo",
  about:
    "Shows stand-ins for virtual machines get, renew and give back addresses from IPPool manifests, with real DHCP clients, in network namespaces of its own. It leaves nothing behind.",
  settings: {
    once: toggle({
      help: "End when the story is told: exit code 0, or 1 where something was not as it should be",
    }),
  },
};

async function outside(): Promise<number> {
  const { stop, force } = twoSignals();
  Deno.env.set("PATH", `${Deno.env.get("PATH") ?? ""}:${SYSTEM_FOLDERS}`);
  await findPrograms((line) => write(`${line}\n`));
  const entrance = await findEntrance();
  const deno = Deno.execPath();
  await fetchLibraries(deno, [`${ROOT}/standalone/main.ts`, `${ROOT}/standalone/demo/main.ts`]);
  if (entrance.rootless) Deno.env.set(ROOTLESS, "1");
  const command = await taskCommand(`${ROOT}/deno.json`, { task: "demo", deno, root: ROOT });
  return await runInside({
    entrance,
    command: [...command, ...Deno.args],
    stop,
    force,
  });
}

/** The first signal stops, a second one forces. */
function twoSignals(): { readonly stop: AbortSignal; readonly force: AbortSignal } {
  const stop = new AbortController();
  const force = new AbortController();
  let first: number | undefined;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => {
      stop.abort();
      first ??= performance.now();
      if (performance.now() - first > SAME_SIGNAL_MS) force.abort();
    });
  }
  return { stop: stop.signal, force: force.signal };
}

async function inside(hostPid: string, once: boolean): Promise<number> {
  const stop = new AbortController();
  const interrupt = () => stop.abort(new DOMException("Interrupted", "AbortError"));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, interrupt);
  }
  // The one who brought us here holds the other end.
  Deno.stdin.readable.pipeTo(new WritableStream()).then(interrupt, interrupt);
  const colours = Deno.stdout.isTerminal() && !Deno.noColor;
  const tell = new Narrator({ write, colours });
  tell.title("vm-dhcp: managed DHCP for virtual machines, from manifests to leases");
  tell.line(
    "Network namespaces stand in for a host's bridges and its machines; what has a tick was checked.",
  );
  return await tellStory({
    hostPid,
    rootless: Deno.env.get(ROOTLESS) === "1",
    once,
    tell,
    server: await taskCommand(`${ROOT}/deno.json`, {
      task: "standalone",
      deno: Deno.execPath(),
      root: ROOT,
    }),
    signal: stop.signal,
  });
}

async function main(): Promise<number> {
  const { values, help } = parseFlags(PROGRAM, { args: Deno.args, env: {} });
  if (values === undefined) {
    write(help);
    return 0;
  }
  const hostPid = Deno.env.get(INSIDE);
  return hostPid === undefined ? await outside() : await inside(hostPid, values.once);
}

Deno.exit(await exitCode(main));
