/**
 * The Go module from which Kubernetes' programs are built: a `go.mod` and one file that imports them.
 *
 * @module
 */
import { mustRun } from "./command.ts";
import { KUBERNETES_PROGRAMS, NODE_PROGRAMS, stagingVersion } from "./versions.ts";

const MODULE = "vm-dhcp.test/kube";

/**
 * `go.mod`: Kubernetes itself, and every module that its own `go.mod` takes from its `staging` folder pinned to the
 * version published with it.
 */
function goMod(kubernetesGoMod: string, version: string): string {
  const staged = [
    ...kubernetesGoMod.matchAll(/^\s*(?:replace\s+)?(\S+) => \.\/staging\/src\/\S+$/gm),
  ]
    .map(([, module]) => module);
  const go = /^go (\S+)$/m.exec(kubernetesGoMod)?.[1];
  if (staged.length === 0 || go === undefined) {
    throw new Error(`Cannot read go.mod of Kubernetes ${version}`);
  }
  return [
    `module ${MODULE}`,
    `go ${go}`,
    `require k8s.io/kubernetes ${version}`,
    ...staged.map((module) => `replace ${module} => ${module} ${stagingVersion(version)}`),
    "",
  ].join("\n");
}

/** The Go file that makes `go mod tidy` find what the programs need. */
function toolsGo(): string {
  const imports = [...KUBERNETES_PROGRAMS, ...NODE_PROGRAMS].map((program) =>
    `\t_ "k8s.io/kubernetes/cmd/${program}"`
  );
  return ["//go:build tools", "", "package tools", "", "import (", ...imports, ")", ""].join("\n");
}

/** Arguments of `go build` for one program. */
export function buildArguments(
  program: string,
  { version, output }: { readonly version: string; readonly output: string },
): string[] {
  const [, major = "", minor = ""] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
  const stamps = Object.entries({
    gitVersion: version,
    gitMajor: major,
    gitMinor: minor,
  })
    .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
  return [
    "build",
    "-trimpath",
    "-ldflags",
    ["-s", "-w", ...stamps].join(" "),
    "-o",
    output,
    `k8s.io/kubernetes/cmd/${program}`,
  ];
}

/** Writes the module into an empty folder and fetches what it needs. */
export async function writeModule(
  go: string,
  { version, folder }: { readonly version: string; readonly folder: string },
): Promise<void> {
  await Deno.writeTextFile(`${folder}/go.mod`, `module ${MODULE}\n`);
  const said = await mustRun(go, [
    "mod",
    "download",
    "-json",
    `k8s.io/kubernetes@${version}`,
  ], {
    cwd: folder,
  });
  const { GoMod } = JSON.parse(said) as { GoMod: string };
  await Deno.writeTextFile(`${folder}/go.mod`, goMod(await Deno.readTextFile(GoMod), version));
  await Deno.writeTextFile(`${folder}/tools.go`, toolsGo());
  await mustRun(go, ["mod", "tidy"], { cwd: folder });
}
