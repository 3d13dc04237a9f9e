/**
 * Finds and reads the manifest files of a directory.
 *
 * @module
 */
import type { ManifestFile, ManifestProblem } from "./types.ts";

/** The files of a directory. */
export interface DirectoryContent {
  /** Paths are relative to the directory, in order. */
  readonly files: readonly ManifestFile[];
  /** Files and folders that could not be read. */
  readonly problems: readonly ManifestProblem[];
}

const EXTENSIONS = [".yaml", ".yml", ".json"];
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_DEPTH = 16;

/**
 * Reads every `.yaml`, `.yml` and `.json` file below a directory. Hidden files and folders are left out, links are
 * followed. Throws where the directory itself cannot be read: `Cannot read the manifest directory: ...`.
 */
export async function readManifestDirectory(directory: string): Promise<DirectoryContent> {
  const files: ManifestFile[] = [];
  const problems: ManifestProblem[] = [];
  try {
    await readFolder("", 0);
  } catch (cause) {
    throw new Error(`Cannot read the manifest directory: ${directory}: ${messageOf(cause)}`, {
      cause,
    });
  }
  return { files, problems };

  async function readFolder(folder: string, depth: number): Promise<void> {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(`${directory}/${folder}`)) names.push(name);
    for (const name of names.sort()) {
      if (name.startsWith(".")) continue;
      const path = folder === "" ? name : `${folder}/${name}`;
      try {
        await readEntry(path, depth);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound && !await exists(`${directory}/${path}`)) {
          continue;
        }
        problems.push({
          file: path,
          line: 1,
          column: 1,
          message: `Cannot read the file: ${messageOf(error)}`,
        });
      }
    }
  }

  async function readEntry(path: string, depth: number): Promise<void> {
    const { isDirectory, isFile, size } = await Deno.stat(`${directory}/${path}`);
    if (isDirectory) {
      if (depth >= MAX_DEPTH) throw new Error(`more than ${MAX_DEPTH} folders deep`);
      await readFolder(path, depth + 1);
    } else if (isFile && EXTENSIONS.some((extension) => path.endsWith(extension))) {
      if (size > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES} bytes: ${size}`);
      const bytes = await Deno.readFile(`${directory}/${path}`);
      files.push({ path, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) });
    }
  }
}

/** Whether a name is there, be it a link to nowhere. One that was removed while the folder was read is no problem. */
async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch {
    return false;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
