import { deepStrictEqual as deepEqual, rejects, strictEqual as equal } from "node:assert/strict";
import { taskCommand } from "./task_command.ts";

Deno.test("taskCommand runs a task with its own permissions, from the cache only", async () => {
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const [program, ...args] = await taskCommand(config, {
    task: "standalone",
    deno: "/x/deno",
    root: "/x",
  });
  equal(program, "/x/deno");
  deepEqual(args.slice(0, 4), ["run", "--cached-only", "--no-prompt", `--config=${config}`]);
  equal(args.at(-1), "/x/standalone/main.ts");
  equal(args.some((arg) => arg.startsWith("--allow-ffi")), true);
  await rejects(taskCommand(config, { task: "none", deno: "deno", root: "/x" }), {
    message: "Cannot run the task by itself: none",
  });
});
