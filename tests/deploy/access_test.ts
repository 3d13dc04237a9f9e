import { deepStrictEqual } from "node:assert/strict";
import { accessTable, differences, type Grant, grantsOf, usesOf } from "./access.ts";

const USER = "system:serviceaccount:vm-dhcp:agent";
const LEASES = { user: USER, namespace: "vm-dhcp", group: "coordination.k8s.io" };
const ROLE = [
  {
    kind: "Role",
    metadata: { name: "agent", namespace: "vm-dhcp" },
    rules: [{
      apiGroups: ["coordination.k8s.io"],
      resources: ["leases"],
      verbs: ["create", "patch"],
    }],
  },
  {
    kind: "RoleBinding",
    metadata: { name: "agent", namespace: "vm-dhcp" },
    roleRef: { kind: "Role", name: "agent" },
    subjects: [{ kind: "ServiceAccount", name: "agent", namespace: "vm-dhcp" }],
  },
];
const GRANTS: readonly Grant[] = ["create", "patch"].map((verb) => ({
  ...LEASES,
  resource: "leases",
  verb,
}));

Deno.test("grantsOf follows bindings to the verbs of their roles", () => {
  deepStrictEqual(grantsOf(ROLE), GRANTS);
});

Deno.test("usesOf takes an apply that made its object for a create too, and leaves other users out", () => {
  const object = { group: "coordination.k8s.io", resource: "leases", namespace: "vm-dhcp" };
  const events = [
    { user: USER, verb: "patch", uri: "", code: 201, object },
    { user: USER, verb: "get", uri: "/version", code: 200 },
    { user: "admin", verb: "patch", uri: "", code: 200, object },
  ];
  deepStrictEqual(usesOf(events, new Set([USER])).map(({ verb }) => verb), ["patch", "create"]);
});

Deno.test("differences finds what is missing, unused, and wider than used", () => {
  const use = { ...LEASES, resource: "leases", verb: "patch" };
  const { namespace: _, ...everywhere } = use;
  const cases: Readonly<Record<string, [readonly Grant[], readonly Grant[], readonly string[]]>> = {
    "every grant is used": [[use], [use], []],
    "nothing is granted": [[], [use], [
      "missing: agent: patch leases.coordination.k8s.io in vm-dhcp",
    ]],
    "nothing is used": [[use], [], ["unused: agent: patch leases.coordination.k8s.io in vm-dhcp"]],
    "used in one namespace, granted everywhere": [[everywhere], [use], [
      "wider than used: agent: patch leases.coordination.k8s.io in all namespaces, which is asked for in vm-dhcp only",
    ]],
    "used everywhere, granted in one namespace": [[use], [use, everywhere], [
      "missing: agent: patch leases.coordination.k8s.io in all namespaces",
    ]],
  };
  for (const [name, [grants, uses, expected]] of Object.entries(cases)) {
    deepStrictEqual(differences(grants, uses), expected, name);
  }
});

Deno.test("accessTable counts the uses of every verb", () => {
  const uses = [{ ...LEASES, resource: "leases", verb: "patch", name: "a" }];
  deepStrictEqual(
    accessTable(GRANTS, uses),
    "agent vm-dhcp leases.coordination.k8s.io: create 0, patch 1\n",
  );
});
