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

const SECRET = "5eCr3t";
/** What cannot be read, each with a secret near by, and the words for it. */
const WITH_SECRETS: readonly (readonly [what: string, text: string, why: RegExp])[] = [
  ["a line with a token", `users:\n- user:\n    token: ${SECRET} - x: y`, /line 3, column 12/],
  ["a tab before a token", `users:\n- user:\n\ttoken: ${SECRET}`, /line 3, column 1: Tabs/],
  [
    "a token that is an alias",
    `users: [{name: a, user: {token: *${SECRET}}}]`,
    /alias without an anchor$/,
  ],
  ["an alias in itself", `${SECRET}: &a [*a]`, /alias in itself$/],
  ["two documents", `a: 1\n---\ntoken: ${SECRET}`, /line 2, column 1: /],
  [
    "a key that is twice",
    `token: ${SECRET}\ntoken: ${SECRET}`,
    /line 2, column 1: Map keys must be unique$/,
  ],
  ["users that are a text", `users: ${SECRET}`, /users must be a list$/],
  ["a context that is a list", `current-context: [${SECRET}]`, /current-context must be a string$/],
  [
    "a token that is a mapping",
    `users: [{name: a, user: {token: {a: ${SECRET}}}}]`,
    /\.token must/,
  ],
];
for (const [what, text, why] of WITH_SECRETS) {
  Deno.test(`T17: readKubeconfig refuses ${what}, and neither its error nor a cause quotes the file`, () => {
    assert.throws(() => readKubeconfig([{ path: "x", text }]), (error: unknown) => {
      assert.ok(error instanceof TypeError);
      assert.match(error.message, /^Cannot read the kubeconfig x: /);
      assert.match(error.message, why);
      assert.ok(!Deno.inspect(error).includes(SECRET), Deno.inspect(error));
      return true;
    });
  });
}

Deno.test("T17: readKubeconfig prints no warning, which would quote the file", async () => {
  const module = new URL("./kubeconfig.ts", import.meta.url);
  const text = `current-context: !a ${SECRET}\n? [${SECRET}]\n: 1\n`;
  const code = `import { readKubeconfig } from ${JSON.stringify(module)};
    try { readKubeconfig([{ path: "x", text: ${
    JSON.stringify(text)
  } }]); } catch { /* no context */ }`;
  const { stdout, stderr, code: exit } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--config", new URL("../../deno.json", import.meta.url).pathname, code],
    env: { NO_COLOR: "1" },
  }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.equal(exit, 0, said);
  assert.ok(!said.includes(SECRET), said);
});

for (
  const text of [
    "users: [{name: a, user: {token: hunter2}",
    "token: hunter2: x",
    "token: *hunter2",
    "token: !hunter2 x",
    'token: "\\hunter2"',
    "token: @hunter2",
    "token: |hunter2\n  x",
    "%YAML hunter2 1\n---\na: b",
    "hunter2",
    "- hunter2",
    "users:\n- token: a\n   b: hunter2\n",
    "token: 'x' hunter2",
    "token: hunter2\ntoken: hunter2",
  ]
) {
  Deno.test(`T17: readKubeconfig tells nothing of what stands in ${JSON.stringify(text)}`, () => {
    try {
      readKubeconfig([{ path: "x", text }]);
      assert.fail("Expected an error");
    } catch (error) {
      assert.ok(error instanceof TypeError);
      assert.equal(`${error.stack} ${error.cause}`.includes("hunter2"), false, error.message);
    }
  });
}
