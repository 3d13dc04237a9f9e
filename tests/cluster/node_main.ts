/**
 * The first process of a test node's namespaces: prepares them, starts every component and keeps them. When it ends, the
 * kernel ends everything in its process namespace. Started by `node.ts` under `unshare`.
 *
 * Commands on standard input, one a line: `start NAME`, `stop NAME`; each is answered by `ok NAME` on standard output.
 *
 * @module
 */
import { TextLineStream } from "./text_lines.ts";
import {
  componentCommands,
  configurationFiles,
  CONTAINERD_SOCKET,
  NODE_ADDRESS,
  type NodePaths,
  SERVICE_CIDR,
} from "./node_config.ts";

/** Settings that the kubelet and kube-proxy would change for the whole machine: they change a copy. */
const SHADOWED_SYSCTLS = [
  "vm/overcommit_memory",
  "vm/panic_on_oom",
  "kernel/panic",
  "kernel/panic_on_oops",
  "kernel/keys/root_maxkeys",
  "kernel/keys/root_maxbytes",
];

const paths: NodePaths = JSON.parse(Deno.args[0] ?? "");
const components = new Map<string, Deno.ChildProcess>();

await run("mount", "--make-rprivate", "/");
await run("mount", "-t", "tmpfs", "tmpfs", "/run");
for (const folder of ["etcd", "pki", "cni", "multus", "log", "sysctl"]) {
  await Deno.mkdir(`${paths.folder}/${folder}`, { recursive: true });
}
for (const sysctl of SHADOWED_SYSCTLS) {
  const copy = `${paths.folder}/sysctl/${sysctl.replaceAll("/", "_")}`;
  await run("cp", `/proc/sys/${sysctl}`, copy);
  await run("mount", "--bind", copy, `/proc/sys/${sysctl}`);
}
await run("ip", "link", "set", "lo", "up");
await run("ip", "link", "add", "node0", "type", "bridge");
await run("ip", "address", "add", `${NODE_ADDRESS}/24`, "dev", "node0");
await run("ip", "link", "set", "node0", "up");
await run("ip", "route", "add", SERVICE_CIDR, "dev", "node0");
for (const [name, content] of Object.entries(configurationFiles(paths))) {
  await Deno.writeTextFile(`${paths.folder}/${name}`, content);
}
await makeCertificates(`${paths.folder}/pki`);
for (const name of Object.keys(componentCommands(paths))) {
  start(name);
  if (name === "kube-apiserver") await until("the API server", apiServerReady);
  if (name === "containerd") await until("containerd", containerdReady);
}
await until("the node", nodeReady);
await print("ready");

for await (const line of Deno.stdin.readable.pipeThrough(new TextLineStream())) {
  const [command, name = ""] = line.split(" ");
  if (command === "start") start(name);
  if (command === "stop") await stop(name);
  await print(`ok ${name}`);
}

function start(name: string): void {
  const [program = "", ...args] = componentCommands(paths)[name] ?? [];
  const log = `${paths.folder}/log/${name}.log`;
  const quoted = [program, ...args].map((part) => `'${part}'`).join(" ");
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", `exec ${quoted} >>'${log}' 2>&1`],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  components.set(name, child);
}

async function stop(name: string): Promise<void> {
  const child = components.get(name);
  if (!child) return;
  child.kill("SIGKILL");
  await child.status;
  components.delete(name);
}

async function makeCertificates(pki: string): Promise<void> {
  const openssl = (...args: string[]) => run("openssl", ...args);
  await openssl("genrsa", "-out", `${pki}/sa.key`, "2048");
  const newKey = ["-newkey", "rsa:2048", "-nodes"];
  await openssl(
    ...["req", "-x509", ...newKey, "-keyout", `${pki}/ca.key`, "-out", `${pki}/ca.crt`],
    ...["-days", "2", "-subj", "/CN=node-ca"],
  );
  await openssl(
    ...["req", ...newKey, "-keyout", `${pki}/api.key`, "-out", `${pki}/api.csr`],
    ...["-subj", "/CN=kube-apiserver"],
  );
  await openssl(
    ...["x509", "-req", "-in", `${pki}/api.csr`, "-CA", `${pki}/ca.crt`, "-CAkey", `${pki}/ca.key`],
    ...["-CAcreateserial", "-out", `${pki}/api.crt`, "-days", "2", "-extfile", `${pki}/api.ext`],
  );
}

async function kubectl(...args: string[]): Promise<string> {
  const { success, stdout } = await new Deno.Command(paths.programs["kubectl"] ?? "kubectl", {
    args: [`--kubeconfig=${paths.folder}/admin.kubeconfig`, ...args],
    stderr: "null",
  }).output();
  return success ? new TextDecoder().decode(stdout) : "";
}

async function apiServerReady(): Promise<boolean> {
  return (await kubectl("get", "--raw", "/readyz")) === "ok";
}

/** A kubelet that finds no container runtime ends. */
async function containerdReady(): Promise<boolean> {
  const args = [`--address=${CONTAINERD_SOCKET}`, "version"];
  const { success } = await new Deno.Command(paths.programs["ctr"] ?? "ctr", {
    args,
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}

async function nodeReady(): Promise<boolean> {
  const path = 'jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}';
  return (await kubectl("get", "nodes", "-o", path)).includes("True");
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 90_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Wait for ${what}: not ready after 90 s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, {
    args,
    stdout: "null",
    stderr: "piped",
  })
    .output();
  if (!success) {
    throw new Error(`Run ${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`);
  }
}

async function print(text: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
}
