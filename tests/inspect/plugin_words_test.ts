/**
 * What `kubectl vmdhcp` hands on, whatever is typed: by each shell that is here, with a kubectl that writes down what it is given.
 *
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";

const PLUGIN = new URL("../../deploy/plugin/kubectl-vmdhcp", import.meta.url).pathname;
const SHELLS = [["dash"], ["busybox", "sh"], ["bash", "--posix"]];

/** One argument a line, in brackets. */
const KUBECTL = `#!/bin/sh
printf '<%s>\\n' "$@" >&2
printf '%s\\n' '# exit 0'
`;

const PROXY = "/api/v1/namespaces/vm-dhcp/services/vm-dhcp-controller:inspect/proxy/v1";

async function run(
  folder: string,
  { shell, args, env = {} }: {
    readonly shell: readonly string[];
    readonly args: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  },
) {
  const [program = "", ...before] = shell;
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...before, ...args],
    env: { PATH: `${folder}:${Deno.env.get("PATH")}`, ...env },
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), said: decoder.decode(stderr) };
}

/** What is typed, and what kubectl is given. */
const HANDED_ON: readonly (readonly [readonly string[], readonly string[]])[] = [
  [["why", "'; touch pwned"], [
    "get",
    "--raw",
    `${PROXY}/why?of=%27%3b%20touch%20pwned&output=table&exit=1`,
  ]],
  [
    ["pools", "-n", "a/../$(touch pwned)"],
    [
      "get",
      "--raw",
      `${PROXY}/pools?namespace=a%2f..%2f%24%28touch%20pwned%29&output=table&exit=1`,
    ],
  ],
  [
    ["pools", "--context", "x'$(touch pwned)`touch pwned`\ny"],
    [
      "--context",
      "x'$(touch pwned)`touch pwned`\ny",
      "get",
      "--raw",
      `${PROXY}/pools?output=table&exit=1`,
    ],
  ],
  // TLS is verified unless somebody says otherwise.
  [["pools", "--insecure-skip-tls-verify=false"], [
    "get",
    "--raw",
    `${PROXY}/pools?output=table&exit=1`,
  ]],
  [
    ["pools", "--insecure-skip-tls-verify=true"],
    ["--insecure-skip-tls-verify", "get", "--raw", `${PROXY}/pools?output=table&exit=1`],
  ],
  [["pools", "-n", "x", "--all-namespaces=false"], [
    "get",
    "--raw",
    `${PROXY}/pools?namespace=x&output=table&exit=1`,
  ]],
  [["pools", "-n=x", "-o=json"], [
    "get",
    "--raw",
    `${PROXY}/pools?namespace=x&output=json&exit=1`,
  ]],
  [["packets", "p", "--for", "1m"], ["get", "--raw", `${PROXY}/packets?of=p&seconds=60`]],
];

/** What is typed, and what is said instead of asking. */
const REFUSED: readonly (readonly [readonly string[], RegExp])[] = [
  [["pools", "--insecure-skip-tls-verify=no"], /--insecure-skip-tls-verify: .*: no$/],
  [["why who", "web"], /unknown verb why who;/],
  [["pools", "--service-namespace", ".."], /must be a name such as vm-dhcp: \.\.$/],
  [["pools", "--service", "a/b"], /must be a name such as vm-dhcp: a\/b$/],
  [["packets", "p", "--for", "08m"], /--for: .*: 08m$/],
  [["packets", "p", "--for", "99999999999999999999h"], /--for: .*: 99999999999999999999h$/],
];

Deno.test("kubectl vmdhcp hands on what is typed, and nothing is run", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "vm-dhcp-plugin-" });
  try {
    await Deno.writeTextFile(`${folder}/kubectl`, KUBECTL, { mode: 0o755 });
    for (const shell of SHELLS) {
      for (const [args, given] of HANDED_ON) {
        await t.step(`${shell[0]}: ${args.join(" ")}`, async () => {
          const { code, said } = await run(folder, { shell: [...shell, PLUGIN], args });
          strictEqual(said, given.map((arg) => `<${arg}>\n`).join(""));
          strictEqual(code, 0);
        });
      }
      for (const [args, why] of REFUSED) {
        await t.step(`${shell[0]} refuses ${args.join(" ")}`, async () => {
          const { code, said } = await run(folder, { shell: [...shell, PLUGIN], args });
          match(said.trim(), why);
          match(said, /^kubectl vmdhcp: /);
          strictEqual(code, 2);
        });
      }
    }
    await t.step("completion runs no word", async () => {
      const script = `eval "$(sh ${PLUGIN} completion bash)"
kubectl-vmdhcp() { printf '%s\\n' 'a b' 'a$(touch ${folder}/pwned)' other; }
COMP_WORDS=(kubectl-vmdhcp why a) COMP_CWORD=2
_kubectl_vmdhcp
printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { out } = await run(folder, { shell: ["bash", "-c", script], args: [] });
      deepStrictEqual(out, `a b\na$(touch ${folder}/pwned)\n`);
    });
    deepStrictEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["kubectl"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
