/**
 * Runs what depends on the API server against another Kubernetes: `deno task kubernetes --minor 1.30`.
 *
 * @module
 */
import { parseFlags } from "../../runtime/flags.ts";
import { exitCode } from "../../runtime/program.ts";
import { nonEmpty, oneOf, valueOr, values } from "../../runtime/settings.ts";
import { SYSTEM_PERMISSIONS } from "../../tools/gate/test_steps.ts";
import { buildMissing, cacheFolder, findEtcd } from "./programs.ts";
import { KUBERNETES_PROGRAMS, KUBERNETES_VERSION, OTHER_VERSIONS } from "./versions.ts";

const ROOT = new URL("../../", import.meta.url);
/** What asks most of an API server. */
const TESTS = [
  "tests/real/real_cluster_test.ts",
  "tests/crds",
  "tests/webhook",
  "tests/deploy/deploy_test.ts",
  "tests/deploy/rbac_test.ts",
  "tests/deploy/access_test.ts",
];

const NEWEST = KUBERNETES_VERSION.replace(/^v(1\.\d+).*$/, "$1");
const VERSIONS: Readonly<Record<string, string>> = {
  ...OTHER_VERSIONS,
  [NEWEST]: KUBERNETES_VERSION,
};

const PROGRAM = {
  usage: "deno task kubernetes",
  about:
    "Runs the tests of the CRDs, the webhook, RBAC and the deployment against another Kubernetes. Its programs are built once, which takes minutes; runs as root.",
  settings: {
    minor: valueOr(NEWEST, {
      help: "Which Kubernetes",
      placeholder: Object.keys(VERSIONS).join("|"),
      parse: oneOf(...Object.keys(VERSIONS)),
    }),
    test: values({
      help: "Run these tests instead",
      placeholder: "FILE|FOLDER",
      parse: nonEmpty,
    }),
  },
};

const encoder = new TextEncoder();

function say(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

/** The folder of programs of a version, with etcd. */
async function assetsOf(version: string): Promise<string> {
  await buildMissing(KUBERNETES_PROGRAMS, say, version);
  const folder = cacheFolder(version);
  await Deno.remove(`${folder}/etcd`).catch(() => {});
  await Deno.symlink(await findEtcd(say), `${folder}/etcd`);
  return folder;
}

async function main(): Promise<number> {
  const { values: found, help } = parseFlags(PROGRAM, { args: Deno.args, env: {} });
  if (found === undefined) {
    say(help.trimEnd());
    return 0;
  }
  const { minor, test: tests } = found;
  const version = VERSIONS[minor] ?? KUBERNETES_VERSION;
  const assets = await assetsOf(version);
  say(`Kubernetes ${version}`);
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--no-prompt", ...SYSTEM_PERMISSIONS, ...tests.length === 0 ? TESTS : tests],
    cwd: ROOT,
    env: { KUBEBUILDER_ASSETS: assets },
  }).spawn().status;
  return code;
}

Deno.exit(await exitCode(main));
