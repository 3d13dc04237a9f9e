import { deepStrictEqual, doesNotMatch, match, ok, strictEqual, throws } from "node:assert/strict";
import denoJson from "../../deno.json" with { type: "json" };
import { readSettings } from "../../deploy/settings.ts";
import { valuesTable } from "../../deploy/values/documents.ts";
import { mustRun } from "../real/mod.ts";
import {
  CHART,
  chartObjects,
  comparable,
  helmProgram,
  helmTemplate,
  NAMESPACE,
  objectsIn,
  type Rendered,
  typedObjects,
} from "./chart.ts";
import { UNUSED_VALUES, VALUE_SETS, valueAt, valuesOf } from "./chart_values.ts";

function find(objects: readonly Rendered[], name: string): Rendered | null {
  return objects.find((object) => `${object.kind} ${object.metadata.name}` === name) ?? null;
}

Deno.test("I1: the chart renders what the typed objects are, by default", async () => {
  deepStrictEqual(comparable(await chartObjects({})), comparable(typedObjects({})));
});

for (const [name, rows] of Object.entries(VALUE_SETS)) {
  Deno.test(`I1: every value arrives, in the chart as in the typed objects: ${name}`, async (t) => {
    const values = valuesOf(rows);
    const objects = await chartObjects(values);
    const before = typedObjects({});
    for (const { value, set, arrives: [object, ...path], as = set } of rows) {
      await t.step(value, () => {
        const wanted = as === "localhost/vm-dhcp:VERSION"
          ? `localhost/vm-dhcp:${denoJson.version}`
          : as;
        deepStrictEqual(valueAt(find(objects, object), path), wanted);
        // It would be there without the value, too: of an image of the Go version nothing is taken.
        if (wanted === as) notDeepEqual(valueAt(find(before, object), path), wanted, value);
      });
    }
    deepStrictEqual(comparable(objects), comparable(typedObjects(values)));
  });
}

function notDeepEqual(value: unknown, other: unknown, name: string): void {
  if (name === "crds.keep") return;
  ok(JSON.stringify(value) !== JSON.stringify(other), `${name} changes nothing`);
}

Deno.test("I1: no value is without a test that it arrives", () => {
  const tested = new Set([
    ...Object.values(VALUE_SETS).flat().map(({ value }) => value),
    ...Object.keys(UNUSED_VALUES),
  ]);
  const all = Array.from(valuesTable().matchAll(/^\| `([^`]+)`/gm), ([, path]) => path ?? "");
  ok(all.length > 100, `${all.length} values`);
  deepStrictEqual(all.filter((path) => !tested.has(path)), []);
});

Deno.test("I1: the chart is a part of another one, with its global values", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const chart = {
      apiVersion: "v2",
      name: "parent",
      version: "1.0.0",
      dependencies: [{ name: "vm-dhcp", version: ">=0.0.0-0", repository: `file://${CHART}` }],
    };
    await Deno.writeTextFile(`${folder}/Chart.yaml`, JSON.stringify(chart));
    const values = {
      global: { imageRegistry: "mirror.example", imagePullSecrets: ["mirror"], other: { a: 1 } },
      "vm-dhcp": { logLevel: "debug", image: { tag: "7" } },
    };
    await Deno.writeTextFile(`${folder}/values.yaml`, JSON.stringify(values));
    const helm = await helmProgram();
    const env = { HELM_CACHE_HOME: `${folder}/cache`, HELM_CONFIG_HOME: `${folder}/config` };
    await mustRun(helm, ["dependency", "update", folder], { env });
    const rendered = await mustRun(helm, ["template", "any-name", folder, "--namespace=vm-dhcp"], {
      env,
    });
    match(rendered, /image: "mirror\.example\/vm-dhcp:7"/);
    match(rendered, /imagePullSecrets:\s+- name: "mirror"/);
    match(rendered, /- --log-level=debug/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the chart is as Helm wants it", async () => {
  await mustRun(await helmProgram(), ["lint", "--strict", CHART]);
});

const REFUSED: Readonly<Record<string, readonly [value: string, set: unknown, problem: RegExp]>> = {
  "text for a number": ["controller.replicas", "many", /controller.*replicas/s],
  "too many replicas": ["agent.replicas", 99, /replicas/],
  "a word that is none of the choice": ["agent.antiAffinity", "never", /antiAffinity/],
  "a value that is not known": ["tenency", "isolated", /tenency/],
  "a value of a role that is not known": ["agent.colour", "red", /colour/],
  "a number for a label": ["webhook.nodeSelector", { a: 1 }, /nodeSelector/],
  "an image without a name": ["image.repository", "", /image/],
  "an empty text for the image": ["image", "", /image/],
  "a Service range that is none": ["webhook.serviceCidr", "nonsense", /serviceCidr/],
  "a Service range whose octet is too large": ["serviceCIDR", "10.53.0.256/16", /serviceCIDR/],
  "a level of the log that there is not": ["logLevel", "warning", /logLevel/],
  "a name that is none": ["fullnameOverride", "No_Name", /fullnameOverride/],
};
for (const [name, [value, set, problem]] of Object.entries(REFUSED)) {
  Deno.test(`the chart and deploy refuse ${name}`, async () => {
    const values = valuesOf([{ value, set }]);
    const { code, stderr } = await helmTemplate(values);
    strictEqual(code, 1);
    match(stderr, problem);
    const given = { namespace: NAMESPACE };
    let said = "";
    try {
      readSettings(values, given);
    } catch (error) {
      said = String(error);
    }
    match(said, problem);
  });
}

for (const part of ["registry", "tag", "digest"]) {
  Deno.test(`the chart and deploy refuse a role's image.${part} beside an image that is one text`, async () => {
    const own = valuesOf([{ value: `controller.image.${part}`, set: "other" }]);
    const values = { ...own, image: "localhost/vm-dhcp:1" };
    const problem = new RegExp(`controller\\.image\\.${part}.*one text`);
    const { code, stderr } = await helmTemplate(values);
    strictEqual(code, 1);
    match(stderr, problem);
    throws(() => readSettings(values, { namespace: NAMESPACE }), problem);
    const whole = { ...values, controller: { image: { repository: "mine", [part]: "other" } } };
    strictEqual((await helmTemplate(whole)).code, 0);
  });
}

/** What one template of a changed copy of the chart renders. */
async function renderChanged(
  template: string,
  { change, values = {} }: {
    readonly change: (templates: string) => Promise<void>;
    readonly values?: unknown;
  },
): Promise<readonly Rendered[]> {
  const folder = await Deno.makeTempDir();
  try {
    await mustRun("cp", ["-r", CHART, folder]);
    await change(`${folder}/vm-dhcp/templates`);
    await Deno.writeTextFile(`${folder}/values.json`, JSON.stringify(values));
    const args = ["any-name", `${folder}/vm-dhcp`, `--values=${folder}/values.json`];
    const only = [`--show-only=templates/${template}`, "--kube-version=v1.36.0"];
    return objectsIn(await mustRun(await helmProgram(), ["template", ...args, ...only]));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("what is left of a hook that failed is its job alone, with its log", async () => {
  const hooks = await renderChanged("crd-hook.yaml", {
    change: async (templates) => {
      const text = await Deno.readTextFile(`${templates}/_helpers.tpl`);
      // As where a cluster has CRDs of somebody else.
      const foreign = text.replace("{{- if not $found }}chart", "{{- if not $found }}hook");
      await Deno.writeTextFile(`${templates}/_helpers.tpl`, foreign);
    },
  });
  const going = hooks.filter(({ metadata }) =>
    metadata.annotations?.["helm.sh/hook-delete-policy"]?.includes("hook-failed")
  );
  deepStrictEqual(going.map(({ kind }) => kind), [
    "ServiceAccount",
    "ClusterRole",
    "ClusterRoleBinding",
  ]);
  deepStrictEqual(hooks.map(({ kind }) => kind), [...going.map(({ kind }) => kind), "Job"]);
});

Deno.test("the notes say that global.imageRegistry is not used where image is one text", async () => {
  const notes = async (image: unknown) =>
    JSON.stringify(
      await renderChanged("notes.yaml", {
        values: { image, global: { imageRegistry: "mirror.example" } },
        // `helm template` renders no notes.
        change: async (templates) => {
          await Deno.rename(`${templates}/NOTES.txt`, `${templates}/../files/notes.txt`);
          const text = 'notes: {{ tpl (.Files.Get "files/notes.txt") . | quote }}\n';
          await Deno.writeTextFile(`${templates}/notes.yaml`, text);
        },
      }),
    );
  const said = /global\.imageRegistry \(mirror\.example\) is not used/;
  match(await notes("localhost/vm-dhcp:1"), said);
  doesNotMatch(await notes({ repository: "vm-dhcp" }), said);
});
