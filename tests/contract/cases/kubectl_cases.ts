/**
 * kubectl, as an administrator uses it.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { stringify } from "yaml";
import { cases, type ContractCase } from "../contract_case.ts";
import { lease, pool, vmnetcfg } from "../objects.ts";

const MERGE = { contentType: "application/merge-patch+json" };
const CONDITIONS = [
  { type: "Registered", status: "True" },
  { type: "CacheReady", status: "True" },
  { type: "AgentReady", status: "False" },
];
const STATUS = { status: { ipv4: { used: 1, available: 7 }, conditions: CONDITIONS } };

/** The cases. */
export const KUBECTL_CASES: readonly ContractCase[] = cases({
  "kubectl get shows the columns": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("net-48") });
    await s.quietly("PATCH", `${s.pools}/net-48/status`, { ...MERGE, body: STATUS });
    await s.kubectl(["get", "ippools.network.harvesterhci.io"]);
    await s.kubectl(["get", "ippl", "net-48", "-o", "wide"]);
    await s.kubectl(["get", "ippools.network", "-o", "name"]);
    await s.kubectl(["get", "ippools", "--show-labels", "--no-headers"]);
  },
  "kubectl get network-all shows the objects of all our kinds": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("net-48") });
    await s.quietly("POST", s.vmnetcfgs, { body: vmnetcfg("test-vm") });
    await s.kubectl(["get", "network-all", "-o", "name"]);
  },
  "kubectl get of nothing says so": async (s) => {
    await s.kubectl(["get", "ippools"]);
    await s.kubectl(["get", "ippool", "nobody"]);
    await s.kubectl(["get", "unicorns"]);
  },
  "kubectl get -o yaml and jsonpath": async (s) => {
    await s.quietly("POST", s.vmnetcfgs, { body: vmnetcfg("test-vm") });
    await s.kubectl(["get", "vmnetcfg", "test-vm", "-o", "yaml"]);
    await s.kubectl(["get", "vmnetcfgs", "-o", "jsonpath={.items[*].spec.vmName}"]);
  },
  "kubectl get of built-in kinds": async (s) => {
    await s.quietly("POST", s.leases, { body: lease("lock") });
    await s.kubectl(["get", "leases"]);
    await s.kubectl(["get", "namespace", s.namespace]);
  },
  "kubectl describe shows the object": async (s) => {
    await s.quietly("POST", s.pools, {
      body: pool("net-48", { metadata: { labels: { a: "b" } } }),
    });
    await s.quietly("PATCH", `${s.pools}/net-48/status`, { ...MERGE, body: STATUS });
    await s.kubectl(["describe", "ippool", "net-48"]);
  },
  "kubectl describe shows the object's Events": async (s) => {
    const made = await s.quietly("POST", s.pools, { body: pool("net-48") });
    const { uid = "" } = made.body.metadata as { uid?: string };
    await s.quietly("POST", s.core("events"), {
      body: {
        apiVersion: "v1",
        kind: "Event",
        metadata: { name: "net-48.1" },
        involvedObject: {
          apiVersion: "network.harvesterhci.io/v1alpha1",
          kind: "IPPool",
          namespace: s.namespace,
          name: "net-48",
          uid,
        },
        reason: "PoolExhausted",
        message: "No address is free",
        type: "Warning",
        source: { component: "vm-dhcp" },
        count: 1,
        firstTimestamp: new Date().toISOString().replace(/\.\d+/, ""),
        lastTimestamp: new Date().toISOString().replace(/\.\d+/, ""),
      },
    });
    const text = await s.kubectl(["describe", "ippool", "net-48"]);
    ok(text.includes("No address is free"), text);
    await s.kubectl(["get", "events"]);
    await s.kubectl(["events", "--for", "IPPool/net-48"]);
  },
  "kubectl apply makes, leaves and changes": async (s) => {
    const manifest = pool("net-48");
    await s.kubectl(["apply", "-f", "-"], { stdin: stringify(manifest) });
    await s.kubectl(["apply", "-f", "-"], { stdin: stringify(manifest) });
    const changed = pool("net-48", {
      spec: { ipv4Config: { cidr: "192.168.48.0/24", dns: ["8.8.8.8"], leaseTime: 300 } },
    });
    await s.kubectl(["apply", "-f", "-"], { stdin: stringify(changed) });
    await s.kubectl(["get", "ippool", "net-48", "-o", "jsonpath={.spec}"]);
  },
  "kubectl apply of a built-in kind": async (s) => {
    const five = lease("a", { leaseDurationSeconds: 5 });
    await s.kubectl(["apply", "-f", "-"], { stdin: stringify(five) });
    await s.kubectl(["apply", "-f", "-"], { stdin: stringify(five) });
    await s.kubectl(["apply", "-f", "-"], {
      stdin: stringify(lease("a", { holderIdentity: "you" }, { finalizers: ["example.com/a"] })),
    });
    await s.kubectl(["get", "lease", "a", "-o", "jsonpath={.spec} {.metadata.finalizers}"]);
    await s.kubectl(["apply", "-f", "-"], { stdin: stringify(five) });
    await s.kubectl(["get", "lease", "a", "-o", "jsonpath={.spec} {.metadata.finalizers}"]);
  },
  "kubectl apply of a bad manifest says what is wrong": async (s) => {
    await s.kubectl(["apply", "-f", "-"], {
      stdin: stringify(
        pool("net-48", { spec: { ipv4Config: { cidr: "10.0.0.0/8", colour: "red" } } }),
      ),
    });
    await s.kubectl(["apply", "-f", "-"], {
      stdin: stringify(
        pool("net-48", { spec: { ipv4Config: { cidr: "10.0.0.0/8", leaseTime: "x" } } }),
      ),
    });
  },
  "kubectl apply --dry-run=server changes nothing": async (s) => {
    await s.kubectl(["apply", "--dry-run=server", "-f", "-"], { stdin: stringify(pool("net-48")) });
    await s.kubectl(["get", "ippools"]);
  },
  "kubectl diff shows what apply would change": async (s) => {
    for (const manifest of [pool("net-48"), lease("a")]) {
      await s.kubectl(["apply", "-f", "-"], { stdin: stringify(manifest) });
      const same = await s.kubectl(["diff", "-f", "-"], { stdin: stringify(manifest) });
      ok(same === "");
    }
  },
  "kubectl create and replace": async (s) => {
    await s.kubectl(["create", "-f", "-"], { stdin: stringify(pool("net-48")) });
    await s.kubectl(["create", "-f", "-"], { stdin: stringify(pool("net-48")) });
    await s.kubectl(["replace", "-f", "-"], {
      stdin: stringify(pool("net-48", { spec: { paused: true } })),
    });
  },
  "kubectl edit changes the object by the editor's hand": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("net-48") });
    await s.kubectl(["edit", "ippool", "net-48"], {
      env: { EDITOR: `sed -i s/1.1.1.1/9.9.9.9/` },
    });
    await s.kubectl(["get", "ippool", "net-48", "-o", "jsonpath={.spec.ipv4Config.dns}"]);
  },
  "kubectl apply, edit, patch, label and annotate a namespace": async (s) => {
    const name = `${s.namespace}-other`;
    const manifest = (labels: Record<string, string>) =>
      stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
    await s.kubectl(["apply", "-f", "-"], { stdin: manifest({ a: "1", b: "2" }) });
    await s.kubectl(["apply", "-f", "-"], { stdin: manifest({ a: "1" }) });
    await s.kubectl(["edit", "namespace", name], {
      env: { EDITOR: `sed -i 's/a: "1"/a: "9"/'` },
    });
    await s.kubectl(["patch", "namespace", name, "-p", '{"metadata":{"labels":{"c":"3"}}}']);
    await s.kubectl(["label", "namespace", name, "d=4"]);
    await s.kubectl(["annotate", "namespace", name, "e=5"]);
    await s.kubectl(["get", "namespace", name, "-o", "jsonpath={.metadata.labels}"]);
    await s.kubectl(["delete", "namespace", name]);
  },
  "kubectl describe of a namespace and a Lease": async (s) => {
    await s.quietly("POST", s.leases, { body: lease("lock") });
    await s.kubectl(["describe", "lease", "lock"]);
    const text = await s.kubectl(["describe", "namespace", s.namespace], { quiet: true });
    ok(/Status: +Active/.test(text), text);
  },
  "kubectl patch, label and annotate": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("net-48") });
    await s.kubectl([
      "patch",
      "ippool",
      "net-48",
      "--type=merge",
      "-p",
      '{"spec":{"paused":true}}',
    ]);
    await s.kubectl(["patch", "ippool", "net-48", "-p", '{"spec":{"paused":true}}']);
    await s.kubectl([
      "patch",
      "ippool",
      "net-48",
      "--subresource=status",
      "--type=merge",
      "-p",
      JSON.stringify(STATUS),
    ]);
    await s.kubectl(["label", "ippool", "net-48", "a=b"]);
    await s.kubectl(["annotate", "ippool", "net-48", "a=b"]);
    await s.kubectl([
      "get",
      "ippool",
      "net-48",
      "-o",
      "jsonpath={.metadata.labels} {.spec.paused} {.status}",
    ]);
  },
  "kubectl wait waits for a condition": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("net-48") });
    await s.kubectl(["wait", "ippool/net-48", "--for=condition=Registered", "--timeout=1s"]);
    const waiting = s.kubectl([
      "wait",
      "ippool/net-48",
      "--for=condition=Registered",
      "--timeout=20s",
    ]);
    await s.quietly("PATCH", `${s.pools}/net-48/status`, { ...MERGE, body: STATUS });
    await waiting;
    await s.kubectl([
      "wait",
      "ippool/net-48",
      "--for=jsonpath={.status.ipv4.used}=1",
      "--timeout=5s",
    ]);
  },
  "kubectl delete removes and waits": async (s) => {
    for (const name of ["a", "b", "c"]) await s.quietly("POST", s.pools, { body: pool(name) });
    await s.kubectl(["delete", "ippool", "a"]);
    await s.kubectl(["delete", "ippool", "nobody"]);
    await s.kubectl(["delete", "ippools", "--all"]);
    await s.kubectl(["delete", "ippool", "nobody", "--ignore-not-found"]);
  },
  "kubectl explain tells what fields mean": async (s) => {
    await s.until("/openapi/v3/apis/network.harvesterhci.io/v1alpha1", ({ code }) => code === 200);
    const text = await s.kubectl(["explain", "ippool"], { quiet: true });
    ok(/KIND: +IPPool/.test(text) && text.includes("spec\t<Object> -required-"), text);
    await s.kubectl(["explain", "ippool.spec"]);
    await s.kubectl(["explain", "ippool.status.ipv4", "--recursive"]);
    await s.kubectl(["explain", "ippool.spec.ipv4Config"]);
    await s.kubectl(["explain", "vmnetcfg.spec.networkConfig.macAddress"]);
    await s.kubectl(["explain", "ippool.spec.colour"]);
  },
  "kubectl api-resources lists what is served": async (s) => {
    for (const group of ["network.harvesterhci.io", "kubevirt.io", "k8s.cni.cncf.io"]) {
      await s.kubectl(["api-resources", `--api-group=${group}`, "-o", "wide"]);
    }
  },
}, { kubectl: true });
