/**
 * The template of `docs/dns.md`, filled as external-dns fills it, with the status that the controller writes.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { parse } from "yaml";
import { findProgram } from "../real/command.ts";
import { findPrograms, mustRun } from "../real/mod.ts";
import { blocksOfPages } from "./blocks.ts";
import { Shell } from "./shell.ts";

/** Fills a template with each object of a list: Go's own `text/template`, and the words that external-dns gives an object. */
const GO = `package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"text/template"
)

func main() {
	var objects []map[string]any
	if err := json.NewDecoder(os.Stdin).Decode(&objects); err != nil {
		panic(err)
	}
	replace := func(from, to, text string) string { return strings.ReplaceAll(text, from, to) }
	tmpl := template.Must(template.New("x").Funcs(template.FuncMap{"replace": replace}).Parse(os.Args[1]))
	texts := []string{}
	for _, object := range objects {
		metadata := object["metadata"].(map[string]any)
		section := func(name string) map[string]any {
			found, _ := object[name].(map[string]any)
			return found
		}
		var out bytes.Buffer
		if err := tmpl.Execute(&out, struct {
			Name, Namespace any
			Spec, Status    map[string]any
		}{metadata["name"], metadata["namespace"], section("spec"), section("status")}); err != nil {
			panic(err)
		}
		texts = append(texts, out.String())
	}
	if err := json.NewEncoder(os.Stdout).Encode(texts); err != nil {
		panic(err)
	}
}
`;

/** `host:target` pairs, as external-dns 0.23 splits them. */
function pairsOf(text: string): readonly string[] {
  return [...new Set(text.split(",").map((pair) => pair.trim()))].filter((pair) => pair !== "")
    .filter((pair) => /^[^:]+:[^:]+$/.test(pair)).sort();
}

Deno.test("docs/dns.md: the template names every VM that has an address, and no other", async () => {
  const blocks = await blocksOfPages();
  const yaml = blocks.find(({ page, text }) => page === "docs/dns.md" && text.startsWith("args:"));
  const { args } = parse(yaml?.text ?? "") as { readonly args: readonly string[] };
  const flag = "--fqdn-target-template=";
  const template = args.find((arg) => arg.startsWith(flag))?.slice(flag.length);
  ok(template !== undefined, "the template is among the arguments");

  const { kubectl } = await findPrograms();
  await using shell = await Shell.open({ kubectl });
  const outside = {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "VirtualMachineNetworkConfig",
    metadata: { name: "waits" },
    spec: {
      vmName: "waits",
      networkConfig: [{
        networkName: "default/net-48",
        macAddress: "52:54:00:aa:00:03",
        ipAddress: "10.0.0.1",
      }],
    },
  };
  await shell.run(`kubectl apply -f - <<'END'\n${JSON.stringify(outside)}\nEND`);
  await shell.run("kubectl wait --for=condition=Allocated=false vmnetcfg/waits --timeout=20s");
  const { items } = JSON.parse(await shell.run("kubectl get vmnetcfgs -o json"));
  const young = { ...outside, metadata: { name: "young", namespace: "default" } };

  const folder = await Deno.makeTempDir({ prefix: "vm-dhcp-dns-" });
  try {
    await Deno.writeTextFile(`${folder}/main.go`, GO);
    const printed = await mustRun(await findProgram("go") ?? "go", ["run", "main.go", template], {
      cwd: folder,
      stdin: JSON.stringify([...items, young]),
    });
    deepStrictEqual(JSON.parse(printed).map(pairsOf), [
      [],
      ["web.default.vms.example.com:192.168.48.86"],
      [],
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
