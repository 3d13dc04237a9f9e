import assert from "node:assert/strict";
import { readKubeconfig } from "./kubeconfig.ts";

const HOME = {
  path: "/home/a/.kube/config",
  text: `
apiVersion: v1
kind: Config
current-context: dev
clusters:
- name: dev
  cluster: {server: "https://dev:6443", certificate-authority: ca/dev.crt}
contexts:
- name: dev
  context: {cluster: dev, user: dev, namespace: team}
- name: anonymous
  context: {cluster: dev}
users:
- name: dev
  user: {client-certificate: dev.crt, client-key: /abs/dev.key, tokenFile: ../token}
`,
};
const OTHER = {
  path: "/etc/other.yaml",
  text: `
current-context: prod
clusters:
- name: prod
  cluster: {server: "https://prod:6443"}
- name: dev
  cluster: {server: "https://shadowed:6443"}
contexts:
- name: prod
  context: {cluster: prod, user: prod}
users:
- name: prod
  user: {token: t}
`,
};

Deno.test("readKubeconfig takes the current context with its cluster, user and namespace", () => {
  const entry = readKubeconfig([HOME]);
  assert.deepEqual([entry.context, entry.namespace], ["dev", "team"]);
  assert.equal(entry.cluster.server, "https://dev:6443");
});

Deno.test("readKubeconfig makes relative paths relative to their file", () => {
  const { cluster, user } = readKubeconfig([HOME]);
  assert.equal(cluster["certificate-authority"], "/home/a/.kube/ca/dev.crt");
  assert.equal(user["client-certificate"], "/home/a/.kube/dev.crt");
  assert.equal(user["client-key"], "/abs/dev.key");
  assert.equal(user.tokenFile, "/home/a/.kube/../token");
});

Deno.test("readKubeconfig merges files as kubectl does: the first that names something wins", () => {
  assert.equal(readKubeconfig([HOME, OTHER]).context, "dev");
  assert.equal(readKubeconfig([HOME, OTHER]).cluster.server, "https://dev:6443");
  assert.equal(readKubeconfig([OTHER, HOME]).context, "prod");
  assert.equal(readKubeconfig([HOME, OTHER], { context: "prod" }).user.token, "t");
});

Deno.test("readKubeconfig takes a context without a user as anonymous", () => {
  assert.deepEqual(readKubeconfig([HOME], { context: "anonymous" }).user, {});
});

Deno.test("readKubeconfig reads JSON too, and nulls as nothing", () => {
  const text = JSON.stringify({
    "current-context": "c",
    contexts: [{ name: "c", context: { cluster: "k", user: "u" } }],
    clusters: [{ name: "k", cluster: { server: "https://k" } }],
    users: [{ name: "u", user: null }],
  });
  assert.deepEqual(readKubeconfig([{ path: "x", text }]).user, {});
  assert.throws(
    () => readKubeconfig([{ path: "x", text: "contexts: null\ncurrent-context: c" }]),
    /it has none/,
  );
});

const BAD: readonly (readonly [string, string, RegExp])[] = [
  ["no current context", "clusters: []", /^Cannot choose a context .* no current-context: x$/],
  ["an empty file", "", /no current-context: x/],
  [
    "a context that is not there",
    "current-context: y\ncontexts: [{name: z, context: {}}]",
    /context "y" .* x: it has z$/,
  ],
  [
    "a cluster that is not there",
    "current-context: y\ncontexts: [{name: y, context: {cluster: k}}]",
    /cluster "k" /,
  ],
  ["text that is no YAML", "a: [", /^Cannot read the kubeconfig x: /],
  ["YAML that is no mapping", "- a", /^Cannot read the kubeconfig x: it is no mapping$/],
];
for (const [what, text, message] of BAD) {
  Deno.test(`readKubeconfig refuses ${what}`, () => {
    assert.throws(() => readKubeconfig([{ path: "x", text }]), { name: "TypeError", message });
  });
}

Deno.test("readKubeconfig refuses a user that is not there", () => {
  const text =
    "current-context: y\ncontexts: [{name: y, context: {cluster: k, user: u}}]\nclusters: [{name: k}]";
  assert.throws(
    () => readKubeconfig([{ path: "x", text }]),
    /user "u" in the kubeconfig x: it has none/,
  );
});
