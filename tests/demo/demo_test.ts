import { deepStrictEqual as deepEqual, match, ok, strictEqual as equal } from "node:assert/strict";
import { dirname } from "node:path";
import { STORY } from "../../standalone/demo/story/mod.ts";
import { findPrograms } from "../real/mod.ts";
import { asNobody } from "./as_nobody.ts";
import { DemoProcess, traces } from "./demo_process.ts";

const END = "nothing is left on this machine";

/** The story as it has to be told. */
function assertTold(output: string): void {
  for (const [index, { title }] of STORY.entries()) {
    match(output, new RegExp(`^ ${index + 1}\\.  ${title}`, "m"));
  }
  ok(!output.includes("\u2717"), output);
  for (
    const client of [
      "udhcpc in test-vm/eth0 was given 192.168.48.",
      "dhcpcd in db/eth0 was given 192.168.48.84",
      "dhclient in app/eth0 was given 192.168.48.84",
    ]
  ) {
    ok(output.includes(client), `${client} is not in:\n${output}`);
  }
  match(
    output,
    /^ +NAMESPACE +NAME +NETWORK +AVAILABLE +USED +REGISTERED +CACHEREADY +AGENTREADY +AGE$/m,
  );
  match(output, /^ +default +net-48 +default\/net-48 +6 +2 +True +True +True +\d+s$/m);
  match(output, /PoolExhausted: No address is left in 192\.168\.48\.81-192\.168\.48\.82/);
}

Deno.test("the demo tells its whole story with --once, in time, ends with 0 and leaves nothing behind", async () => {
  const before = await traces();
  const begin = performance.now();
  await using demo = await DemoProcess.start({ args: ["--once"] });
  equal(await demo.ended(), 0, demo.output);
  ok(performance.now() - begin < 45_000, "it took too long");
  assertTold(demo.output);
  ok(demo.output.trimEnd().endsWith(END));
  await demo.gone();
  deepEqual(await traces(), before);
});

Deno.test("the demo tells the same story to somebody who is not root", async () => {
  await using nobody = await asNobody();
  await using demo = await DemoProcess.start({ args: ["--once"], wrap: nobody.wrap });
  equal(await demo.ended(), 0, demo.output);
  assertTold(demo.output);
  await demo.gone();
});

Deno.test("the demo ends at SIGINT in the middle of the story and leaves nothing behind", async () => {
  const before = await traces();
  await using demo = await DemoProcess.start();
  await demo.tells(" 2.  ");
  demo.signal("SIGINT");
  equal(await demo.ended(), 130, demo.output);
  ok(demo.output.trimEnd().endsWith("Interrupted; nothing is left on this machine."), demo.output);
  await demo.gone();
  deepEqual(await traces(), before);
});

Deno.test("the demo leaves nothing behind when it is killed with kill -9", async () => {
  const before = await traces();
  await using demo = await DemoProcess.start();
  await demo.tells(" 2.  ");
  demo.signal("SIGKILL");
  await demo.gone();
  deepEqual(await traces(), before);
});

Deno.test("the demo stays up without --once, and every command that it says to try works, until SIGINT", async () => {
  await using demo = await DemoProcess.start();
  await demo.tells("Ctrl-C ends it");
  const commands = [...demo.output.matchAll(/^ {2}\$ (.+)$/gm)].map(([, command = ""]) => command);
  ok(commands.length >= 10, demo.output);
  const { kubectl } = await findPrograms();
  const path = `${dirname(kubectl)}:${Deno.env.get("PATH") ?? ""}`;
  for (const command of commands) {
    const { success, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-c", command],
      env: { PATH: path },
      stdin: "null",
    }).output();
    const said = new TextDecoder().decode(stdout);
    ok(success, `${command}: ${new TextDecoder().decode(stderr)}${said}`);
    if (command.includes(" get ippl")) match(said, /ippool\S*\/net-48 +default\/net-48/);
    if (command.includes(" describe ")) match(said, /Kind: +IPPool/);
    if (command.endsWith("/metrics")) {
      match(said, /^vmdhcpagent_leases\{ippool="default\/net-48"\} 2$/m);
    }
  }
  demo.signal("SIGINT");
  equal(await demo.ended(), 0, demo.output);
  ok(demo.output.trimEnd().endsWith(END), demo.output);
  await demo.gone();
});

Deno.test("the demo ends with 1 where something is not as it should be, and shows the logs", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${folder}/udhcpc`,
      "#!/bin/sh\necho this client does not feel like it\nexec sleep 60\n",
      { mode: 0o755 },
    );
    const path = `${folder}:${Deno.env.get("PATH") ?? ""}`;
    await using demo = await DemoProcess.start({ args: ["--once"], env: { PATH: path } });
    equal(await demo.ended(), 1, demo.output);
    match(
      demo.output,
      /^ {2}\u2717 {2}Waited in vain 15 s until test-vm\/eth0 \(udhcpc\) has an address$/m,
    );
    match(
      demo.output,
      /^The log of udhcpc in test-vm\/eth0, its end\n {2}this client does not feel like it$/m,
    );
    match(demo.output, /^The server's log, its end\n(.+\n)*.*"message":"Listening"/m);
    await demo.gone();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
