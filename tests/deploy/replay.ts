/**
 * Runs the commands of a page as its reader would: block by block, in a copy of the checkout, with a home of their own.
 *
 * @module
 */
import { mustRun, type RealCluster } from "../real/mod.ts";
import { helmProgram } from "./deployed.ts";

const ROOT = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");

/** Programs that a reader has. Deno is the one that runs this; nobody is asked for it. Images go nowhere. */
const STAND_INS: Readonly<Record<string, string>> = {
  npx: 'shift 2; exec deno "$@"',
  docker: "exit 0",
};

/** The `sh` blocks of a page, or of what stands below a heading of it. */
export async function blocksOf(page: string, heading?: string): Promise<readonly string[]> {
  return fencesOf(await sectionOf(page, heading), "sh");
}

/** The first block of a language in a page. */
export async function firstBlock(page: string, language: string): Promise<string> {
  const [first] = fencesOf(await sectionOf(page), language);
  if (first === undefined) throw new Error(`Cannot find a block of ${language} in ${page}`);
  return first;
}

/** What stands below a heading, up to the next one; without it, the whole page, and for `""` what stands above all. */
async function sectionOf(page: string, heading?: string): Promise<string> {
  const text = await Deno.readTextFile(`${ROOT}/${page}`);
  if (heading === undefined) return text;
  const section = text.split(/^## /m).find((part, index) =>
    heading === "" ? index === 0 : part.startsWith(`${heading}\n`)
  );
  if (section === undefined) throw new Error(`Cannot find "${heading}" in ${page}`);
  return section;
}

function fencesOf(text: string, language: string): readonly string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms");
  return [...text.matchAll(fence)].map(([, inner = ""]) => inner);
}

/** A reader at a shell; disposing it removes what was written. */
export class Reader implements AsyncDisposable {
  /** The copy of the checkout. */
  readonly checkout: string;
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(folder: string, env: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.checkout = `${folder}/vm-dhcp`;
    this.#env = env;
  }

  /** A reader whose kubectl talks to the cluster. */
  static async at(cluster: RealCluster): Promise<Reader> {
    const folder = await Deno.makeTempDir({ prefix: "vm-dhcp-reader-" });
    const home = `${folder}/home`;
    const programs = `${folder}/bin`;
    for (const path of [`${folder}/vm-dhcp`, programs, `${home}/.kube`]) {
      await Deno.mkdir(path, { recursive: true });
    }
    await Deno.copyFile(cluster.kubeconfig, `${home}/.kube/config`);
    const copy = 'tar -C "$1" --exclude=./.git -cf - . | tar -C "$2" -xf -';
    await mustRun("/bin/sh", ["-ec", copy, "sh", ROOT, `${folder}/vm-dhcp`]);
    await Deno.symlink(Deno.execPath(), `${programs}/deno`);
    await Deno.symlink(cluster.programs.kubectl, `${programs}/kubectl`);
    await Deno.symlink(await helmProgram(), `${programs}/helm`);
    for (const [name, script] of Object.entries(STAND_INS)) {
      await Deno.writeTextFile(`${programs}/${name}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    const cache = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
    await Deno.writeTextFile(`${folder}/state`, "");
    return new Reader(folder, {
      HOME: home,
      PATH: `${programs}:${Deno.env.get("PATH")}`,
      DENO_DIR: cache,
      KUBECONFIG: "",
      NO_COLOR: "1",
      STATE: `${folder}/state`,
    });
  }

  /**
   * Runs a block in the checkout, or in another folder beside it, and gives what it printed. What it exports is there for the next
   * one. Throws with its errors where a command fails.
   */
  async run(block: string, folder = "vm-dhcp"): Promise<string> {
    const script = `. "$STATE"\n${block}\nexport -p > "$STATE"\n`;
    const cwd = `${this.#folder}/${folder}`;
    await Deno.mkdir(cwd, { recursive: true });
    return await mustRun("/bin/bash", ["-euo", "pipefail", "-c", script], { cwd, env: this.#env });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}
