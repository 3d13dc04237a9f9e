/**
 * Runs a command as somebody who is not root, and who could not even reach the checkout, Deno and its cache where these
 * are root's own: they are mounted where everybody may go, in a mount namespace that ends with the command.
 *
 * @module
 */
const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const NOBODY = "65534";

/** Somebody who is not root. */
interface Nobody extends AsyncDisposable {
  /** Makes of a command one that he runs. Paths below the checkout and to Deno are exchanged. */
  readonly wrap: (command: readonly string[]) => readonly string[];
}

/** Makes the places; disposing removes them. */
export async function asNobody(): Promise<Nobody> {
  const folder = await Deno.makeTempDir({ prefix: "vm-dhcp-nobody-" });
  await Deno.chmod(folder, 0o755);
  for (const name of ["checkout", "cache", "home"]) await Deno.mkdir(`${folder}/${name}`);
  await Deno.writeTextFile(`${folder}/deno`, "");
  await Deno.chown(`${folder}/home`, Number(NOBODY), Number(NOBODY));
  const deno = Deno.execPath();
  const cache = await cacheFolder(deno);
  const script = `
set -e
mount --bind '${ROOT}' '${folder}/checkout'
mount --bind '${cache}' '${folder}/cache'
mount --bind '${deno}' '${folder}/deno'
cd '${folder}/checkout'
exec setpriv --reuid ${NOBODY} --regid ${NOBODY} --clear-groups \\
  env HOME='${folder}/home' DENO_DIR='${folder}/cache' "$@"
`;
  return {
    wrap: (command) => [
      "unshare",
      "--mount",
      "sh",
      "-c",
      script,
      "sh",
      ...command.map((part) =>
        part.replaceAll(deno, `${folder}/deno`).replaceAll(ROOT, `${folder}/checkout`)
      ),
    ],
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

async function cacheFolder(deno: string): Promise<string> {
  const { stdout } = await new Deno.Command(deno, { args: ["info", "--json"], stdin: "null" })
    .output();
  return (JSON.parse(new TextDecoder().decode(stdout)) as { denoDir: string }).denoDir;
}
