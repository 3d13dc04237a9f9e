import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { CEL_RULES } from "./cel_rules.ts";
import { type CustomResourceDefinition, customResourceDefinitions } from "./crd.ts";
import { objectSchema, type OpenApiSchema } from "./open_api_schema.ts";
import * as z from "zod";

const [POOL, VMNETCFG] = customResourceDefinitions() as [
  CustomResourceDefinition,
  CustomResourceDefinition,
];

function schemaOf(crd: CustomResourceDefinition): OpenApiSchema {
  return crd.spec.versions[0]?.schema.openAPIV3Schema ?? {};
}

/** Every schema below a schema, by its path: `spec.networkConfig[].macAddress`, `status.ipv4.allocated{}`. */
function* schemas(
  schema: OpenApiSchema,
  path: string = "",
): Generator<readonly [string, OpenApiSchema]> {
  yield [path, schema];
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    yield* schemas(property, path === "" ? name : `${path}.${name}`);
  }
  if (schema.items !== undefined) yield* schemas(schema.items, `${path}[]`);
  if (schema.additionalProperties !== undefined) {
    yield* schemas(schema.additionalProperties, `${path}{}`);
  }
}

/** What is said of the fields of `options` at a path. */
function below(path: string, said: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(said).map(([name, what]) => [`${path}.${name}`, what]));
}

function at(crd: CustomResourceDefinition, path: string): OpenApiSchema | undefined {
  return [...schemas(schemaOf(crd))].find(([own]) => own === path)?.[1];
}

Deno.test("customResourceDefinitions keeps the names by which people and scripts know the kinds", () => {
  deepStrictEqual(
    [POOL, VMNETCFG].map(({ metadata, spec }) => [metadata.name, spec.names, spec.scope]),
    [
      ["ippools.network.harvesterhci.io", {
        kind: "IPPool",
        listKind: "IPPoolList",
        plural: "ippools",
        singular: "ippool",
        shortNames: ["ippl", "ippls"],
        categories: ["network-all"],
      }, "Namespaced"],
      ["virtualmachinenetworkconfigs.network.harvesterhci.io", {
        kind: "VirtualMachineNetworkConfig",
        listKind: "VirtualMachineNetworkConfigList",
        plural: "virtualmachinenetworkconfigs",
        singular: "virtualmachinenetworkconfig",
        shortNames: ["vmnetcfg", "vmnetcfgs"],
        categories: ["network-all"],
      }, "Namespaced"],
    ],
  );
  for (const { spec } of [POOL, VMNETCFG]) {
    deepStrictEqual(
      spec.versions.map(({ name, served, storage, subresources }) => ({
        name,
        served,
        storage,
        subresources,
      })),
      [{ name: "v1alpha1", served: true, storage: true, subresources: { status: {} } }],
    );
  }
});

Deno.test("customResourceDefinitions shows the columns of the Go version in its order", () => {
  const columns = (crd: CustomResourceDefinition): unknown =>
    crd.spec.versions[0]?.additionalPrinterColumns
      .filter(({ priority }) => priority === undefined)
      .map(({ name, type, jsonPath }) => `${name} ${type} ${jsonPath}`);
  deepStrictEqual(columns(POOL), [
    "NETWORK string .spec.networkName",
    "AVAILABLE integer .status.ipv4.available",
    "USED integer .status.ipv4.used",
    "REGISTERED string .status.conditions[?(@.type=='Registered')].status",
    "CACHEREADY string .status.conditions[?(@.type=='CacheReady')].status",
    "AGENTREADY string .status.conditions[?(@.type=='AgentReady')].status",
    "AGE date .metadata.creationTimestamp",
  ]);
  deepStrictEqual(columns(VMNETCFG), [
    "VMNAME string .spec.vmName",
    "ALLOCATED string .status.conditions[?(@.type=='Allocated')].status",
    "DISABLED string .status.conditions[?(@.type=='Disabled')].status",
    "INSYNCED string .status.conditions[?(@.type=='InSynced')].status",
    "ADDRESS string .status.addresses",
    "AGE date .metadata.creationTimestamp",
  ]);
});

Deno.test("customResourceDefinitions requires no more of a spec than it must, and both counts of a status", () => {
  const required = (crd: CustomResourceDefinition): unknown =>
    Object.fromEntries(
      [...schemas(schemaOf(crd))].flatMap(([path, { required }]) =>
        required === undefined ? [] : [[path, [...required].sort()]]
      ),
    );
  const options = {
    "routes[]": ["destination", "gateway"],
    "bootFiles[]": ["fileName"],
    "options[]": ["code"],
    "options[].suboptions[]": ["code", "type", "value"],
    "vendorOptions[]": ["code", "enterprise", "type", "value"],
  };
  deepStrictEqual(required(POOL), {
    ...below("spec.ipv4Config", options),
    "": ["spec"],
    "spec": ["ipv4Config", "networkName"],
    "spec.ipv4Config": ["cidr"],
    "status.ipv4": ["available", "used"],
    "status.ipv4.released{}": ["until"],
    "status.ipv4.conflicts{}": ["until"],
    "status.conditions[]": ["status", "type"],
  });
  deepStrictEqual(required(VMNETCFG), {
    ...below("spec.networkConfig[].options", options),
    ...below("spec.networkConfigs[].options", options),
    "": ["spec"],
    "spec": ["vmName"],
    "spec.networkConfig[]": ["macAddress", "networkName"],
    "spec.networkConfigs[]": ["macAddress", "networkName"],
    "status.networkConfig[]": ["macAddress", "networkName", "state"],
    "status.networkConfigs[]": ["macAddress", "networkName", "state"],
    "status.unserved[]": ["message", "name", "reason"],
    "status.conditions[]": ["status", "type"],
  });
});

Deno.test("customResourceDefinitions limits what the Go version limits, never closer", () => {
  const limits = (crd: CustomResourceDefinition): unknown =>
    Object.fromEntries(
      [...schemas(schemaOf(crd))].flatMap(([path, { maxLength, maxItems, format }]) => {
        const limit = maxLength ?? maxItems ?? format;
        return limit === undefined ? [] : [[path, limit]];
      }),
    );
  const options = {
    dns: 3,
    ntp: 4,
    routes: 64,
    bootFiles: 64,
    options: 64,
    "options[].suboptions": 64,
    vendorOptions: 64,
  };
  deepStrictEqual(limits(POOL), {
    ...below("spec.ipv4Config", options),
    "spec.networkName": 317,
    "spec.ipv4Config.cidr": 64,
    "spec.ipv4Config.serverIP": "ipv4",
    "spec.ipv4Config.pool.start": "ipv4",
    "spec.ipv4Config.pool.end": "ipv4",
    "spec.ipv4Config.router": "ipv4",
    "status.lastUpdate": "date-time",
    "status.ipv4.released{}.until": "date-time",
    "status.ipv4.conflicts{}.until": "date-time",
  });
  const nic = (list: string): unknown => ({
    [`spec.${list}`]: 32,
    [`spec.${list}[].networkName`]: 317,
    [`spec.${list}[].macAddress`]: 17,
    [`spec.${list}[].ipAddress`]: "ipv4",
    ...below(`spec.${list}[].options`, options),
  });
  deepStrictEqual(limits(VMNETCFG), {
    "spec.vmName": 253,
    ...nic("networkConfig") as object,
    ...nic("networkConfigs") as object,
  });
});

Deno.test("customResourceDefinitions makes the big maps of a pool's status atomic", () => {
  for (const map of ["allocated", "released", "conflicts", "ntpServers", "clients"]) {
    strictEqual(at(POOL, `status.ipv4.${map}`)?.["x-kubernetes-map-type"], "atomic", map);
  }
});

Deno.test("customResourceDefinitions explains every field", () => {
  const silent = [POOL, VMNETCFG].flatMap((crd) =>
    [...schemas(schemaOf(crd))]
      .filter(([path, { description }]) =>
        description === undefined && !/(\[\]|\{\}|metadata)$/.test(path)
      )
      .map(([path]) => path)
  );
  deepStrictEqual(silent, []);
});

Deno.test("customResourceDefinitions shows an example of everything that clients are told, but of switches", () => {
  const told = [...schemas(schemaOf(VMNETCFG))].filter(([path]) =>
    /^spec[.]networkConfig\[\][.]options[.].*[^\]]$/.test(path)
  );
  const bare = told.filter(([, { type, description = "" }]) =>
    type !== "boolean" && !/ Examples?: \S.*[.]$/.test(description)
  );
  deepStrictEqual([told.length > 20, bare.map(([path]) => path)], [true, []]);
});

Deno.test("customResourceDefinitions uses only rules whose meaning CEL_RULES has, and all of them", () => {
  const rules = [POOL, VMNETCFG].flatMap((crd) =>
    [...schemas(schemaOf(crd))].flatMap(([path, schema]) =>
      (schema["x-kubernetes-validations"] ?? []).map(({ rule, message }) => ({
        path,
        rule,
        message,
      }))
    )
  );
  deepStrictEqual(rules.map(({ path, message }) => `${path}: ${message}`), [
    "spec.networkName: NetworkName is immutable",
    "spec.ipv4Config.cidr: CIDR is immutable",
    "spec.ipv4Config.cidr: CIDR must not be in 0.0.0.0/8 (this network), 127.0.0.0/8 (loopback), 224.0.0.0/4 (multicast) or 240.0.0.0/4 (reserved)",
    "spec: Only one of networkConfig and networkConfigs may be set",
    "spec.vmName: VMName is immutable",
  ]);
  deepStrictEqual(new Set(rules.map(({ rule }) => rule)), new Set(CEL_RULES.keys()));
});

Deno.test("CEL_RULES mean what their text says", () => {
  const immutable = CEL_RULES.get("self == oldSelf");
  deepStrictEqual([immutable?.("a", "a"), immutable?.("a", "b")], [true, false]);
  const oneSpelling = CEL_RULES.get("!(has(self.networkConfig) && has(self.networkConfigs))");
  deepStrictEqual(
    [
      {},
      { networkConfig: [] },
      { networkConfigs: [] },
      { networkConfig: [], networkConfigs: [] },
      null,
    ]
      .map((self) => oneSpelling?.(self, undefined)),
    [true, true, true, false, true],
  );
});

Deno.test("customResourceDefinitions are plain JSON with the keywords of structural schemas only", () => {
  const allowed = new Set([
    "type",
    "description",
    "format",
    "enum",
    "maxLength",
    "maxItems",
    "minimum",
    "items",
    "properties",
    "additionalProperties",
    "required",
    "x-kubernetes-int-or-string",
    "x-kubernetes-map-type",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-validations",
  ]);
  for (const crd of [POOL, VMNETCFG]) {
    deepStrictEqual(JSON.parse(JSON.stringify(crd)), crd);
    for (const [path, schema] of schemas(schemaOf(crd))) {
      deepStrictEqual(Object.keys(schema).filter((key) => !allowed.has(key)), [], path);
      const isTyped = schema.type !== undefined;
      strictEqual(isTyped, !/[.](architecture|value)$/.test(path), path);
      const isFree = schema["x-kubernetes-preserve-unknown-fields"] === true;
      strictEqual(isTyped || isFree || schema["x-kubernetes-int-or-string"] === true, true, path);
      strictEqual(
        schema.properties !== undefined && schema.additionalProperties !== undefined,
        false,
        path,
      );
    }
  }
});

Deno.test("objectSchema keeps real limits of numbers and drops those that every number has", () => {
  const schema = z.looseObject({ spec: z.looseObject({ a: z.int().min(1), b: z.int() }) });
  deepStrictEqual(objectSchema(schema).properties?.spec?.properties, {
    a: { minimum: 1, type: "integer" },
    b: { type: "integer" },
  });
});
