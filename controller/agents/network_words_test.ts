import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { accusedBySandbox, accusedByScheduler, plainWords } from "./network_words.ts";

const ID = "0123456789abcdef".repeat(4);
const UID = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
const CREATE = "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup " +
  `network for sandbox "${ID}": plugin type="multus" name="multus-cni-network" failed (add): `;
const LOAD = `${CREATE}Multus: [vm-dhcp/agent-x/${UID}]: error loading k8s delegates k8s args: ` +
  "TryLoadPodDelegates: error in getting k8s network for pod: GetNetworkDelegates: ";
const FIND = `${LOAD}failed getting the delegate: getKubernetesDelegate: `;

/** Words of the kubelet -> whom they accuse. */
const SANDBOX: Readonly<Record<string, readonly [message: string, accused: unknown]>> = {
  "a plugin that fails": [
    `${CREATE}[vm-dhcp/agent-x/${UID}:typo]: error adding container to network "typo": no such`,
    { what: "configuration", name: "typo" },
  ],
  "a plugin that fails, in an older Multus": [
    `${CREATE}[vm-dhcp/agent-x:typo]: error adding container to network "typo": no such device`,
    { what: "configuration", name: "typo" },
  ],
  "a plugin that speaks of another's network": [
    `${CREATE}[vm-dhcp/agent-x/${UID}:evil]: error adding container to network "evil": cannot ` +
    `find [vm-dhcp/agent-x/${UID}:good]: error adding container to network "good": x`,
    { what: "configuration", name: "evil" },
  ],
  "a network that is not there": [
    `${FIND}cannot find a network-attachment-definition (a) in namespace (b): ` +
    'network-attachment-definitions.k8s.cni.cncf.io "a" not found',
    { what: "missing", name: "b/a" },
  ],
  "an API server that does not answer": [
    `${FIND}cannot find a network-attachment-definition (a) in namespace (b): Get ` +
    '"https://10.96.0.1:443/apis": dial tcp 10.96.0.1:443: connect: connection refused',
    { what: "unnamed" },
  ],
  "an isolated namespace": [
    `${LOAD}namespace isolation enabled, annotation violates permission, pod is in namespace ` +
    "vm-dhcp but refers to target namespace tenant-1",
    { what: "isolated", name: "tenant-1" },
  ],
  "devices that cannot be asked for": [
    `${FIND}failed to get a ResourceClient instance: no kubelet`,
    { what: "devices" },
  ],
  "an API server that Multus does not reach": [
    `${CREATE}Multus: [vm-dhcp/agent-x/${UID}]: error waiting for pod: Get "https://172.30.0.1:6443` +
    '/api/v1/namespaces/vm-dhcp/pods/agent-x?timeout=1m0s": context deadline exceeded',
    undefined,
  ],
  "a node that is not ready": ["Failed to create pod sandbox: network is not ready", {
    what: "unnamed",
  }],
};

for (const [what, [message, accused]] of Object.entries(SANDBOX)) {
  Deno.test(`S3: what the kubelet accuses: ${what}`, () => {
    deepStrictEqual(accusedBySandbox(message), accused);
  });
}

Deno.test("S3: the scheduler accuses devices, not what every pod needs", () => {
  deepStrictEqual(
    accusedByScheduler(
      "0/3 nodes are available: 1 Insufficient cpu, 2 Insufficient intel.com/sriov_net, 3 " +
        "Insufficient example.com/nic. preemption: 0/3 nodes are available.",
    ),
    { what: "devices", names: ["intel.com/sriov_net", "example.com/nic"] },
  );
  strictEqual(accusedByScheduler("0/1 nodes are available: 1 Insufficient memory."), undefined);
});

Deno.test("E1: the kubelet's words stay the same from try to try", () => {
  const words = (id: string) =>
    plainWords(
      `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for ` +
        `sandbox "${id}": plugin type="multus" name="multus-cni-network" failed (add): ` +
        `[vm-dhcp/agent-x/${UID}:typo]: error adding container to network "typo": Link not found`,
    );
  strictEqual(words("a".repeat(64)), words("b".repeat(64)));
  strictEqual(
    words(ID),
    'failed to setup network for sandbox: plugin type="multus" name="multus-cni-network" failed ' +
      '(add): error adding container to network "typo": Link not found',
  );
  strictEqual(
    plainWords(
      "(combined from similar events): Failed to create pod sandbox: rpc error: code = Unknown " +
        `desc = failed to setup network for sandbox "${ID}": plugin type="multus-shim" failed ` +
        `(add): CmdAdd (shim): CNI request failed with status 400: 'ContainerID:"${ID}" Netns:` +
        `"/var/run/netns/${UID}" IfName:"eth0" Args:"x" Path:"" ERRORED: error configuring pod ` +
        `[vm-dhcp/agent-x] networking: [vm-dhcp/agent-x/${UID}:typo]: error adding container to ` +
        'network "typo": Link not found',
    ),
    'failed to setup network for sandbox: plugin type="multus-shim" failed (add): CmdAdd (shim): ' +
      "CNI request failed with status 400: error configuring pod networking: error adding " +
      'container to network "typo": Link not found',
  );
});
