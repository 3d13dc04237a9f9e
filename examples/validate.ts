/**
 * What is wrong with a manifest: every bad field at once, with its path and its value, as the webhook says it.
 *
 * Run it: `deno run --allow-env=LOG_TOKENS,LOG_STREAM examples/validate.ts`
 * (the YAML library looks at these two variables)
 *
 * @module
 */
// deno-lint-ignore-file no-console -- an example prints
import {
  type FieldError,
  fieldErrorText,
  type IPPool,
  parseIPPool,
  parseVirtualMachineNetworkConfig,
  validatePool,
} from "@vm-dhcp/vm-dhcp";
import { parseAllDocuments } from "yaml";

const MANIFEST = `
apiVersion: network.harvesterhci.io/v1alpha1
kind: IPPool
metadata: {namespace: default, name: net-48}
spec:
  networkName: default/net-48
  ipv4Config:
    cidr: 192.168.48.0/24
    serverIP: 192.168.49.77
    router: 192.168.048.1
    leaseTime: 0
    dns: [1.1.1.1, fe80::1]
---
apiVersion: network.harvesterhci.io/v1alpha1
kind: IPPool
metadata: {namespace: default, name: net-49}
spec:
  networkName: default/net-49
  ipv4Config:
    cidr: 192.168.49.0/24
    pool: {start: 192.168.49.90, end: 192.168.49.81}
---
apiVersion: network.harvesterhci.io/v1alpha1
kind: VirtualMachineNetworkConfig
metadata: {namespace: default, name: test-vm}
spec:
  vmName: test-vm
  networkConfig:
    - {networkName: default/net-48, macAddress: "52:54:00:12:34"}
`;

/** Structure and values, and for a pool also whether its parts fit together. */
function errorsOf(object: { readonly kind?: string }): readonly FieldError[] {
  if (object.kind === "IPPool") {
    const checked = parseIPPool(object);
    return checked.ok ? validatePool(object as IPPool) : checked.errors;
  }
  const checked = parseVirtualMachineNetworkConfig(object);
  return checked.ok ? [] : checked.errors;
}

for (const document of parseAllDocuments(MANIFEST)) {
  const object = document.toJS();
  console.log(`${object.kind} ${object.metadata.namespace}/${object.metadata.name}`);
  for (const error of errorsOf(object)) console.log(`  ${fieldErrorText([error])}`);
}
