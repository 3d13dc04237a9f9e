import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import { createKubeClient } from "../../kube/objects/client.ts";
import { NAMESPACES } from "../../kube/objects/resources.ts";
import type { KubeClient } from "../../kube/types.ts";
import { systemClock } from "../../runtime/clock.ts";
import { loggerOver, type LogKeys } from "../../runtime/log.ts";
import { EmbeddedApi } from "../api/mod.ts";
import { followManifests } from "./follow_manifests.ts";
import { readManifestDirectory } from "./read_directory.ts";
import { formatProblem } from "./types.ts";

/** A directory that is followed, over an API that may outlive the following. */
class Fixture {
  readonly api = new EmbeddedApi();
  readonly client: KubeClient = createKubeClient(this.api.rest());
  readonly directory = Deno.makeTempDirSync();
  readonly lines: [message: string, keys: LogKeys][] = [];
  problems: string[] | undefined;
  #passed = Promise.withResolvers<void>();
  #stop = new AbortController();
  #done: Promise<void> | undefined;

  start(rescanMs = 60_000): void {
    this.#stop = new AbortController();
    this.#done = followManifests({
      directory: this.directory,
      client: this.client,
      clock: systemClock,
      random: () => 0,
      log: loggerOver((_level, message, keys) => this.lines.push([message, keys])),
      timing: { rescanMs },
      onPass: ({ problems }) => {
        this.problems = problems.map(formatProblem);
        this.#passed.resolve();
        this.#passed = Promise.withResolvers();
      },
    }, this.#stop.signal);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  write(path: string, name: string): void {
    const text = `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n`;
    Deno.writeTextFileSync(`${this.directory}/${path}`, text);
  }

  /** Waits for passes until the condition holds. */
  async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = AbortSignal.timeout(10_000);
    const late = new Promise<never>((_, reject) =>
      deadline.addEventListener("abort", () => reject(deadline.reason))
    );
    while (true) {
      const next = this.#passed.promise;
      if (await holds()) return;
      await Promise.race([next, late]);
    }
  }

  async has(name: string): Promise<boolean> {
    const namespace = await this.client.of(NAMESPACES).get({ name });
    return namespace !== undefined && namespace.metadata.deletionTimestamp === undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.api.close();
    Deno.removeSync(this.directory, { recursive: true });
  }
}

Deno.test("followManifests applies files that come, change and go, in folders too", async () => {
  await using fixture = new Fixture();
  fixture.write("a.yaml", "a");
  fixture.start();
  await fixture.until(() => fixture.has("a"));
  Deno.mkdirSync(`${fixture.directory}/sub`);
  fixture.write("sub/b.yml", "b");
  await fixture.until(() => fixture.has("b"));
  fixture.write("a.yaml", "c");
  await fixture.until(async () => await fixture.has("c") && !await fixture.has("a"));
  Deno.removeSync(`${fixture.directory}/sub/b.yml`);
  await fixture.until(async () => !await fixture.has("b"));
});

Deno.test("followManifests removes at its start what left the directory while it did not run", async () => {
  await using fixture = new Fixture();
  fixture.write("a.yaml", "a");
  fixture.write("b.yaml", "b");
  fixture.start();
  await fixture.until(() => fixture.has("b"));
  await fixture.stop();
  Deno.removeSync(`${fixture.directory}/a.yaml`);
  fixture.start();
  await fixture.until(async () => !await fixture.has("a"));
  equal(await fixture.has("b"), true);
});

Deno.test("followManifests names a bad file with its line once, goes on, and says when it is good again", async () => {
  await using fixture = new Fixture();
  Deno.writeTextFileSync(
    `${fixture.directory}/bad.yaml`,
    "apiVersion: v1\nkind: Namespce\nmetadata:\n  name: a\n",
  );
  fixture.write("good.yaml", "b");
  fixture.start(50);
  await fixture.until(() => fixture.has("b"));
  const problem = fixture.problems?.[0] ?? "";
  equal(problem.slice(0, problem.indexOf(" must")), "bad.yaml:2:1: kind:");
  let passes = 0;
  await fixture.until(() => ++passes > 3);
  fixture.write("bad.yaml", "a");
  await fixture.until(() => fixture.has("a"));
  await fixture.until(() => fixture.problems?.length === 0);
  deepEqual(
    fixture.lines.map(([message]) => message).filter((message) => message !== "Manifests applied"),
    ["Manifest has a problem", "Manifests have no problem any more"],
  );
  deepEqual(fixture.lines.find(([message]) => message === "Manifest has a problem")?.[1], {
    file: "bad.yaml",
    line: 2,
    column: 1,
    field: "kind",
    problem:
      'must be one of Namespace, NetworkAttachmentDefinition, IPPool, VirtualMachine, VirtualMachineNetworkConfig, List: "Namespce"',
  });
});

Deno.test("followManifests keeps all objects while the directory is away, and goes on when it is back", async () => {
  await using fixture = new Fixture();
  fixture.write("a.yaml", "a");
  fixture.start(50);
  await fixture.until(() => fixture.has("a"));
  Deno.renameSync(fixture.directory, `${fixture.directory}.away`);
  while (!fixture.lines.some(([message]) => message === "Manifests not applied")) {
    await systemClock.sleep(5, AbortSignal.timeout(10_000));
  }
  equal(await fixture.has("a"), true);
  Deno.renameSync(`${fixture.directory}.away`, fixture.directory);
  fixture.write("b.yaml", "b");
  await fixture.until(() => fixture.has("b"));
  equal(await fixture.has("a"), true);
});

Deno.test("followManifests names a file that is no text, and a link to nowhere", async () => {
  await using fixture = new Fixture();
  Deno.writeFileSync(`${fixture.directory}/bytes.yaml`, new Uint8Array([0xff, 0xfe, 0x00]));
  Deno.symlinkSync("nowhere", `${fixture.directory}/link.yaml`);
  fixture.write(".hidden.yaml", "hidden");
  fixture.start();
  await fixture.until(() => fixture.problems !== undefined);
  deepEqual(fixture.problems?.map((problem) => problem.slice(0, problem.indexOf(":", 20))), [
    "bytes.yaml:1:1: Cannot read the file",
    "link.yaml:1:1: Cannot read the file",
  ]);
  equal(await fixture.has("hidden"), false);
});

Deno.test("T17: what is neither file nor folder, or too large, is a problem; the rest is applied and the end comes at once", async () => {
  await using fixture = new Fixture();
  const at = (name: string) => `${fixture.directory}/${name}`;
  await new Deno.Command("mkfifo", { args: [at("fifo.yaml")] }).output();
  Deno.symlinkSync("/dev/zero", at("zero.yaml"));
  Deno.writeTextFileSync(at("huge.yaml"), "");
  Deno.truncateSync(at("huge.yaml"), 1_000_000_000_000);
  fixture.write("good.yaml", "good");
  fixture.start();
  await fixture.until(() => fixture.problems !== undefined);
  deepEqual(fixture.problems, [
    "fifo.yaml:1:1: Cannot read the file: neither a file nor a folder",
    "huge.yaml:1:1: Cannot read the file: larger than 16777216 bytes: 1000000000000",
    "zero.yaml:1:1: Cannot read the file: neither a file nor a folder",
  ]);
  equal((await fixture.client.of(NAMESPACES).get({ name: "good" }))?.metadata.name, "good");
});

Deno.test("T17: a file that a FIFO takes the place of while it is read does not keep the server from its end", async () => {
  const directory = Deno.makeTempDirSync();
  Deno.writeTextFileSync(`${directory}/a.yaml`, "");
  const regular = await Deno.stat(`${directory}/a.yaml`);
  Deno.removeSync(`${directory}/a.yaml`);
  await new Deno.Command("mkfifo", { args: [`${directory}/a.yaml`] }).output();
  const { stat } = Deno;
  // What a look at the name says, a moment before the FIFO.
  Deno.stat = (path) => String(path).endsWith("a.yaml") ? Promise.resolve(regular) : stat(path);
  try {
    const { problems } = await readManifestDirectory(directory, AbortSignal.timeout(10_000));
    deepEqual(problems.map(({ message }) => message), [
      "Cannot read the file: neither a file nor a folder",
    ]);
  } finally {
    Deno.stat = stat;
    Deno.removeSync(directory, { recursive: true });
  }
});
