/**
 * The CustomResourceDefinitions and a whole deployment as objects, for those who install by a program of their own.
 *
 * Run it: `deno run examples/render.ts`
 *
 * @module
 */
// deno-lint-ignore-file no-console -- an example prints
import { customResourceDefinitions } from "@vm-dhcp/vm-dhcp";
import { stringify } from "yaml";
import { renderParts } from "../deploy/render.ts";
import { readSettings } from "../deploy/settings.ts";

const crds = customResourceDefinitions();
for (const { kind, metadata } of crds) console.log(`${kind} ${metadata.name}`);
console.log(stringify(crds[0]?.spec.names).trimEnd());

const settings = readSettings(
  { agent: { antiAffinity: "required" } },
  { namespace: "dhcp", image: "registry.example/vm-dhcp:0.2.0" },
);
for (const { name, objects } of renderParts(settings)) {
  const kinds = new Set((objects as readonly Rendered[]).map(({ kind }) => kind));
  console.log(`${name}: ${[...kinds].join(", ")}`);
}
const [agent] = renderParts(settings).find(({ name }) => name === "agent")?.objects ?? [];
const { metadata, spec } = agent as Rendered;
const [container] = spec?.template?.spec.containers ?? [];
console.log(`${metadata.namespace}/${metadata.name}: ${container?.image}`);
console.log(stringify(container?.securityContext).trimEnd());

/** What is looked at of the objects. */
interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly namespace?: string; readonly name: string };
  readonly spec?: {
    readonly template?: {
      readonly spec: { readonly containers: readonly Container[] };
    };
  };
}

/** What is looked at of a container. */
interface Container {
  readonly image: string;
  readonly securityContext: unknown;
}
