/**
 * Kubeconfig files.
 *
 * @module
 */
import fc from "fast-check";
import { stringify } from "yaml";
import { readKubeconfig } from "../../../kube/connect/kubeconfig.ts";
import { kubeconfigOptions } from "../../../kube/connect/kubeconfig_options.ts";
import { FakeMachine } from "../../../kube/testing/fake_machine.ts";
import { ManualClock } from "../../../runtime/testing/manual_clock.ts";
import { damaged, edited, type Json, textOf, withUnspeakable } from "../arbitraries.ts";
import type { FuzzTarget } from "../target.ts";

/** One file or two. */
interface KubeconfigInput {
  readonly texts: readonly string[];
  /** What a credential plugin prints; a good credential where it is left out. */
  readonly printed?: string;
}

/** What these say is a name, of a context, a command, a file or a host. Damage may put what was a secret there. */
const NAMES_SOMETHING =
  /^Cannot (find the|reach the|expect the|use the user|use a credential plugin|get a credential from|read \/)/;

/** Stands for a secret; no error may say it. */
const SECRET = "5eCr3t";

const CONFIGS: readonly Json[] = [
  {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "dev",
    clusters: [{
      name: "dev",
      cluster: { server: "https://dev:6443", "certificate-authority-data": btoa("CA") },
    }],
    contexts: [{ name: "dev", context: { cluster: "dev", user: "dev", namespace: "team" } }],
    users: [{ name: "dev", user: { token: SECRET } }],
  },
  {
    "current-context": "prod",
    clusters: [{
      name: "prod",
      cluster: {
        server: "https://prod/prefix",
        "certificate-authority": "ca.crt",
        "proxy-url": "http://p",
      },
    }],
    contexts: [{ name: "prod", context: { cluster: "prod", user: "prod" } }],
    users: [
      {
        name: "prod",
        user: { "client-certificate-data": btoa(SECRET), "client-key-data": SECRET },
      },
      { name: "basic", user: { username: "a", password: SECRET, tokenFile: "token" } },
    ],
  },
  {
    "current-context": "exec",
    clusters: [{ name: "c", cluster: { server: "https://c", "tls-server-name": "c" } }],
    contexts: [{ name: "exec", context: { cluster: "c", user: "u" } }],
    users: [{
      name: "u",
      user: {
        exec: {
          apiVersion: "client.authentication.k8s.io/v1",
          command: "plugin",
          args: ["--token", SECRET],
          env: [{ name: "A", value: SECRET }],
          interactiveMode: "Never",
          provideClusterInfo: true,
        },
      },
    }],
  },
];

const CREDENTIAL: Json = {
  apiVersion: "client.authentication.k8s.io/v1",
  kind: "ExecCredential",
  status: { token: SECRET, expirationTimestamp: "2030-01-01T00:00:00Z" },
};
const text = damaged(edited(CONFIGS).map((one) => stringify(one)), 3);

/** It is read, or refused by a sentence that begins with "Cannot" and says no secret. */
export const kubeconfigs: FuzzTarget<KubeconfigInput> = {
  inputs: fc.record({
    texts: fc.array(text, { minLength: 1, maxLength: 2 }),
    printed: damaged(edited([CREDENTIAL], 3).map(textOf), 1),
  }, { noNullPrototype: true }),
  always: [
    ...withUnspeakable(CONFIGS).map((one) => ({
      texts: [textOf(one)],
      printed: textOf(CREDENTIAL),
    })),
    ...withUnspeakable([CREDENTIAL]).map((one) => ({
      texts: [stringify(CONFIGS[2])],
      printed: textOf(one),
    })),
  ],
  async check({ texts, printed = textOf(CREDENTIAL) }) {
    try {
      await connect(texts, printed);
    } catch (error) {
      if (!(error instanceof Error)) throw new Error(`Refused by ${String(error)}`);
      if (!/^(Cannot|Unknown) /.test(error.message)) {
        throw new Error(`Refused by ${error.name}: ${error.message}`, { cause: error });
      }
      if (NAMES_SOMETHING.test(error.message)) return;
      for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
        if (cause.message.includes(SECRET)) throw new Error(`A secret is told: ${cause.message}`);
      }
    }
  },
};

async function connect(texts: readonly string[], printed: string): Promise<void> {
  const machine = new FakeMachine();
  machine.files.set("/home/a/token", `${SECRET}\n`).set("/home/a/ca.crt", "CA");
  machine.answer = () => ({ code: 0, stderr: "", stdout: printed });
  const entry = readKubeconfig(texts.map((text, index) => ({ path: `/home/a/${index}`, text })));
  const options = await kubeconfigOptions(entry, { machine, clock: new ManualClock() });
  if (typeof options.server !== "string" || options.server === "") throw new Error("No server");
  const identity = await options.credentials?.({
    refused: false,
    signal: AbortSignal.timeout(1_000),
  });
  if (identity?.authorization !== undefined) {
    // What cannot be sent is to be refused before.
    new Headers({ authorization: identity.authorization });
  }
}
