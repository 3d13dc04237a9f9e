/**
 * Unpacks Debian packages below the cache, without installing them: root is not needed, and this machine stays as it is.
 *
 * @module
 */
import { apt, mustRun, type Progress } from "./apt.ts";
import { cacheFolder } from "./cache.ts";

const VERSION_FILE = "version";

/** Where the files of a package are, at the paths that they have in it. */
export function unpackedFolder(name: string): string {
  return `${cacheFolder()}/debian/${name}`;
}

/** What version it is. */
export async function unpackedVersion(name: string): Promise<string> {
  return (await Deno.readTextFile(`${unpackedFolder(name)}/${VERSION_FILE}`)).trim();
}

/**
 * Downloads a package and unpacks the files of these names, `*` for anything.
 *
 * @throws {Error} `Cannot run ...: ...`, which the network, apt-get or an archive without such files may cause.
 */
export async function unpackPackage(
  name: string,
  files: readonly string[],
  progress: Progress,
): Promise<void> {
  progress(`Unpacking ${name}`);
  const folder = unpackedFolder(name);
  const unfinished = `${folder}.${Deno.pid}`;
  await Deno.mkdir(`${unfinished}/files`, { recursive: true });
  try {
    if (Deno.uid() === 0) await apt(["update"]);
    await apt(["download", await archiveOf(name)], unfinished);
    // A pipe, for the archive in it is larger than what is wanted of it.
    const script =
      'archive=$1; shift; dpkg-deb --fsys-tarfile "$archive" | tar -x -C files --wildcards "$@"';
    const [archive = ""] = [...Deno.readDirSync(unfinished)].map((one) => one.name)
      .filter((one) => one.endsWith(".deb"));
    await mustRun("sh", ["-ec", script, "sh", archive, ...files], unfinished);
    const version = await mustRun("dpkg-deb", ["--field", archive, "Version"], unfinished);
    await Deno.writeTextFile(`${unfinished}/files/${VERSION_FILE}`, version);
    await Deno.rename(`${unfinished}/files`, folder).catch((error: unknown) => {
      // Another process may have been faster.
      if (!(error instanceof Error && "code" in error && error.code === "ENOTEMPTY")) throw error;
    });
  } finally {
    await Deno.remove(unfinished, { recursive: true });
  }
}

/** The package itself, but for a kernel: its package only depends on that of the newest version. */
async function archiveOf(name: string): Promise<string> {
  const said = await mustRun("apt-cache", ["depends", name]);
  return /^ *Depends: (linux-image-\S+)$/m.exec(said)?.[1] ?? name;
}
