/**
 * Schemas, CEL rules, metadata rules, unknown fields.
 *
 * @module
 */
import type { JsonObject } from "../../../standalone/api/json.ts";
import { cases, type ContractCase } from "../contract_case.ts";
import { lease, machine, ownerOf, pool, vmnetcfg } from "../objects.ts";
import type { Session } from "../session.ts";

const MERGE = { contentType: "application/merge-patch+json" };

function refuses(body: (s: Session) => JsonObject): ContractCase["run"] {
  return async (s) => {
    await s.ask("POST", s.pools, { body: body(s) });
  };
}

function withConfig(ipv4Config: JsonObject): JsonObject {
  return pool("a", { spec: { ipv4Config: { cidr: "192.168.48.0/24", ...ipv4Config } } });
}

const nics = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    networkName: "default/net-48",
    macAddress: `02:00:00:00:00:${String(i % 100).padStart(2, "0")}`,
  }));

/** The cases. */
export const VALIDATION_CASES: readonly ContractCase[] = cases({
  "a missing required field is named": refuses(() => pool("a", { spec: { ipv4Config: {} } })),
  "a field of a wrong type is named": refuses(() => withConfig({ leaseTime: "long" })),
  "a number that is not whole is refused for an integer": refuses(() =>
    withConfig({ leaseTime: 1.5 })
  ),
  "a list in place of an object is refused": refuses(() => pool("a", { spec: { ipv4Config: [] } })),
  "a bad format is named": refuses(() => withConfig({ serverIP: "010.1.1.1" })),
  "an IPv6 address is no IPv4 address": refuses(() => withConfig({ router: "fe80::1" })),
  "too many items are refused": refuses(() =>
    withConfig({ dns: ["1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4"] })
  ),
  "too long a text is refused": refuses(() =>
    pool("a", { spec: { networkName: "x".repeat(318) } })
  ),
  "several errors come together": refuses(() =>
    pool("a", {
      spec: { networkName: 5, ipv4Config: { cidr: "10.0.0.0/8", router: "x", leaseTime: "y" } },
    })
  ),
  "an item of a wrong type is named by its index": refuses(() =>
    withConfig({ dns: ["1.1.1.1", 5] })
  ),
  "unknown fields are dropped": async (s) => {
    await s.ask("POST", s.pools, {
      body: { ...withConfig({ colour: "red" }), extra: { a: 1 } },
    });
  },
  "unknown fields are refused under Strict": async (s) => {
    await s.ask("POST", s.pools, {
      query: { fieldValidation: "Strict" },
      body: { ...withConfig({ colour: "red" }), extra: { a: 1 } },
    });
  },
  "unknown fields of metadata are refused under Strict": async (s) => {
    await s.ask("POST", s.pools, {
      query: { fieldValidation: "Strict" },
      body: pool("a", { metadata: { colour: "red" } }),
    });
  },
  "unknown fields of a built-in kind are refused under Strict": async (s) => {
    await s.ask("POST", s.leases, {
      query: { fieldValidation: "Strict" },
      body: { ...lease("a"), colour: "red" },
    });
  },
  "unknown fields in a patch are refused under Strict": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    const answer = await s.quietly("PATCH", `${s.pools}/a`, {
      ...MERGE,
      query: { fieldValidation: "Strict" },
      body: { spec: { colour: "red" } },
    });
    // The message also shows the whole patched object.
    const [why = ""] = /strict decoding error: .*$/.exec(String(answer.body.message)) ?? [];
    s.note([answer.code, answer.body.reason ?? "", why]);
  },
  "unknown values of options are refused": async (s) => {
    await s.ask("POST", s.pools, { body: pool("a"), query: { dryRun: "Some" } });
    await s.ask("POST", s.pools, { body: pool("a"), query: { fieldValidation: "Maybe" } });
  },
  "null stands for absence": async (s) => {
    await s.ask("POST", s.pools, { body: withConfig({ router: null, dns: null }) });
  },
  "a wrong type in a built-in kind is refused": async (s) => {
    const answer = await s.quietly("POST", s.leases, { body: lease("a", { holderIdentity: 5 }) });
    s.note([answer.code, answer.body.reason ?? ""]);
  },
  "a wrong type in metadata is refused": async (s) => {
    const answer = await s.quietly("POST", s.pools, {
      body: pool("a", { metadata: { labels: { a: 5 } } }),
    });
    s.note([answer.code, answer.body.reason ?? ""]);
  },
  "an immutable field cannot change": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    await s.ask("PATCH", `${s.pools}/a`, {
      ...MERGE,
      body: { spec: { networkName: "default/other", ipv4Config: { cidr: "10.0.0.0/8" } } },
    });
  },
  "a rule over an object is checked": async (s) => {
    await s.ask("POST", s.vmnetcfgs, {
      body: vmnetcfg("a", { spec: { networkConfigs: nics(1) } }),
    });
  },
  "too many NICs are refused, 32 are taken": async (s) => {
    await s.ask("POST", s.vmnetcfgs, {
      body: vmnetcfg("a", { spec: { networkConfig: nics(33) } }),
    });
    const taken = await s.quietly("POST", s.vmnetcfgs, {
      body: vmnetcfg("a", { spec: { networkConfig: nics(32) } }),
    });
    s.note(taken.code);
  },
  "a value outside an enumeration is refused": async (s) => {
    await s.quietly("POST", s.vmnetcfgs, { body: vmnetcfg("a") });
    await s.ask("PATCH", `${s.vmnetcfgs}/a/status`, {
      ...MERGE,
      body: {
        status: {
          networkConfig: [{ networkName: "n", macAddress: "02:00:00:00:00:01", state: "Maybe" }],
        },
      },
    });
  },
  "bad labels are refused": refuses(() =>
    pool("a", { metadata: { labels: { "bad key": "fine", fine: "bad value!" } } })
  ),
  "bad annotations are refused": refuses(() =>
    pool("a", { metadata: { annotations: { "a/b/c": "x" } } })
  ),
  "a bad finalizer is refused": refuses(() =>
    pool("a", { metadata: { finalizers: ["not a name"] } })
  ),
  "an owner without apiVersion is refused": refuses(() => {
    const { apiVersion: _apiVersion, ...owner } = ownerOf({
      ...machine("vm"),
      metadata: { name: "vm", uid: "1" },
    });
    return pool("a", { metadata: { ownerReferences: [owner] } });
  }),
  "two controlling owners are refused": refuses(() => {
    const owner = (name: string) =>
      ownerOf({ ...machine(name), metadata: { name, uid: name } }, { controller: true });
    return pool("a", { metadata: { ownerReferences: [owner("a"), owner("b")] } });
  }),
  "a name that is too long is refused": refuses(() => pool("x".repeat(254))),
  "a body that is not JSON is refused": async (s) => {
    const answer = await s.quietly("POST", s.pools, { body: "text" });
    s.note([answer.code, answer.body.reason ?? ""]);
  },
  "what a schema would refuse now stays where an update leaves it": async (s) => {
    await s.quietly("POST", s.machines, { body: machine("vm") });
    await s.ask("PATCH", `${s.machines}/vm`, {
      ...MERGE,
      body: { spec: { anything: { goes: [1, null] } } },
    });
  },
});
