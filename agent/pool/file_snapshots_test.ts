import assert from "node:assert/strict";
import { fileSnapshots } from "./file_snapshots.ts";

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(`${folder}/state`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("fileSnapshots keeps, replaces and forgets texts by their keys", () =>
  inFolder(async (folder) => {
    const store = fileSnapshots(folder);
    assert.equal(await store.load("default/a"), undefined);
    await store.save("default/a", "one, which is longer");
    await store.save("default/a", "two");
    await store.save("default/b", "three");
    assert.equal(await store.load("default/a"), "two");
    assert.equal(await fileSnapshots(folder).load("default/b"), "three");
    await store.remove("default/a");
    await store.remove("default/a");
    assert.equal(await store.load("default/a"), undefined);
  }));

Deno.test("fileSnapshots leaves no drafts, and its files to their owner", () =>
  inFolder(async (folder) => {
    await fileSnapshots(folder).save("default/a", "one");
    const files = await Array.fromAsync(Deno.readDir(folder));
    assert.deepEqual(files.map(({ name }) => name), ["default_a.snapshot"]);
    const { mode } = await Deno.stat(`${folder}/default_a.snapshot`);
    assert.equal((mode ?? 0) & 0o777, 0o600);
  }));

Deno.test("T17: fileSnapshots keeps to its owner what it writes over an older draft, and the folder", () =>
  inFolder(async (folder) => {
    await fileSnapshots(folder).save("default/a", "one");
    assert.equal(((await Deno.stat(folder)).mode ?? 0) & 0o777, 0o700);
    await Deno.writeTextFile(`${folder}/default_a.snapshot.new`, "draft", { mode: 0o644 });
    await fileSnapshots(folder).save("default/a", "two");
    const { mode } = await Deno.stat(`${folder}/default_a.snapshot`);
    assert.equal((mode ?? 0) & 0o777, 0o600);
  }));
