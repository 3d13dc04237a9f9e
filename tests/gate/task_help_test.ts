import { deepStrictEqual, match } from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);
/** Deno's own test runner, which has its own help. */
const NOT_OURS: readonly string[] = ["test:cluster"];

Deno.test("every task tells what it does where --help is given, and does nothing", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const names = Object.keys(tasks).filter((name) => !NOT_OURS.includes(name));
  const ran = await Promise.all(names.map(async (name) => {
    const [deno, ...args] = String(tasks[name].command).split(" ");
    deepStrictEqual(deno, "deno");
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: [...args, "--help"],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stderr: "null",
    }).output();
    return { name, code, text: new TextDecoder().decode(stdout) };
  }));
  for (const { name, code, text } of ran) {
    deepStrictEqual({ name, code }, { name, code: 0 });
    match(text, /^Usage: deno task [a-z]+|^(Plants|Puts) [^]*--\w+/, `${name}: ${text}`);
  }
});
