/**
 * {@linkcode SnapshotStore} in a folder: one file per pool, replaced whole.
 *
 * Needs `--allow-read` and `--allow-write` of the folder.
 *
 * @module
 */
import type { SnapshotStore } from "../types.ts";

/** A store in `folder`, which is made where it does not exist. */
export function fileSnapshots(folder: string): SnapshotStore {
  // Names of Kubernetes have no underscore, so two keys never share a file.
  const fileOf = (key: string) => `${folder}/${key.replaceAll("/", "_")}.snapshot`;
  return {
    async load(key) {
      try {
        return await Deno.readTextFile(fileOf(key));
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      }
    },
    async save(key, text) {
      await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
      const file = fileOf(key);
      const replacement = `${file}.new`;
      await Deno.writeTextFile(replacement, text, { mode: 0o600 });
      // A draft that was left there had a mode of its own.
      await Deno.chmod(replacement, 0o600);
      // On the disk before it takes the old one's place: a power cut leaves one of the two.
      using written = await Deno.open(replacement);
      await written.sync();
      await Deno.rename(replacement, file);
    },
    async remove(key) {
      try {
        await Deno.remove(fileOf(key));
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    },
  };
}
