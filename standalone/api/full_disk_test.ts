import { strictEqual as equal } from "node:assert/strict";

/** A program that writes into a state until its disk is full, and prints how that is told. */
const WRITER = `
import { Store } from "${new URL("./store/store.ts", import.meta.url)}";
const store = new Store({ path: Deno.args[0] });
let written = 0;
try {
  for (;; written++) {
    const id = { resource: "pods", namespace: "default", name: "pod-" + written };
    const object = { metadata: { uid: id.name }, text: "x".repeat(20_000) };
    store.transaction(() => store.write(id, "ADDED", object));
  }
} catch (error) {
  const kept = store.list({ resource: "pods" }).length;
  console.log(String(error), kept === written && store.revision === written + 1);
}
`;

Deno.test("Store says why nothing can be written where the disk is full, and keeps what was", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/writer.ts`, WRITER);
    // A file that may not grow is to SQLite what a disk is that has no room: it rolls back by itself.
    const { stdout } = await new Deno.Command("sh", {
      args: [
        "-c",
        `trap "" XFSZ; ulimit -f 1024; exec "$0" run --allow-all --no-check writer.ts state.sqlite`,
        Deno.execPath(),
      ],
      cwd: folder,
      stderr: "null",
    }).output();
    equal(new TextDecoder().decode(stdout), "Error: disk I/O error true\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
