import { rejects, strictEqual as equal } from "node:assert/strict";
import { createKubeClient } from "../../kube/objects/client.ts";
import { NAMESPACES, VIRTUAL_MACHINES } from "../../kube/objects/resources.ts";
import type { KubeObject } from "../../core/api/types.ts";
import { EmbeddedApi } from "./embedded_api.ts";
import { MemoryVersions } from "./store/memory_versions.ts";
import type { Version } from "./store/versions.ts";

/** Versions on a disk that has room for so many more of them. */
class OnFullDisk extends MemoryVersions {
  room = Infinity;

  override put(version: Version): void {
    this.#take();
    super.put(version);
  }

  override compact(upTo: number): void {
    this.#take();
    super.compact(upTo);
  }

  #take(): void {
    if (this.room === 0) throw new Error("database or disk is full");
    this.room--;
  }
}

function machine(name: string, more: Partial<KubeObject["metadata"]> = {}): KubeObject {
  return {
    apiVersion: VIRTUAL_MACHINES.apiVersion,
    kind: VIRTUAL_MACHINES.kind,
    metadata: { name, namespace: "default", ...more },
  };
}

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

Deno.test("EmbeddedApi tells watches of a write also where the disk has no room to forget older ones", async () => {
  const versions = new OnFullDisk();
  using api = new EmbeddedApi({ versions, history: 5 });
  const machines = createKubeClient(api.rest()).of(VIRTUAL_MACHINES);
  const seen: string[] = [];
  const watching = (async () => {
    const { resourceVersion } = api;
    for await (const event of machines.watch({ resourceVersion })) {
      if (event.type === "ADDED") seen.push(event.object.metadata.name ?? "");
    }
  })();
  for (let index = 0; versions.newest < 10; index++) await machines.create(machine(`vm-${index}`));
  versions.room = 1;
  await machines.create(machine("last"));
  await rejects(machines.create(machine("one-more")), /database or disk is full/);
  api.close();
  await watching.catch(() => undefined);
  equal(seen.at(-1), "last");
});

Deno.test("EmbeddedApi removes what belonged to a deleted object as soon as the disk has room", async () => {
  const versions = new OnFullDisk();
  using api = new EmbeddedApi({ versions });
  const client = createKubeClient(api.rest());
  const machines = client.of(VIRTUAL_MACHINES);
  const { apiVersion, kind, metadata: { name = "", uid = "" } } = await machines.create(
    machine("owner"),
  );
  await machines.create(machine("owned", { ownerReferences: [{ apiVersion, kind, name, uid }] }));
  versions.room = 1;
  await machines.delete({ namespace: "default", name });
  equal((await machines.list()).items.length, 1, "There is no room to say that it is gone");
  versions.room = Infinity;
  await client.of(NAMESPACES).list();
  equal((await machines.list()).items.length, 0);
});
