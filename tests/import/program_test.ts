import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { taskCommand } from "../../standalone/demo/task_command.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const FIXTURE = "tests/import/fixtures/pxe-lab.dhcpd.conf";

/** Runs the task as `deno.json` has it. */
function run(...args: readonly string[]) {
  return runInto("", ...args);
}

/** The same with a redirection, such as `>FILE`. */
async function runInto(redirection: string, ...args: readonly string[]) {
  const at = { task: "import", deno: Deno.execPath(), root: ROOT };
  const command = await taskCommand(`${ROOT}/deno.json`, at);
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", `exec "$@" ${redirection}`, "sh", ...command, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  return {
    code,
    said: new TextDecoder().decode(stdout),
    complaint: new TextDecoder().decode(stderr),
  };
}

Deno.test("deno task import prints manifests with the names that it is told, counts on the other stream, and ends with 0", async () => {
  const names = ["--network", "192.168.248.0/24=vms/pxe", "--network", "first"];
  const { code, said, complaint } = await run(
    "--from",
    "dhcpd",
    FIXTURE,
    "--namespace",
    "lab",
    ...names,
  );
  deepStrictEqual({ code, complaint }, {
    code: 0,
    complaint: "47 statements read, 18 of them have a comment\n",
  });
  match(said, /^ {2}networkName: lab\/first$/m);
  match(said, /^ {2}networkName: vms\/pxe$/m);
  match(said, /^ {4}- networkName: vms\/pxe$/m);
});

Deno.test("deno task import ends with 1 where a file is none of the server's, and names the place", async () => {
  deepStrictEqual(await run("--from", "kea", FIXTURE), {
    code: 1,
    said: "",
    complaint: `${FIXTURE}:2:1: A value is wanted\n`,
  });
  const { code, complaint } = await run("--from", "kea", "nowhere.conf");
  strictEqual(code, 1);
  strictEqual(
    complaint,
    "nowhere.conf: The file cannot be read: No such file or directory\n",
  );
});

Deno.test("deno task import ends with 1 and one sentence where its manifests find no room", async () => {
  deepStrictEqual(await runInto(">/dev/full", "--from", "dhcpd", FIXTURE), {
    code: 1,
    said: "",
    complaint: "No space left on device (os error 28)\n",
  });
});

Deno.test("deno task import ends with 2 where it is called wrongly, and says what is wanted", async () => {
  const called = async (...args: readonly string[]) => {
    const { code, complaint } = await run(...args);
    return [code, complaint.trim()];
  };
  deepStrictEqual(await called(FIXTURE), [2, "--from is missing: kea, dhcpd or dnsmasq"]);
  deepStrictEqual(await called("--from", "kea"), [
    2,
    "The file is missing: the server's configuration",
  ]);
  deepStrictEqual(await called("--from", "kea", "a", "b"), [2, "One file is wanted, not also b"]);
  deepStrictEqual(await called("--from", "kea", "a", "--network", "10.0.0.0=x"), [
    2,
    'Cannot use --network "10.0.0.0=x": Cannot parse IPv4 CIDR, a prefix length from 0 to 32 wanted: "10.0.0.0"',
  ]);
});
