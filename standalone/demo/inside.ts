/**
 * The demo, once it is in namespaces of its own.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import { invitation } from "./invitation.ts";
import { ManifestFolder } from "./manifest_folder.ts";
import { CheckFailed, Narrator } from "./narrator.ts";
import { type CommandLine, run } from "./process.ts";
import { Scene } from "./scene.ts";
import { Server } from "./server.ts";
import { STORY } from "./story/mod.ts";

/** How the story is to be told. */
interface InsideOptions {
  /** Process id of the story as the host counts it. */
  readonly hostPid: string;
  /** Whether these namespaces belong to somebody who is not root. */
  readonly rootless: boolean;
  /** End when the story is told. */
  readonly once: boolean;
  readonly tell: Narrator;
  /** The server's command. */
  readonly server: CommandLine;
  /** Ends the demo. */
  readonly signal: AbortSignal;
}

const DIRECTORY = "/run/vm-dhcp-demo";

/** Tells the story; 0 where everything was as it should be, 1 where not, 130 where it was interrupted. */
export async function tellStory(options: InsideOptions): Promise<number> {
  const { tell, signal, once } = options;
  const begin = performance.now();
  const server = new Server({
    command: options.server,
    manifests: `${DIRECTORY}/manifests`,
    state: `${DIRECTORY}/state.sqlite`,
    log: `${DIRECTORY}/server.log`,
    signal,
  });
  const files = new ManifestFolder(`${DIRECTORY}/manifests`);
  const scene = new Scene({ tell, server, files, machines: `${DIRECTORY}/machines`, signal });
  try {
    for (const [index, chapter] of STORY.entries()) {
      tell.chapter(index + 1, chapter.title);
      await chapter.play(scene);
    }
  } catch (error) {
    if (signal.aborted) return await interrupted(server, tell);
    tell.failed(reasonOf(error), await evidence(scene, error));
    return 1;
  }
  tell.line();
  tell.title(`All of it in ${((performance.now() - begin) / 1000).toFixed(0)} s.`);
  if (!once) {
    tell.line();
    for (const line of invitation({ ...options, manifests: files.directory })) tell.line(line);
    await new Promise<void>((resolve) =>
      signal.addEventListener("abort", () => resolve(), { once: true })
    );
  }
  return await leave(server, tell);
}

/** Ends the server as an administrator does, and sees that it cleans up after itself. */
async function leave(server: Server, tell: Narrator): Promise<number> {
  tell.line();
  await server.stop();
  const left = await run("ip", "-4", "-oneline", "address", "show", "scope", "global");
  if (left.trim() !== "") {
    tell.failed("The server left addresses behind", [["ip address", left.trim().split("\n")]]);
    return 1;
  }
  tell.check(
    "The server was stopped and took its addresses off the bridges; nothing is left on this machine",
    true,
  );
  return 0;
}

async function interrupted(server: Server, tell: Narrator): Promise<number> {
  await server.stop();
  tell.line();
  tell.line("Interrupted; nothing is left on this machine.");
  return 130;
}

function reasonOf(error: unknown): string {
  if (error instanceof CheckFailed) return error.message;
  const texts: string[] = [];
  for (
    let at: unknown = error;
    at !== undefined && texts.length < 4;
    at = at instanceof Error ? at.cause : undefined
  ) {
    texts.push(errorText(at));
  }
  return texts.join(": ");
}

const LAST_LINES = 40;

/** The ends of all logs, and where an unexpected error came from. */
async function evidence(scene: Scene, error: unknown): Promise<[title: string, lines: string[]][]> {
  const logs: [string, string][] = [
    ["The server's log", `${DIRECTORY}/server.log`],
    ...scene.nics.map((
      nic,
    ): [string, string] => [`The log of ${nic.clientName} in ${nic.name}`, `${nic.directory}/log`]),
  ];
  const found: [string, string[]][] = [];
  if (error instanceof Error && !(error instanceof CheckFailed)) {
    found.push(["Where it happened", (error.stack ?? "").split("\n").slice(1)]);
  }
  for (const [title, path] of logs) {
    const text = await Deno.readTextFile(path).catch((failure) => String(failure));
    found.push([`${title}, its end`, text.trimEnd().split("\n").slice(-LAST_LINES)]);
  }
  return found;
}
