/**
 * Manifest files of the standalone server, and files of other servers that manifests are made of.
 *
 * @module
 */
import fc from "fast-check";
import { stringify } from "yaml";
import {
  EXAMPLE_POOL,
  EXAMPLE_VMNETCFG,
  NET_48,
  NET_48_SERVED,
  TEST_VM_SERVED,
} from "../../../core/api/fixtures/documents.ts";
import { importFile, type Server } from "../../../import/import_file.ts";
import { ImportError } from "../../../import/source/place.ts";
import { EmbeddedApi } from "../../../standalone/api/mod.ts";
import { parseManifestFile } from "../../../standalone/manifests/parse_manifests.ts";
import type { Manifest } from "../../../standalone/manifests/types.ts";
import { damaged, edited, type Json, textOf, withUnspeakable } from "../arbitraries.ts";
import { EVERY_FIELD } from "../../crds/every_field.ts";
import type { FuzzTarget } from "../target.ts";

/** A file; of another server where its path ends with that one's name. */
interface ManifestInput {
  readonly path: string;
  readonly text: string;
}

const VM: Json = {
  apiVersion: "kubevirt.io/v1",
  kind: "VirtualMachine",
  metadata: {
    name: "test-vm",
    annotations: { "static-ip.harvesterhci.io/default": "192.168.48.84" },
  },
  spec: {
    template: {
      spec: {
        domain: {
          devices: {
            interfaces: [{ name: "default", macAddress: "52:54:00:11:22:01", bridge: {} }],
          },
        },
        networks: [{ name: "default", multus: { networkName: "default/net-48" } }],
      },
    },
  },
};
const NETWORK: Json = {
  apiVersion: "k8s.cni.cncf.io/v1",
  kind: "NetworkAttachmentDefinition",
  metadata: { name: "net-48", namespace: "default" },
  spec: { config: '{"cniVersion": "0.3.1", "type": "bridge", "bridge": "br0"}' },
};
const NAMESPACE: Json = { apiVersion: "v1", kind: "Namespace", metadata: { name: "tenant" } };
const OBJECTS: readonly Json[] = [
  NET_48,
  NET_48_SERVED,
  TEST_VM_SERVED,
  EXAMPLE_POOL,
  EXAMPLE_VMNETCFG,
  VM,
  NETWORK,
  NAMESPACE,
  ...EVERY_FIELD,
  { apiVersion: "v1", kind: "List", items: [NET_48, VM] },
];

const documents = fc.array(edited(OBJECTS), { minLength: 1, maxLength: 3 });
const yaml = documents.map((all) => all.map((one) => stringify(one)).join("---\n"));
const json = edited(OBJECTS).map(textOf);

const DHCPD = `authoritative;
option space lab; option lab.a code 1 = { ip-address, integer 16 }; option x code 43 = encapsulate lab;
option r code 121 = array of unsigned integer 8;
subnet 192.168.48.0 netmask 255.255.255.0 {
  range 192.168.48.81 192.168.48.90; option routers 192.168.48.1; option lab.a 10.0.0.1 -2;
  option r 8, 10, 192, 168, 48, 2; default-lease-time 300; next-server 192.168.48.9;
  if option user-class = "iPXE" and not exists agent.circuit-id { filename "a"; } else if option pxe-system-type = 00:07 { filename "b"; } else { filename "c"; }
}
class "k" { match if substring(option vendor-class-identifier, 0, 9) = "PXEClient"; filename "d"; }
host web { hardware ethernet 52:54:00:11:22:01; fixed-address 192.168.48.84; option host-name "web"; }
`;
const KEA = `{ "Dhcp4": { # a comment
"valid-lifetime": 300, "renew-timer": 100, "next-server": "192.168.48.9",
"option-def": [ { "name": "own", "code": 201, "type": "record", "record-types": "uint8, ipv4-address" } ],
"client-classes": [ { "name": "a", "test": "option[93].hex == 0x0007 and not member('b')", "boot-file-name": "x" } ],
"subnet4": [ { "subnet": "192.168.48.0/24", "pools": [ { "pool": "192.168.48.81 - 192.168.48.90" } ],
"option-data": [ { "name": "routers", "data": "192.168.48.1" }, { "name": "own", "data": "1, 10.0.0.1" }, { "space": "vendor-9", "code": 2, "csv-format": false, "data": "0102" }, ],
"reservations": [ { "hw-address": "52:54:00:11:22:01", "ip-address": "192.168.48.84", "hostname": "web" } ] } ] } }
`;
const DNSMASQ = `domain=example.org # a comment
dhcp-range=set:lan,192.168.48.81,192.168.48.90,255.255.255.0,1h
dhcp-host=52:54:00:11:22:01,set:web,192.168.48.84,web,45m
dhcp-option=tag:lan,option:router,192.168.48.1
dhcp-option=121,10.0.0.0/8,192.168.48.2
dhcp-option=encap:43,1,"a,b"
dhcp-option-force=vi-encap:9,2,0x10
dhcp-match=set:efi,option:client-arch,7
tag-if=set:both,tag:efi,tag:!web
dhcp-boot=tag:both,ipxe.efi,boot,192.168.48.9
`;
const others = fc.oneof(
  ...([["dhcpd", DHCPD], ["kea", KEA], ["dnsmasq", DNSMASQ]] as const).map(([path, text]) =>
    fc.record({ path: fc.constant(path), text: damaged(fc.constant(text), 3) })
  ),
);

/**
 * Reading never throws; whatever is wrong has a place in the file and a sentence; what was read is plain JSON and the API
 * takes or refuses it, and never fails. The import of another server's file throws its own error, and prints what can be read.
 */
export const manifests: FuzzTarget<ManifestInput> = {
  inputs: fc.oneof(
    { weight: 4, arbitrary: fc.record({ path: fc.constant("a.yaml"), text: damaged(yaml) }) },
    fc.record({ path: fc.constant("a.json"), text: damaged(json, 2) }),
    { weight: 2, arbitrary: others },
  ),
  always: withUnspeakable(OBJECTS).map((one) => ({ path: "a.json", text: textOf(one) })),
  async check(file) {
    if (!file.path.includes(".")) return checkImport(file.path as Server, file.text);
    const { manifests, problems } = parseManifestFile(file);
    // YAML ends its lines by all of these.
    const lines = file.text.split(/\r\n|\n|\r/).length;
    for (const { line, column, message } of problems) {
      const isPlace = Number.isInteger(line) && line >= 1 && line <= lines &&
        Number.isInteger(column) && column >= 1;
      if (!isPlace) throw new Error(`A problem at ${line}:${column} of ${lines} lines`);
      if (message === "" || message.length > 10_000) {
        throw new Error(`A problem of ${message.length} characters`);
      }
    }
    if (manifests.length === 0) return;
    using api = new EmbeddedApi();
    for (const manifest of manifests) await apply(api, manifest);
  },
};

/** What is no file of the server has a place in it; what is one becomes manifests that can be read. */
function checkImport(from: Server, text: string): void {
  const files = { read: () => text, list: () => [] };
  try {
    const imported = importFile({ from, path: from, namespace: "default", networks: [] }, files);
    const [problem] = parseManifestFile({ path: "a.yaml", text: imported.text }).problems;
    if (problem !== undefined) {
      throw new Error(`Not readable: ${problem.message}: ${imported.text}`);
    }
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    const { line, column } = error.place;
    if (line < 1 || column < 1 || line > text.split(/\r\n|\n|\r/).length) throw error;
  }
}

async function apply(
  api: EmbeddedApi,
  { resource, object, locate, hash }: Manifest,
): Promise<void> {
  if (hash === "") throw new Error("No hash");
  locate("spec.ipv4Config.dns[0]");
  const { namespace } = object.metadata;
  const place = namespace === undefined ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  const prefix = resource.apiVersion.includes("/") ? "apis" : "api";
  const answer = await api.fetch(
    new Request(`http://api/${prefix}/${resource.apiVersion}${place}/${resource.plural}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(object),
    }),
  );
  const text = await answer.text();
  if (answer.status >= 500) throw new Error(`The API fails with ${answer.status}: ${text}`);
}
