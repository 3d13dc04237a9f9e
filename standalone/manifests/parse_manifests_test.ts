import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import { mergeManifests } from "./merge_manifests.ts";
import { parseManifestFile } from "./parse_manifests.ts";
import { formatProblem } from "./types.ts";

const POOL = `apiVersion: network.harvesterhci.io/v1alpha1
kind: IPPool
metadata:
  name: net-48
  namespace: default
spec:
  ipv4Config:
    serverIP: 192.168.48.77
    cidr: 192.168.48.0/24
    dns:
    - 1.1.1.1
  networkName: default/net-48
`;

/** Ids and problems of a text, as a person reads them. */
function read(text: string, path = "a.yaml"): string[] {
  const { manifests, problems } = parseManifestFile({ path, text });
  return [...manifests.map(({ id }) => id), ...problems.map(formatProblem)];
}

const CASES: Readonly<Record<string, [text: string, expected: string[], path?: string]>> = {
  "an empty file holds nothing": ["", []],
  "comments and empty documents hold nothing": ["# nothing\n---\n---\n# still nothing\n", []],
  "documents are read one by one": [
    `${POOL}---\napiVersion: v1\nkind: Namespace\nmetadata: {name: blue}\n`,
    ["IPPool default/net-48", "Namespace blue"],
  ],
  "JSON is read, with tabs": [
    '{\n\t"apiVersion": "v1",\n\t"kind": "Namespace",\n\t"metadata": {"name": "blue"}\n}\n',
    ["Namespace blue"],
    "a.json",
  ],
  "a List is its items, and the bad one is named with its line": [
    "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Namespace\n  metadata: {name: a}\n" +
    "- apiVersion: v1\n  kind: Pod\n  metadata: {name: b}\n",
    [
      "Namespace a",
      'a.yaml:8:3: kind: must be one of Namespace, NetworkAttachmentDefinition, IPPool, VirtualMachine, VirtualMachineNetworkConfig, List: "Pod"',
    ],
  ],
  "an object without a namespace is in default": [
    "apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata: {name: test-vm}\n",
    ["VirtualMachine default/test-vm"],
  ],
  "a syntax error is named with its line, and the next document is read": [
    "apiVersion: v1\nkind: [Namespace\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: blue}\n",
    [
      "Namespace blue",
      "a.yaml:3:1: Cannot read YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
  ],
  "a key that stands twice is an error": [
    "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  name: b\n",
    ["a.yaml:5:3: Cannot read YAML: Map keys must be unique"],
  ],
  "an unknown tag is an error": [
    "apiVersion: v1\nkind: !!js/undefined Namespace\nmetadata: {name: a}\n",
    ["a.yaml:2:7: Cannot read YAML: there is a tag that cannot be used"],
  ],
  "an alias without its anchor is an error": [
    "apiVersion: v1\nkind: *nowhere\n",
    ["a.yaml:1:1: Cannot read YAML: there is an alias without an anchor"],
  ],
  "a text is no object": ["just words\n", [
    'a.yaml:1:1: must be an object with apiVersion and kind: "just words"',
  ]],
  "a List without a list of items is refused": [
    "apiVersion: v1\nkind: List\nitems: 7\n",
    ["a.yaml:3:1: items: must be a list of objects: 7"],
  ],
  "a kind of another group is refused": [
    "apiVersion: loadbalancer.harvesterhci.io/v1beta1\nkind: IPPool\nmetadata: {name: a}\n",
    [
      'a.yaml:1:1: apiVersion: must be network.harvesterhci.io/v1alpha1 for a IPPool: "loadbalancer.harvesterhci.io/v1beta1"',
    ],
  ],
  "a name is required": [
    "apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata:\n  labels: {a: b}\n",
    ["a.yaml:3:1: metadata.name: is required"],
  ],
  "an object without metadata is refused": [
    "apiVersion: v1\nkind: Namespace\n",
    ["a.yaml:1:1: metadata: is required"],
  ],
  "a cluster-wide object has no namespace": [
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, namespace: b}\n",
    ['a.yaml:3:21: metadata.namespace: must be absent in a Namespace: "b"'],
  ],
  "a bad value is named with line, field and value": [
    POOL.replace("    dns", "    leaseTime: 0\n    dns").replace("1.1.1.1", "fe80::1"),
    [
      'a.yaml:12:7: spec.ipv4Config.dns[0]: must be an IPv4 address such as 192.168.48.10: IPv6 given where IPv4 is wanted: "fe80::1"',
      "a.yaml:10:5: spec.ipv4Config.leaseTime: must be from 1 to 4294967295 seconds: 0",
    ],
  ],
  "a missing field is named where it is missing": [
    POOL.replace("    cidr: 192.168.48.0/24\n", ""),
    ["a.yaml:7:3: spec.ipv4Config.cidr: is required"],
  ],
  "a mistyped field is named": [
    POOL.replace("serverIP", "serverIp"),
    ["a.yaml:8:5: spec.ipv4Config.serverIp: is not a known field; did you mean serverIP?"],
  ],
  "a status that is not the user's is left out": [`${POOL}status: {ipv4: {used: oops}}\n`, [
    "IPPool default/net-48",
  ]],
};

for (const [sentence, [text, expected, path]] of Object.entries(CASES)) {
  Deno.test(`parseManifestFile: ${sentence}`, () => deepEqual(read(text, path), expected));
}

Deno.test("parseManifestFile leaves out what only a server sets, so that a dump can be used as it is", () => {
  const text = `apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: test-vm
  uid: a9f8ce12
  resourceVersion: "826813"
  creationTimestamp: "2024-02-15T13:17:21Z"
  generation: 2
  managedFields: []
  ownerReferences: [{apiVersion: v1, kind: Pod, name: a, uid: b}]
  finalizers: [example.com/keep]
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: "{}"
    example.com/a: b
status: {ready: true}
`;
  deepEqual(parseManifestFile({ path: "vm.yaml", text }).manifests[0]?.object, {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: {
      name: "test-vm",
      namespace: "default",
      finalizers: ["example.com/keep"],
      annotations: { "example.com/a": "b" },
    },
  });
});

Deno.test("parseManifestFile finds the line of any field of an object, behind aliases too", () => {
  const text = `apiVersion: v1
kind: List
items:
- apiVersion: kubevirt.io/v1
  kind: VirtualMachine
  metadata: &meta
    name: a
- apiVersion: kubevirt.io/v1
  kind: VirtualMachine
  metadata: {<<: *meta, name: b}
  spec:
    running: true
`;
  const [first, second] = parseManifestFile({ path: "x.yaml", text }).manifests;
  deepEqual(first?.place, { file: "x.yaml", line: 4, column: 3 });
  equal(first?.locate("metadata.name").line, 7);
  equal(second?.id, "VirtualMachine default/b");
  equal(second?.locate("spec.running").line, 12);
  equal(
    second?.locate("spec.template.spec").line,
    11,
    "a field that is missing is shown at its parent",
  );
});

Deno.test("mergeManifests keeps the first of two and names both places", () => {
  const namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: blue}\n";
  const parts = ["a.yaml", "sub/b.yaml"].map((path) =>
    parseManifestFile({ path, text: namespace })
  );
  const { manifests, problems } = mergeManifests(parts);
  deepEqual(manifests.map(({ place }) => place.file), ["a.yaml"]);
  deepEqual(problems.map(formatProblem), [
    "sub/b.yaml:1:1: Cannot have an object twice: Namespace blue stands at a.yaml:1 already",
  ]);
});

for (
  const text of [
    "password: [hunter2",
    "password: hunter2: x",
    "hunter2\n x: y\n",
    "password: *hunter2",
    "password: !hunter2 x",
    "password: !!hunter2 x",
    'password: "\\hunter2"',
    "password: @hunter2",
    "password: |hunter2\n  x",
    "%hunter2\n---\na: b",
    "password: 'a' hunter2",
    "- a\nhunter2",
  ]
) {
  Deno.test(`T17: what is wrong with ${JSON.stringify(text)} is told without its words`, () => {
    const problems = read(text, "a.yaml");
    equal(problems.length > 0, true);
    equal(problems.join().includes("hunter2"), false, problems.join());
  });
}

Deno.test("S10: what is null or empty in a manifest is left out, of metadata, too", () => {
  const text = `apiVersion: network.harvesterhci.io/v1alpha1
kind: IPPool
metadata: {name: n12, labels: , annotations: null}
spec:
  networkName: default/n12
  paused:
  ipv4Config:
    cidr: 192.168.12.0/24
    serverIP: ""
    router:
    dns: ["", 1.1.1.1]
    domainName: ""
    leaseTime: 0300
    pool: {start: "", exclude: }
`;
  const { manifests: [manifest], problems } = parseManifestFile({ path: "a.yaml", text });
  deepEqual(problems, []);
  deepEqual(manifest?.object, {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { name: "n12", namespace: "default" },
    spec: {
      networkName: "default/n12",
      ipv4Config: { cidr: "192.168.12.0/24", dns: ["1.1.1.1"], leaseTime: 192, pool: {} },
    },
  });
});

Deno.test("S10: what must be there is not left out by an empty text, and is named", () => {
  const text = POOL.replace("networkName: default/net-48", 'networkName: ""')
    .replace("cidr: 192.168.48.0/24", "cidr:");
  deepEqual(read(text), [
    "a.yaml:12:3: spec.networkName: is required",
    "a.yaml:9:5: spec.ipv4Config.cidr: is required",
  ]);
});
