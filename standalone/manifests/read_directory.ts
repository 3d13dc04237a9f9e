/**
 * Finds and reads the manifest files of a directory.
 *
 * @module
 */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { errorText } from "../../core/error_text.ts";
import { abortable } from "../../runtime/abort.ts";
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
 * followed; what is neither file nor folder is not opened. Throws where the directory itself cannot be read: `Cannot read the
 * manifest directory: ...`, and the signal's reason as soon as it aborts, also where the system never answers.
 */
export async function readManifestDirectory(
  directory: string,
  signal?: AbortSignal,
): Promise<DirectoryContent> {
  const files: ManifestFile[] = [];
  const problems: ManifestProblem[] = [];
  try {
    await abortable(readFolder("", 0), signal);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Error(`Cannot read the manifest directory: ${directory}: ${errorText(cause)}`, {
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
          message: `Cannot read the file: ${errorText(error)}`,
        });
      }
    }
  }

  async function readEntry(path: string, depth: number): Promise<void> {
    const { isDirectory, isFile } = await Deno.stat(`${directory}/${path}`);
    if (isDirectory) {
      if (depth >= MAX_DEPTH) throw new Error(`more than ${MAX_DEPTH} folders deep`);
      await readFolder(path, depth + 1);
    } else if (EXTENSIONS.some((extension) => path.endsWith(extension))) {
      if (!isFile) throw new Error("neither a file nor a folder");
      files.push({ path, text: await readText(`${directory}/${path}`) });
    }
  }
}

/** The text of a file, which may be another one by now than it was a moment ago: it is opened as one that must not block. */
async function readText(path: string): Promise<string> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const status = await handle.stat();
    if (!status.isFile()) throw new Error("neither a file nor a folder");
    if (status.size > MAX_BYTES) throw tooLarge(status.size);
    const octets = new Uint8Array(status.size + 1);
    let length = 0;
    for (let count = 1; count > 0 && length < octets.length; length += count) {
      ({ bytesRead: count } = await handle.read(octets, length, octets.length - length, length));
    }
    if (length > status.size) throw new Error("it grows while it is read");
    return new TextDecoder("utf-8", { fatal: true }).decode(octets.subarray(0, length));
  } finally {
    await handle.close();
  }
}

function tooLarge(size: number): Error {
  return new Error(`larger than ${MAX_BYTES} bytes: ${size}`);
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
